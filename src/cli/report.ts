/**
 * @file `shatter report`: draws the report of a test, an experiment or a theory again, from its result.
 */

import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { type Format, formats } from "../report/formats.ts";
import { parseResult } from "../report/parse-result.ts";
import { listOf, oneOf } from "./output.ts";
import { readResultFile } from "./result-file.ts";

interface Options {
  readonly out?: string;
  readonly format: Format[];
}

/** The command. */
export function reportCommand(): Command {
  return new Command("report")
    .argument("<result>", "result.json, or the folder it is in")
    .option("--out <folder>", "where to write (default: beside the result)")
    .option("--format <names>", `what to write: ${formats.join(",")}`, listOf(oneOf("format", formats)), [
      ...formats,
    ])
    .addHelpText(
      "after",
      `
Examples:
  shatter report shatter-lab/table-1-paper                    everything, beside its result.json
  shatter report result.json --out paper --format tex,png     tables and figures for a paper`,
    )
    .action(report);
}

async function report(path: string, { out, format }: Options): Promise<void> {
  const { path: source, text } = await readResultFile(path, "draw");
  const folder = out ?? dirname(source);
  const result = parseResult(text, source);
  // The result itself is copied as it is, with whatever a later version may have added; and never onto itself.
  const drawn = format.filter((name) => name !== "json");
  const isCopied = format.includes("json") && resolve(folder, "result.json") !== resolve(source);
  const { writeReport } = await import("../report/node/write.ts");
  const { files } = await writeReport(result, folder, drawn, isCopied ? [["result.json", () => text]] : []);
  if (files.length === 0) process.stderr.write("nothing to write: the result is there already\n");
  for (const file of files) console.log(file);
}
