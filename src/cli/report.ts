/**
 * @file `shatter report`: draws the report of a test, an experiment or a theory again, from its result.
 */

import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { isAbsent } from "../disk/refusals.ts";
import { type Format, formats } from "../report/formats.ts";
import { parseResult } from "../report/parse-result.ts";
import { listOf, oneOf } from "./output.ts";

interface Options {
  readonly out?: string;
  readonly format: Format[];
}

/** The command. */
export function reportCommand(): Command {
  return new Command("report")
    .argument("<result>", "result.json, or the folder it is in")
    .option("--out <folder>", "where to write (default: beside the result)")
    .option(
      "--format <names>",
      `what to write: ${formats.join(",")}`,
      listOf(oneOf("format", formats, (name) => unknownName("format", name, formats))),
      [...formats],
    )
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
  const source = await resultFile(path);
  const folder = out ?? dirname(source);
  const text = await readResult(source);
  const result = parseResult(text, source);
  // The result itself is copied as it is, with whatever a later version may have added; and never onto itself.
  const drawn = format.filter((name) => name !== "json");
  const isCopied = format.includes("json") && resolve(folder, "result.json") !== resolve(source);
  const { writeReport } = await import("../report/node/write.ts");
  const { files } = await writeReport(result, folder, drawn, isCopied ? [["result.json", () => text]] : []);
  if (files.length === 0) process.stderr.write("nothing to write: the result is there already\n");
  for (const file of files) console.log(file);
}

/** The result in a folder, or the file itself. */
async function resultFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`${path}: expected a result.json or its folder, got no such file`);
  return found.isDirectory() ? join(path, "result.json") : path;
}

async function readResult(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) throw new UsageError(`${path}: expected a result to draw, got no such file`);
    throw new DataError(`${path}: expected a result to draw, got ${messageOf(error)}`, { cause: error });
  }
}
