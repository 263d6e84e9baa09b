/**
 * @file `shatter model`: the models known by name, and what is in them.
 */

import { Command } from "commander";
import { countMultiplyAdds } from "../graph/cost.ts";
import { plain } from "../graph/lower/lowering.ts";
import { type Shape, showShape } from "../graph/value.ts";
import type { Model } from "../nn/model.ts";
import { type LayerRow, profileModel, summarizeModel } from "../nn/profile.ts";
import { formatCount } from "../report/format.ts";
import { openLibrary } from "../run/node/library.ts";
import { knownModel, modelNames } from "../run/subject.ts";
import { paperRecipe } from "../train/recipe.ts";
import { buildStep } from "../train/step.ts";
import { jsonOption, tell } from "./json.ts";
import { listOf, wholeFrom } from "./output.ts";
import { asJson } from "./publish.ts";

/** Shape the paper feeds its small models. */
const PAPER_INPUT = [3, 28, 28];
const PAPER_CLASSES = 10;

/** The command and its subcommands. */
export function modelCommand(): Command {
  const command = new Command("model");

  command
    .command("list")
    .description("list the models, with their number of parameters on 3x28x28 images of 10 classes")
    .addOption(jsonOption("them"))
    .addHelpText("after", "\nExample:\n  shatter model list")
    .action(async (options: { json?: string }) => {
      const rows = modelNames.map((name) => {
        const model = knownModel(name)!;
        const { count: parameters } = summarizeModel(model, PAPER_INPUT, PAPER_CLASSES);
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
    .argument("<name>", `one of ${modelNames.join(", ")}`)
    .option("--input <shape>", "shape of one example", listOf(wholeFrom(1)), PAPER_INPUT)
    .option("--classes <n>", "number of classes", wholeFrom(2), PAPER_CLASSES)
    .addOption(jsonOption("it"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter model show alexnet\n  shatter model show mlp-1x512 --input 1,28,28",
    )
    .action(async (name: string, options: { input: number[]; classes: number; json?: string }) => {
      const facts = factsOf(await openLibrary().model(name), options.input, options.classes);
      await tell(options.json, asJson(facts), () => console.log(describe(facts).join("\n")));
    });

  return command;
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
