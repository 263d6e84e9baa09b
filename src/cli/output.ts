/**
 * @file Colors where they are wanted, warnings, and options that are lists of numbers or names.
 */

import { styleText } from "node:util";
import { InvalidArgumentError } from "commander";
import { hideSecrets } from "../base/secrets.ts";
import { unknownName } from "../base/suggest.ts";
import { withFlags } from "./flags.ts";

type Style = Parameters<typeof styleText>[0];

/** Whether a stream can be steered, as colors and moving bars need: a terminal, and no dumb one. */
export const isSteered = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.env["TERM"] !== "dumb";

/** Whether a stream wants colors: none where there is NO_COLOR (https://no-color.org). */
export const wantsColor = (stream: NodeJS.WriteStream): boolean =>
  isSteered(stream) && (process.env["NO_COLOR"] ?? "") === "";

/** Fewest columns to write for: whoever says less, such as a terminal of none, does not know. */
const FEWEST_COLUMNS = 20;

/** Columns of a stream: of a terminal 80 unless it says, of a pipe 100 unless $COLUMNS says. */
export function widthOf(stream: NodeJS.WriteStream): number {
  const columns = stream.isTTY ? stream.columns : Number(process.env["COLUMNS"]);
  return columns >= FEWEST_COLUMNS ? columns : stream.isTTY ? 80 : 100;
}

/** Text in a style, on streams that want it. */
export const paint = (stream: NodeJS.WriteStream, style: Style, text: string): string =>
  wantsColor(stream) ? styleText(style, text, { validateStream: false }) : text;

/** Tell of what went wrong without ending anything, as a sentence. */
export const warn = (message: string): void =>
  void process.stderr.write(`warning: ${withFlags(hideSecrets(message))}\n`);

/** Parse a number in an interval; NaN is in none. */
export function numberIn(low: number, high: number, open: { low?: boolean; high?: boolean } = {}) {
  return (text: string): number => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const above = open.low ? value > low : value >= low;
    const below = open.high ? value < high : value <= high;
    if (above && below) return value;
    throw new InvalidArgumentError(
      `expected a number in ${open.low ? "(" : "["}${low}, ${high}${open.high ? ")" : "]"}, got "${text}".`,
    );
  };
}

/** Parse a whole number of at least `low`, and at most `high`. */
export function wholeFrom(low: number, high = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= low && value <= high) return value;
    const most = high === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${high}`;
    throw new InvalidArgumentError(`expected a whole number of at least ${low}${most}, got "${text}".`);
  };
}

/** Parse a word, or what `parse` accepts. */
export function wordOr<W extends string, T>(word: W, parse: (text: string) => T) {
  return (text: string): W | T => {
    if (text === word) return word;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new InvalidArgumentError(error.message.replace(/^expected /, `expected "${word}" or `));
    }
  };
}

/** Parse a list, separated by commas, of what `parse` accepts. */
export function listOf<T>(parse: (text: string) => T) {
  return (text: string): T[] => text.split(",").map((part) => parse(part.trim()));
}

/** Parse one of some names; another one is answered with the nearest. */
export function oneOf<T extends string>(kind: string, names: readonly T[]) {
  return (text: string): T => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`${unknownName(kind, text, names)}.`);
  };
}
