/**
 * @file `--json [file]`: what a command has to say as JSON, instead of its words or into a file.
 */

import { type Command, Option } from "commander";
import { requireFile, writeWhole } from "../disk/whole-files.ts";
import { asJson, type Output } from "./publish.ts";

/** A file; or `-`, which is also what no file means, for standard output instead of words. */
export type JsonPlace = string | undefined;

/** @param what - What it is that is written, such as `the result`. */
export const jsonOption = (what: string): Option =>
  new Option(
    "--json [file]",
    `print ${what} as JSON instead of text; with a file, write it there, too`,
  ).preset("-");

/** Refuse a file that cannot be written, before anything is done for it. */
export async function requireJson(place: JsonPlace): Promise<void> {
  if (place !== undefined && place !== "-") await requireFile("--json", place);
}

/** The file that was asked for, if one was. */
export const jsonOutputs = (place: JsonPlace, result: unknown): Output[] =>
  place === undefined || place === "-"
    ? []
    : [{ name: "--json", isResult: true, write: () => writeWhole(place, asJson(result)) }];

/**
 * Say something in words, as JSON, or both.
 *
 * @param json - The text of the file.
 * @param print - Prints the words.
 */
export async function tell(place: JsonPlace, json: string, print: () => void): Promise<void> {
  if (place === "-") return void process.stdout.write(json);
  if (place !== undefined) await writeWhole(place, json);
  print();
}

/** Let arguments follow `--json` in a command that has some: behind it only what looks like a file is one. */
export function spareArguments(command: Command): void {
  if (command.registeredArguments.length === 0) return;
  const parse = command.parseOptions.bind(command);
  const isArgument = (word = "-"): boolean => !word.startsWith("-") && !/[\\/]|\.json$/i.test(word);
  command.parseOptions = (words) =>
    parse(
      words.flatMap((word, at) => (word === "--json" && isArgument(words[at + 1]) ? [word, "-"] : [word])),
    );
}
