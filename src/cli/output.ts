/**
 * @file Colours where they are wanted, and options that are lists of numbers or names.
 */

import { styleText } from "node:util";
import { InvalidArgumentError } from "commander";

type Style = Parameters<typeof styleText>[0];

/** Whether a stream wants colours: a terminal, and no NO_COLOR (https://no-color.org). */
export const wantsColor = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";

/** Text in a style, on streams that want it. */
export const paint = (stream: NodeJS.WriteStream, style: Style, text: string): string =>
  wantsColor(stream) ? styleText(style, text, { validateStream: false }) : text;

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

/** Parse a list, separated by commas, of what `parse` accepts. */
export function listOf<T>(parse: (text: string) => T) {
  return (text: string): T[] => text.split(",").map((part) => parse(part.trim()));
}

/** Parse one of some names. */
export function oneOf<T extends string>(
  kind: string,
  names: readonly T[],
  explain: (name: string) => string,
) {
  return (text: string): T => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`${explain(text) || `unknown ${kind} "${text}"`}.`);
  };
}

/** Break text between words to fit a stream (100 columns in a pipe), each line after its indent. */
export function wrap(
  stream: NodeJS.WriteStream,
  text: string,
  firstIndent: string,
  indent = firstIndent,
): string {
  const width = Math.min(100, stream.columns ?? 100);
  const lines: string[] = [];
  let line = firstIndent;
  let isEmpty = true;
  for (const word of text.split(/ (?! )/)) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].join("\n");
}
