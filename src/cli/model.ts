/**
 * @file `shatter model`: the models known by name, and what is in them.
 */

import { Command } from "commander";
import { showShape } from "../graph/value.ts";
import { findModel, models, summarizeModel } from "../nn/models.ts";
import { listOf, wholeFrom } from "./output.ts";

/** Shape the paper feeds its small models. */
const PAPER_INPUT = [3, 28, 28];
const PAPER_CLASSES = 10;

const millions = (count: number): string => count.toLocaleString("en-US");

/** The command and its subcommands. */
export function modelCommand(): Command {
  const command = new Command("model").description("list the models, or show one's parameters");

  command
    .command("list")
    .description("list the models, with their number of parameters on 3x28x28 images of 10 classes")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  shatter model list")
    .action((options: { json?: boolean }) => {
      const rows = [...models.values()].map((model) => ({
        name: model.name,
        title: model.title,
        source: model.source,
        parameters: summarizeModel(model, PAPER_INPUT, PAPER_CLASSES).count,
      }));
      if (options.json) return console.log(JSON.stringify(rows, null, 2));
      for (const row of rows) {
        console.log(
          `${row.name.padEnd(12)} ${millions(row.parameters).padStart(12)} parameters  ${row.title} (${row.source})`,
        );
      }
    });

  command
    .command("show")
    .description("show a model's parameters: names, shapes, counts")
    .argument("<name>", `one of ${[...models.keys()].join(", ")}`)
    .option("--input <shape>", "shape of one example", listOf(wholeFrom(1)), PAPER_INPUT)
    .option("--classes <n>", "number of classes", wholeFrom(2), PAPER_CLASSES)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  shatter model show mlp-3x512\n  shatter model show mlp-1x512 --input 1,28,28",
    )
    .action((name: string, options: { input: number[]; classes: number; json?: boolean }) => {
      const model = findModel(name);
      const { parameters, count } = summarizeModel(model, options.input, options.classes);
      const rows = parameters.map(({ name: parameter, role, value }) => ({
        name: parameter,
        role,
        shape: value.shape,
        count: value.shape.reduce((product, size) => product * size, 1),
      }));
      if (options.json) {
        const { title, source } = model;
        return console.log(
          JSON.stringify(
            { name, title, source, input: options.input, classes: options.classes, parameters: rows, count },
            null,
            2,
          ),
        );
      }
      console.log(`${name}: ${model.title} (${model.source})`);
      console.log(`input ${showShape(options.input)}, ${options.classes} classes\n`);
      for (const row of rows) {
        console.log(
          `  ${row.name.padEnd(18)} ${row.role.padEnd(7)} ${showShape(row.shape).padEnd(14)} ${millions(row.count).padStart(12)}`,
        );
      }
      console.log(`  ${"total".padEnd(41)} ${millions(count).padStart(12)}`);
    });

  return command;
}
