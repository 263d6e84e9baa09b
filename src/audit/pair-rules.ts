/**
 * @file Rules of two columns: what class is the commonest where both have certain values, or values in certain ranges.
 */

import { breathe } from "../base/progress.ts";
import { type AuditColumn, eachColumn } from "./columns.ts";
import { commonest, judgeRule, type Rule } from "./judge-rule.ts";
import type { AuditTask } from "./section.ts";

/** Most values of a column that are taken one by one; others are put into as many ranges of equal numbers of examples. */
const PARTS = 8;

/** Columns beyond which pairs are too many to be asked. */
export const MOST_PAIRED = 100;

/** A column in parts, from 0 to {@link PARTS} - 1; a value that was never seen is in the part of the next smaller one. */
interface Parts {
  readonly name: string;
  readonly train: Uint8Array;
  readonly test: Uint8Array;
}

/**
 * How well every pair of columns tells the class of the test examples.
 *
 * @param without - Columns that tell it alone, by name.
 */
export async function askPairs(task: AuditTask, without: ReadonlySet<string>): Promise<Rule[]> {
  const { train, test } = task.splits;
  const classes = train.classNames.length;
  const columns = [...eachColumn(task)].length;
  const parts: Parts[] = [];
  for (const column of eachColumn(task)) if (!without.has(column.name)) parts.push(inParts(column));
  const pairs = (columns * (columns - 1)) / 2;
  const found: Rule[] = [];
  for (const [at, first] of parts.entries()) {
    await breathe(task, at, parts.length, "asking pairs of columns");
    for (const second of parts.slice(at + 1)) {
      const answers = learn(first, second, train.labels, classes);
      found.push(judgeRule(`${first.name} and ${second.name}`, answers, test.labels, classes, pairs));
    }
  }
  return found;
}

/** Put a column into parts by its training values. */
function inParts({ name, train, test }: AuditColumn): Parts {
  const sorted = train.toSorted();
  const distinct = [...new Set(sorted)];
  const bounds =
    distinct.length <= PARTS
      ? distinct
      : Array.from({ length: PARTS }, (_, part) => sorted[Math.floor((part * sorted.length) / PARTS)]!);
  const partOf = (value: number): number =>
    Math.max(
      0,
      bounds.findLastIndex((bound) => bound <= value),
    );
  return { name, train: Uint8Array.from(train, partOf), test: Uint8Array.from(test, partOf) };
}

/** The commonest class of each pair of parts; of a pair that was never seen the commonest of all. */
function learn(first: Parts, second: Parts, labels: Int32Array, classes: number): Int32Array {
  const cells = PARTS * PARTS;
  const counts = new Int32Array((cells + 1) * classes);
  for (let at = 0; at < labels.length; at++) {
    counts[(first.train[at]! * PARTS + second.train[at]!) * classes + labels[at]!]!++;
    counts[cells * classes + labels[at]!]!++;
  }
  const answers = Array.from({ length: cells + 1 }, (_, cell) => {
    const own = counts.subarray(cell * classes, (cell + 1) * classes);
    return own.some((count) => count > 0) ? commonest(own) : -1;
  });
  return Int32Array.from(first.test, (part, at) => {
    const answer = answers[part * PARTS + second.test[at]!]!;
    return answer < 0 ? answers[cells]! : answer;
  });
}
