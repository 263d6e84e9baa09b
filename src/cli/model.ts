/**
 * @file `shatter model`: the models known by name, what is in them and in files, and the networks that trials trained.
 */

import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { countMultiplyAdds } from "../graph/cost.ts";
import { plain } from "../graph/lower/lowering.ts";
import { type Shape, showShape } from "../graph/value.ts";
import type { Analysis } from "../import/analysis.ts";
import { checkFile, exampleFor } from "../import/check.ts";
import type { Declared } from "../import/file.ts";
import { type Finding, tellFinding } from "../import/finding.ts";
import { type FileModel, isFileModel } from "../import/model.ts";
import { showSizes } from "../import/trace.ts";
import { describedBy, type Model } from "../nn/model.ts";
import { type LayerRow, profileModel, summarizeModel } from "../nn/profile.ts";
import { formatCount, formatNoun } from "../report/format.ts";
import { teller } from "../report/terminal.ts";
import { openLibrary } from "../run/node/library.ts";
import { isModelPath, knownModel, modelNames } from "../run/subject.ts";
import { paperRecipe } from "../train/recipe.ts";
import { buildStep } from "../train/step.ts";
import { withFlags } from "./flags.ts";
import { jsonOption, tell } from "./json.ts";
import { addFileOptions, type FileOptions, MODEL_HELP, referenceOf } from "./model-options.ts";
import { listOf, numberIn, wholeFrom, widthOf } from "./output.ts";
import { asJson } from "./publish.ts";
import { exportModelCommand } from "./saved-models.ts";

/** The command and its subcommands. */
export function modelCommand(): Command {
  const command = new Command("model");

  command
    .command("list")
    .description(
      "list the models, with their number of parameters on 3x28x28 images of 10 classes (inception-v3: 3x299x299 and 1,000)",
    )
    .addOption(jsonOption("them"))
    .addHelpText("after", "\nExample:\n  shatter model list")
    .action(async (options: { json?: string }) => {
      const rows = modelNames.map((name) => {
        const model = knownModel(name)!;
        const { example, classes } = describedBy(model);
        const { count: parameters } = summarizeModel(model, example, classes);
        return { name, title: model.title, source: model.source, parameters };
      });
      await tell(options.json, asJson(rows), () => {
        for (const row of rows) {
          console.log(
            `${row.name.padEnd(15)} ${formatCount(row.parameters).padStart(10)} parameters  ${row.title} (${row.source})`,
          );
        }
      });
    });

  command
    .command("show")
    .description("show a model's layers: shapes, parameters, work and receptive fields")
    .argument("<name>", MODEL_HELP)
    .option(
      "--input <shape>",
      "shape of one example (default: 3,28,28, or as a file says)",
      listOf(wholeFrom(1)),
    )
    .option("--classes <n>", "number of classes (default: 10, or as a file says)", wholeFrom(2))
    .addOption(jsonOption("it"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter model show alexnet\n  shatter model show mlp-1x512 --input 1,28,28\n  shatter model show resnet18.onnx",
    )
    .action(async (name: string, options: Shown) => {
      const model = await openLibrary({ readsPaths: true }).model(name);
      const usual = describedBy(model);
      const input =
        options.input ?? (isFileModel(model) ? exampleFor(model.file, model.settings) : usual.example);
      const classes = options.classes ?? (isFileModel(model) ? model.analyze(input).classes : usual.classes);
      const facts = factsOf(model, input, classes);
      await tell(options.json, asJson(facts), () => console.log(describe(facts).join("\n")));
    });

  addFileOptions(
    command
      .command("check")
      .description("check a model file: what is in it, what its exporter lost, and whether it can be trained")
      .argument("<file>", "an ONNX file")
      .option(
        "--input <shape>",
        "shape of one example, images channels first (default: as the file says)",
        listOf(wholeFrom(1)),
      )
      .option("--dropout <p>", "as of shatter test", numberIn(0, 1, { high: true }))
      .addOption(jsonOption("what was found")),
  )
    .addHelpText(
      "after",
      "\nExit code 1 if the file cannot be trained.\n\nExamples:\n  shatter model check resnet18.onnx\n  shatter model check mobilenet.onnx --input 3,32,32 --batch-norm insert",
    )
    .action(check);

  command.addCommand(exportModelCommand());
  return command;
}

interface Shown {
  readonly input?: number[];
  readonly classes?: number;
  readonly json?: string;
}

/** Check a file, and say what was found. */
async function check(
  path: string,
  options: Shown & FileOptions & { readonly dropout?: number },
): Promise<void> {
  if (!isModelPath(path)) throw new UsageError(`expected an ONNX file, FILE.onnx, got "${path}"`);
  const reference = referenceOf(path, options, { dropout: options.dropout });
  const model = (await openLibrary({ readsPaths: true }).model(reference)) as FileModel;
  const { file, settings } = model;
  const example = options.input ?? exampleFor(file, settings);
  const { findings, analysis } = checkFile(model, example);
  const facts = analysis && factsOf(model, example, analysis.classes);
  const report = {
    file: path,
    identity: model.content?.identity,
    producer: file.producer,
    opset: file.opset,
    inputs: file.inputs,
    outputs: file.outputs,
    output: analysis?.output,
    entrance: analysis?.entrance,
    isTrainable: analysis !== undefined,
    findings,
    model: facts,
  };
  await tell(options.json, asJson(report), () =>
    console.log(describeCheck(model, example, findings, analysis, facts)),
  );
  if (!analysis) process.exitCode = 1;
}

/** A check for a terminal: what the file is, its layers, and what was found, the worst last. */
function describeCheck(
  { name, file, source }: FileModel,
  example: Shape,
  findings: readonly Finding[],
  analysis: Analysis | undefined,
  facts: ReturnType<typeof factsOf> | undefined,
): string {
  const tellWide = teller(widthOf(process.stdout));
  const sized = ({ name: called, sizes }: Declared): string => `"${called}" ${showSizes(sizes)}`;
  const lines = [
    `${name}: ${source}, operator set ${file.opset}, ${formatNoun(file.nodes.length, "node")}`,
    `takes ${file.inputs.map(sized).join(", ")}, gives ${file.outputs.map(sized).join(", ")}`,
  ];
  if (analysis && facts) {
    const { because, layout } = analysis.entrance;
    lines.push(
      `looked at with examples ${showShape(example)}, ${layout}${because === "" ? "" : ` (${because})`}; ${formatNoun(analysis.classes, "class").replace("classs", "classes")} by output "${analysis.output}"`,
      "",
      ...describe(facts).slice(3),
    );
  }
  const order = ["note", "changed", "lost", "blocking"];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return [
    ...lines,
    "",
    ...sorted.map((finding) => tellWide(withFlags(tellFinding(finding)), "  ", "    ")),
    analysis ? "It can be trained." : "It cannot be trained.",
  ].join("\n");
}

/** All that is known of a model without training it. */
function factsOf(model: Model, example: Shape, classes: number) {
  const { parameters, count } = summarizeModel(model, example, classes);
  const layers = profileModel(model, example, classes);
  const { batch, graph: step } = buildStep(model, paperRecipe, example, classes, 1);
  const graph = plain.lower(step);
  return {
    name: model.name,
    title: model.title,
    source: model.source,
    input: example,
    classes,
    layers,
    parameters: parameters.map(({ name, role, value }) => ({
      name,
      role,
      shape: value.shape,
      count: value.shape.reduce((product, size) => product * size, 1),
    })),
    count,
    /** Of one example's way through the network. */
    forward: { multiplyAdds: layers.reduce((total, { multiplyAdds }) => total + multiplyAdds, 0) },
    /** Of one training step on a batch: forward, gradients and update. */
    step: { batch, multiplyAdds: countMultiplyAdds(graph.outputs.map(({ value }) => value)) },
  };
}

/** The facts as a table and two sentences. */
function describe(facts: ReturnType<typeof factsOf>): string[] {
  const { name, title, source, input, classes, layers, count, forward, step } = facts;
  const cells = (row: LayerRow): string[] => [
    row.layer,
    row.operation,
    row.output.join("x"),
    formatCount(row.parameters),
    formatCount(row.multiplyAdds),
    row.receptiveField?.join("x") ?? "",
  ];
  const head = ["layer", "operation", "output", "parameters", "multiply-adds", "sees pixels"];
  const total = ["total", "", "", formatCount(count), formatCount(forward.multiplyAdds), ""];
  const table = [head, ...layers.map(cells), total];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  // Names to the left, numbers to the right.
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  return [
    `${name}: ${title} (${source})`,
    `input ${showShape(input)}, ${classes} classes`,
    "",
    ...lines.map((line) => `  ${line}`),
    "",
    `Forward, one example: ${giga(forward.multiplyAdds)} GFLOP in convolutions and matrix products.`,
    `A training step of ${step.batch} examples: ${giga(step.multiplyAdds)} GFLOP.`,
  ];
}

/** A product and a sum are two operations. */
const giga = (multiplyAdds: number): string => Number(((2 * multiplyAdds) / 1e9).toPrecision(3)).toString();
