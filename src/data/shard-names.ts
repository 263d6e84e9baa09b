/**
 * @file Names of WebDataset's shards and of what is in them: patterns, numbered rows, keys.
 *
 * Source: the WebDataset format (T. Breuel, github.com/webdataset/webdataset): members of one example stand beside each other and
 * share a key, which ends at the first dot of the base name.
 */

import { DataError } from "../base/errors.ts";

/** Most shards that a pattern stands for. */
const MOST_SHARDS = 100_000;

/** Missing shards that an error names. */
const MOST_NAMED = 5;

const ENDING = String.raw`\.(?:tar|tar\.gz|tgz)$`;
const SHARD = new RegExp(ENDING, "i");
const ROW = new RegExp(`^(?<before>.*?)(?<number>\\d+)(?<of>-of-\\d+)?(?<after>${ENDING})`, "i");

/** Whether a file is taken for a shard. */
export const isShardName = (name: string): boolean => SHARD.test(name);

/** Whether a path stands for several shards: `train-{000..009}.tar`, `train-*.tar`. */
export const isShardPattern = (path: string): boolean => /[{*]/.test(path) && isShardName(path);

/** What a member of a shard is: its example's key, and its field, such as `jpg`, in small letters. */
export interface MemberName {
  readonly key: string;
  readonly field: string;
}

/** The key and the field of a member; undefined if it has none: hidden files, such without an ending, WebDataset's own notes. */
export function memberName(name: string): MemberName | undefined {
  const start = name.lastIndexOf("/") + 1;
  const dot = name.indexOf(".", start);
  if (dot <= start || dot === name.length - 1 || /^__.*__$/.test(name)) return undefined;
  return { key: name.slice(0, dot), field: name.slice(dot + 1).toLowerCase() };
}

/**
 * The names a pattern in braces stands for: `{000..009}` for numbers, with zeros before them as they are written, `{a,b}` for
 * others, which may have braces of their own.
 *
 * @throws DataError if a brace is not closed, or there are too many names.
 */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  if (open < 0) return [pattern];
  let [close, depth] = [open, 1];
  const ends = [open];
  while (depth > 0) {
    const letter = pattern[++close];
    if (letter === undefined) {
      throw new DataError(`data ${pattern}: expected a "}" for every "{", got one that is not closed`);
    }
    if (letter === "{") depth++;
    if (letter === "}") depth--;
    if (depth === 0 || (depth === 1 && letter === ",")) ends.push(close);
  }
  const parts = ends.slice(1).map((end, at) => pattern.slice(ends[at]! + 1, end));
  const choices = parts.length === 1 ? numbersIn(pattern, parts[0]!) : parts.flatMap(expandBraces);
  const rest = expandBraces(pattern.slice(close + 1));
  if (choices.length * rest.length > MOST_SHARDS) throw tooMany(pattern, choices.length * rest.length);
  return choices.flatMap((choice) => rest.map((end) => `${pattern.slice(0, open)}${choice}${end}`));
}

/** The numbers of a range such as `000..009`. */
function numbersIn(pattern: string, range: string): string[] {
  const [, first, last] = /^(\d{1,12})\.\.(\d{1,12})$/.exec(range) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === undefined || !(count >= 1)) {
    throw new DataError(
      `data ${pattern}: expected numbers such as {000..009}, or names such as {a,b}, got {${range}}`,
    );
  }
  if (count > MOST_SHARDS) throw tooMany(pattern, count);
  return Array.from({ length: count }, (_, at) => String(Number(first) + at).padStart(first.length, "0"));
}

const tooMany = (pattern: string, count: number): DataError =>
  new DataError(`data ${pattern}: expected at most ${MOST_SHARDS} shards, got ${count}`);

/** Whether a name is one that a pattern with stars stands for. */
export const fitsStars = (name: string, pattern: string): boolean => {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === first;
  const last = rest.pop()!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of rest) {
    at = name.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= name.length - last.length;
};

/**
 * Check that no shard is missing of those that are counted, `train-000000.tar` and on, or `train-00000-of-00010.tar` and on.
 *
 * The last ones of a row that does not say how many it has cannot be missed.
 *
 * @throws DataError naming those that are missing.
 */
export function requireRows(names: readonly string[], where: string): void {
  const found = names.flatMap((name) => {
    const { before = "", number, of, after } = ROW.exec(name)?.groups ?? {};
    // A number within a word, as in cifar10.tar, counts nothing.
    return number !== undefined && /(^|[-_./\\])$/.test(before) ? [{ before, number, of, after }] : [];
  });
  for (const row of Map.groupBy(found, ({ before, of, after }) => `${before}|${of}|${after}`).values()) {
    const { before, number, of, after } = row[0]!;
    if (row.length === 1 && of === undefined) continue;
    const numbers = new Set(row.map((each) => Number(each.number)));
    const first = Math.min(1, ...numbers);
    const last = of === undefined ? Math.max(...numbers) : first + Number(of.slice("-of-".length)) - 1;
    const missing: string[] = [];
    for (let each = first; each <= last && missing.length < MOST_NAMED; each++) {
      const digits = String(each).padStart(number.length, "0");
      if (!numbers.has(each)) missing.push(`${before}${digits}${of ?? ""}${after}`);
    }
    if (missing.length === 0) continue;
    throw new DataError(
      `${where}: expected every shard of a row, got none of the name ${missing.join(", ")}; fetch what is missing, or name those to ` +
        `be read by a pattern: "${before}{${row[0]!.number},${row.at(-1)!.number}}${of ?? ""}${after}"`,
    );
  }
}
