/**
 * @file What exporters take away: batch normalization that is folded, dropout that is left out, tables that are expanded.
 */

import type { Analysis } from "./analysis.ts";
import { intOf } from "./call.ts";
import type { FileNode, ModelFile } from "./file.ts";
import { type Finding, PYTORCH_EXPORT, shown } from "./finding.ts";

/** How PyTorch's exporters, the old one and the new, name a tensor that they made while folding. */
const FOLDED_NAME = /^onnx::Conv_\d+$/;

/** Whether the tensors of a convolution are named as PyTorch's exporters, the old one and the new, name those they folded. */
const isFolded = ({ inputs: [, weight = "", bias = ""] }: FileNode): boolean =>
  FOLDED_NAME.test(weight) || FOLDED_NAME.test(bias) || bias === `${weight}_bias`;

/** Batch normalization that was folded into convolutions. */
export function foldedNorms(nodes: readonly FileNode[], isInserted: boolean): Finding[] {
  const convolutions = nodes.filter(({ operator }) => operator === "Conv");
  const norms = nodes.filter(({ operator }) => operator === "BatchNormalization");
  const biased = convolutions.filter(({ inputs }) => inputs.length > 2);
  const folded = biased.filter(isFolded);
  const remedy = `export with the layers kept (PyTorch: ${PYTORCH_EXPORT}; tf2onnx: convert the Keras model in training mode)${norms.length > 0 ? "" : ", or put them back with `batchNorm` insert"}`;
  const means = isInserted
    ? "batch normalization is put behind these convolutions again, and their biases are its shifts; its factors and statistics are lost, so with weights that are kept the first outputs differ in training"
    : "it trains without batch normalization: another network and another recipe than the one it was made by, which often fits more slowly";
  if (folded.length > 0) {
    return [
      {
        kind: "lost",
        at: shown(folded.map(({ name }) => name)),
        what: `batch normalization was folded into ${folded.length} of ${convolutions.length} convolutions${norms.length > 0 ? `; ${norms.length} are left` : ""}`,
        means,
        remedy,
      },
    ];
  }
  const others = nodes.some(({ operator }) => /^(Layer|Group|Instance)Normalization$/.test(operator));
  const suspects = suspectsOf(nodes, norms, biased);
  const isWhole = norms.length === 0;
  const isUsual = isWhole && (biased.length < 2 || biased.length < convolutions.length);
  if (others || suspects.length === 0 || isUsual) return [];
  return [
    {
      kind: "note",
      at: isWhole ? [] : shown(suspects.map(({ name }) => name)),
      what: isWhole
        ? `all ${convolutions.length} convolutions have biases, and there is no batch normalization`
        : `${suspects.length} of ${convolutions.length} convolutions have biases and no batch normalization, which ${norms.length} others have`,
      means:
        "if batch normalization followed them when the model was made, its exporter folded it into them, and it trains as another network",
      remedy: `nothing if the model never had any; else ${remedy}`,
    },
  ];
}

/** Normalization that was written as arithmetic with numbers. */
export function writtenOut(nodes: readonly FileNode[], { roles }: Analysis): Finding[] {
  const fixed = new Set(roles.fixed);
  const statistics = nodes.filter(
    ({ operator, inputs }) => (operator === "Sub" || operator === "Div") && fixed.has(inputs[1]!),
  );
  if (statistics.length === 0) return [];
  return [
    {
      kind: "lost",
      at: shown(statistics.map(({ name }) => name)),
      what: `${statistics.length === 1 ? "a statistic is" : `${statistics.length} statistics are`} subtracted or divided by, as those of batch normalization that was folded into arithmetic`,
      means:
        "they stay as they are, while factors and shifts train: another network than the one it was made by",
      remedy: "export the model in training mode",
    },
  ];
}

/** Convolutions with biases, as those have that a normalization was folded into, but for those that usually have them. */
function suspectsOf(
  nodes: readonly FileNode[],
  norms: readonly FileNode[],
  biased: readonly FileNode[],
): FileNode[] {
  if (norms.length === 0) return [...biased];
  const pooled = pooledNames(nodes);
  const normalized = new Set(norms.map(({ inputs }) => inputs[0]));
  return biased.filter(({ inputs, outputs }) => !normalized.has(outputs[0]) && !pooled.has(inputs[0]!));
}

/** Values that are made of averages over whole images, as the factors of channels are, whose convolutions have biases. */
function pooledNames(nodes: readonly FileNode[]): ReadonlySet<string> {
  const pooled = new Set<string>();
  for (const { operator, inputs, outputs } of nodes) {
    const isPool = operator === "GlobalAveragePool" || operator === "ReduceMean";
    if (isPool || pooled.has(inputs[0]!)) for (const name of outputs) pooled.add(name);
    // What they multiply is an image again.
    if (!isPool && operator === "Mul" && inputs.some((name) => !pooled.has(name))) pooled.delete(outputs[0]!);
  }
  return pooled;
}

/** Whether a batch normalization was written in training mode: before operator set 14 by outputs for its statistics. */
export const isInTraining = (node: FileNode, opset: number): boolean =>
  node.operator === "BatchNormalization" &&
  intOf(node, "training_mode", Number(opset < 14 && node.outputs.length > 1)) === 1;

/** Dropout that exporters leave out of files for inference. */
export function lostDropout(
  nodes: readonly FileNode[],
  opset: number,
  { hasDropout }: Analysis,
  dropout: number | undefined,
): Finding[] {
  if (hasDropout) {
    const count = nodes.filter(({ operator }) => operator === "Dropout").length;
    if (dropout === undefined) return [];
    return [
      {
        kind: "changed",
        at: [],
        what: `${count} dropout layers drop with probability ${dropout} instead of the file's`,
        means: "as asked",
        remedy: "",
      },
    ];
  }
  if (dropout !== undefined && dropout > 0) {
    return [
      {
        kind: "changed",
        at: [],
        what: `dropout with probability ${dropout} is put before the last layer`,
        means: "as asked",
        remedy: "",
      },
    ];
  }
  // A file exported in training mode has all dropout that the model has.
  if (nodes.some((node) => isInTraining(node, opset))) return [];
  return [
    {
      kind: "note",
      at: [],
      what: "there is no dropout in the file",
      means:
        "exporters leave it out of files for inference: if the recipe has it, the network here memorizes more easily than yours",
      remedy: `nothing if the model has none; else export it in training mode (PyTorch: ${PYTORCH_EXPORT}), or say \`dropout\``,
    },
  ];
}

/** Tables that several places shared, written down once for each place. */
export function expandedTables(file: ModelFile, { roles }: Analysis): Finding[] {
  const tables = [...roles.trained.values()].filter(
    ({ name, isTable }) =>
      isTable && /^onnx::/.test(name) && file.tensorNames.has(name) && file.tensor(name).shape.length >= 4,
  );
  if (tables.length === 0) return [];
  return [
    {
      kind: "lost",
      at: shown(tables.map(({ name }) => name)),
      what: `${tables.length} tables of relative positions were expanded`,
      means:
        "places that shared a number are parameters of their own: the network has more of them than yours",
      remedy: "export without folding constants (PyTorch: do_constant_folding=False)",
    },
  ];
}
