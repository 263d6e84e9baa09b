/**
 * @file What is in a model file, what its exporter lost, and what stands against training it.
 */

import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { type Shape, showShape } from "../graph/value.ts";
import type { Analysis } from "./analysis.ts";
import { outputOf } from "./examples.ts";
import type { FileNode, ModelFile } from "./file.ts";
import { type Finding, shown } from "./finding.ts";
import { widthOf } from "./head.ts";
import { expandedTables, foldedNorms, isInTraining, lostDropout, writtenOut } from "./lost.ts";
import type { FileModel } from "./model.ts";
import { inputOf, nodesFor, refusalOf } from "./trace.ts";

/** What a check comes to. */
export interface Check {
  readonly findings: readonly Finding[];
  /** Undefined if it cannot be trained. */
  readonly analysis: Analysis | undefined;
}

/**
 * Check a file.
 *
 * @param example - Shape of one example, images channels first.
 * @param classes - Number of classes that it is to tell apart; the file's unless told.
 */
export function checkFile(model: FileModel, example: Shape, classes?: number): Check {
  const { file, settings } = model;
  const blocking = blockingFindings(file, settings.output);
  if (blocking.length > 0) return { findings: blocking, analysis: undefined };
  try {
    const analysis = model.analyze(example);
    const known = [undefined, analysis.classes, widthOf(analysis)];
    const fresh = known.includes(classes) ? [] : [freshHead(analysis, classes!)];
    return { findings: [...fresh, ...findingsOf(model, analysis, classes)], analysis };
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    const what = messageOf(error).replace(/^model file: /, "");
    return {
      findings: [
        { kind: "blocking", at: [], what, means: "the file cannot be trained on such examples", remedy: "" },
      ],
      analysis: undefined,
    };
  }
}

/** A last layer for another number of classes. */
const freshHead = ({ classes, roles }: Analysis, wanted: number): Finding => ({
  kind: "changed",
  at: [roles.head!.weight, ...(roles.head!.bias ? [roles.head!.bias] : [])],
  what: `the last layer is a fresh one, of ${wanted === 1 ? "a number" : `${wanted} classes`} instead of ${classes}${wanted === 1 ? " classes" : ""}`,
  means: "it starts as the recipe says, whatever the others start as",
  remedy: "",
});

/** Nodes that cannot be read, by operator, and what else is known before anything is built. */
function blockingFindings(file: ModelFile, asked: string | undefined): Finding[] {
  try {
    inputOf(file);
    const refused = Map.groupBy(
      nodesFor(file, outputOf(file, asked)).filter((node) => refusalOf(node) !== undefined),
      ({ operator }) => operator,
    );
    return [...refused].map(([operator, nodes]) => ({
      kind: "blocking",
      at: shown(nodes.map(({ name }) => name)),
      what: `${nodes.length === 1 ? "a node" : `${nodes.length} nodes`} of operator ${operator}`,
      means: "the network cannot be built",
      remedy: refusalOf(nodes[0]!)!,
    }));
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    return [
      {
        kind: "blocking",
        at: [],
        what: messageOf(error).replace(/^model file: /, ""),
        means: "the file cannot be trained",
        remedy: "",
      },
    ];
  }
}

function findingsOf(
  { file, settings }: FileModel,
  analysis: Analysis,
  classes: number | undefined,
): Finding[] {
  const nodes = nodesFor(file, analysis.output);
  return [
    ...foldedNorms(nodes, settings.batchNorm === "insert"),
    ...writtenOut(nodes, analysis),
    ...lostDropout(nodes, file.opset, analysis, settings.dropout),
    ...expandedTables(file, analysis),
    ...readOtherwise(file, settings, nodes, { ...analysis, isOfNumber: classes === 1 }),
    ...writtenDown(file, analysis),
    ...atEntrance(file, nodes, analysis),
    ...expandedNodes(file),
    ...shared(nodes, file, analysis),
  ];
}

/** What is read otherwise than the file says. */
function readOtherwise(
  file: ModelFile,
  settings: FileModel["settings"],
  nodes: readonly FileNode[],
  analysis: Analysis & { readonly isOfNumber: boolean },
): Finding[] {
  const findings: Finding[] = [];
  const { roles, taken, isBinary, entrance, hasBatchNorm, isOfNumber } = analysis;
  const change = (what: string, means: string, remedy = "", at: readonly string[] = []): void => {
    findings.push({ kind: "changed", at: shown(at), what, means, remedy });
  };
  if (hasBatchNorm) {
    const norms = nodes.filter(({ operator }) => operator === "BatchNormalization");
    const inTraining = norms.filter((node) => isInTraining(node, file.opset));
    const said = inTraining.length === norms.length ? "as the file says" : "though the file is for inference";
    change(
      `${norms.length} batch normalizations use the statistics of the batch in training, ${said}`,
      "full batches are needed; running averages are PyTorch's, of the unbiased variance",
    );
  }
  if (file.converted.size > 0)
    change(
      `weights of ${[...file.converted].join(", ")} are computed with in float32`,
      "it rounds otherwise than where it was made",
    );
  if (taken.length > 0)
    change(
      `what follows the logits is taken off: ${taken.join(", ")}`,
      isOfNumber
        ? "the loss is the squared error of what is before it"
        : "the loss is the cross-entropy of the logits",
    );
  if (isBinary && !isOfNumber)
    change(
      "its one score is that of the second class, against 0",
      "the same loss as the binary cross-entropy",
    );
  if (settings.size === "free") {
    change(
      `images are given as ${showShape(entrance.shape)}, whatever size it was exported for`,
      "it is a network for images of this size",
    );
  }
  if (entrance.layout === "channels-last")
    change(`images are given channels last, since ${entrance.because}`, "as the file takes them");
  if (entrance.layout === "flat")
    change(`images are given as rows, since ${entrance.because}`, "as the file takes them");
  if (roles.preprocessing.length > 0) {
    const ofBytes = takesBytes(file, nodes);
    change(
      `the file normalizes its inputs itself${ofBytes ? ", which it takes from 0 to 255" : ""}`,
      "inputs that are normalized before are normalized twice",
      `give it inputs as they were when it was made: \`preprocess\` none gives pixels from 0 to 1${ofBytes ? ", and `deviation` 0.00392156862745098 makes them 0 to 255" : ""}`,
      roles.preprocessing,
    );
  }
  return findings;
}

/** Whether the first thing that is done with the examples is to divide them by 255. */
const takesBytes = (file: ModelFile, nodes: readonly FileNode[]): boolean =>
  nodes.some(({ operator, inputs }) => {
    const [by = Number.NaN] =
      inputs[0] === inputOf(file).name && file.tensorNames.has(inputs[1] ?? "")
        ? file.tensor(inputs[1]!).data
        : [];
    return (operator === "Div" && by === 255) || (operator === "Mul" && Math.abs(by * 255 - 1) < 1e-5);
  });

/** Sizes of batches that the exporter wrote down. */
function writtenDown(file: ModelFile, { batchNodes }: Analysis): Finding[] {
  const [size] = inputOf(file).sizes ?? [];
  const remedy = "export with a free batch axis (PyTorch: dynamic_axes, or dynamic_shapes)";
  if (batchNodes.length > 0) {
    return [
      {
        kind: "changed",
        at: shown(batchNodes),
        what: `${batchNodes.length === 1 ? "a node has" : `${batchNodes.length} nodes have`} the size of a batch written down, ${typeof size === "number" ? size : 1}`,
        means: "the size of the batches here is put in its place",
        remedy,
      },
    ];
  }
  if (typeof size !== "number") return [];
  return [
    {
      kind: "note",
      at: [],
      what: `its input is declared for batches of ${size}`,
      means: "no node depends on that, so batches of any size are taken",
      remedy: "",
    },
  ];
}

/** Nodes that take the examples themselves, and are not what they seem. */
function atEntrance(file: ModelFile, nodes: readonly FileNode[], { entrance }: Analysis): Finding[] {
  const { name } = inputOf(file);
  const findings: Finding[] = [];
  for (const node of nodes.filter(({ inputs }) => inputs[0] === name)) {
    if (node.operator === "BatchNormalization") {
      findings.push({
        kind: "note",
        at: [node.name],
        what: "a batch normalization normalizes the inputs, and is trained",
        means: "inputs that are normalized before are normalized twice",
        remedy: "",
      });
    }
    const sizes = node.operator === "Reshape" ? sizesOf(file, node) : [];
    const [height, width, channels] = entrance.shape;
    if (entrance.layout === "channels-last" && String(sizes.slice(1)) === String([channels, height, width])) {
      findings.push({
        kind: "note",
        at: [node.name],
        what: `images of ${showShape(entrance.shape)} become ${showShape(sizes.slice(1))} in the order in which they are, which is no change of layout`,
        means:
          "channels and columns are mixed, as they were when the file was made; a Transpose was probably meant",
        remedy: "nothing if it was trained so; else mend the model and export it again",
      });
    }
  }
  return findings;
}

/** The sizes that a node is told by a tensor of the file; none if they are computed. */
const sizesOf = (file: ModelFile, { inputs }: FileNode): number[] =>
  file.tensorNames.has(inputs[1] ?? "") ? Array.from(file.tensor(inputs[1]!).data) : [];

/** Nodes that stood for others. */
const expandedNodes = ({ expanded }: ModelFile): Finding[] =>
  expanded.length === 0
    ? []
    : [
        {
          kind: "note",
          at: shown(expanded),
          what: `${expanded.length === 1 ? "a node stands" : `${expanded.length} nodes stand`} for others: calls of functions that the file defines, or choices whose condition it knows`,
          means: "what they stand for is in their place",
          remedy: "",
        },
      ];

/** Tensors with more than one place. */
function shared(nodes: readonly FileNode[], file: ModelFile, { tied, roles }: Analysis): Finding[] {
  const findings: Finding[] = [];
  const names = [...new Set([...tied.keys(), ...tied.values()])];
  if (names.length > 0) {
    findings.push({
      kind: "note",
      at: shown(names),
      what: `${names.length} names are of ${new Set(tied.values()).size} tied tensors, whose gradients add up`,
      means: "they stay equal",
      remedy: "",
    });
  }
  const aliases = nodes.filter(
    ({ operator, inputs, outputs }) =>
      operator === "Identity" &&
      file.tensorNames.has(inputs[0]!) &&
      roles.trained.has(outputs[0]!) &&
      !tied.has(outputs[0]!),
  );
  if (aliases.length > 0) {
    findings.push({
      kind: "note",
      at: shown(aliases.map(({ outputs }) => outputs[0]!)),
      what: `${aliases.length} biases and factors that are equal were written once by the exporter`,
      means: "each is a parameter of its own again",
      remedy: "",
    });
  }
  return findings;
}

/** Sizes that free dimensions of images are checked with, where nobody says. */
const USUAL_SIZE = 32;

/** An example that fits a file, images channels first: as its input declares, with a usual size where that is free. */
export function exampleFor(file: ModelFile, settings: FileModel["settings"]): Shape {
  const { sizes } = inputOf(file);
  const [, ...rest] = sizes ?? [];
  if (rest.length !== 3)
    return rest.length === 0 ? [1] : rest.map((size) => (typeof size === "number" ? size : USUAL_SIZE));
  const numbers = rest.map((size) => (typeof size === "number" ? size : undefined));
  const isLast =
    settings.layout === "channels-last" ||
    (settings.layout === undefined && isChannels(numbers[2]) && !isChannels(numbers[0]));
  const [channels, height, width] = isLast ? [numbers[2], numbers[0], numbers[1]] : numbers;
  return [channels ?? 3, height ?? USUAL_SIZE, width ?? USUAL_SIZE];
}

const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;
