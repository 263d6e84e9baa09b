/**
 * @file A sample to be represented: distinct inputs, each with one target.
 */

import { DataError, UsageError } from "../../base/errors.ts";

/** Most examples: an evaluation of the network at all of them takes about `n^2 / 2` steps. */
const MOST_EXAMPLES = 60_000;
/** Most numbers of all inputs together, 2 GiB as float32. */
const MOST_NUMBERS = 2 ** 29;

/** Where targets come from. */
export const targetKinds = ["random", "true", "regression"] as const;
export type TargetKind = (typeof targetKinds)[number];

/** Inputs as rows, `[count, dimensions]`, and their targets, `[count]`. */
export interface Sample {
  readonly count: number;
  readonly dimensions: number;
  readonly inputs: Uint8Array | Float32Array;
  readonly targets: Float64Array;
}

/**
 * Refuse sizes that cannot be computed, before anything is allocated.
 *
 * @throws UsageError if a size is not a whole number of at least 1, or too large.
 */
export function checkSize(count: number, dimensions: number): void {
  for (const [what, size] of [
    ["n", count],
    ["d", dimensions],
  ] as const) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new UsageError(`expressivity: expected ${what} to be a whole number of at least 1, got ${size}`);
    }
  }
  if (count > MOST_EXAMPLES) {
    throw new UsageError(`expressivity: expected n of at most ${MOST_EXAMPLES}, got ${count}`);
  }
  if (count * dimensions > MOST_NUMBERS) {
    throw new UsageError(
      `expressivity: expected at most ${MOST_NUMBERS} numbers in all inputs, got n * d = ${count * dimensions}; ` +
        `with d = ${dimensions}, n of ${Math.max(1, Math.floor(MOST_NUMBERS / dimensions))} would fit`,
    );
  }
}

/**
 * Check a sample: its sizes, and that all its numbers are finite.
 *
 * @throws UsageError for sizes that cannot be computed or do not fit, DataError for NaN and infinite numbers.
 */
export function checkSample({ count, dimensions, inputs, targets }: Sample): void {
  checkSize(count, dimensions);
  if (inputs.length !== count * dimensions || targets.length !== count) {
    throw new UsageError(
      `expressivity: expected ${count * dimensions} inputs and ${count} targets, got ${inputs.length} and ${targets.length}`,
    );
  }
  const input = inputs instanceof Uint8Array ? -1 : inputs.findIndex((value) => !Number.isFinite(value));
  if (input >= 0) {
    const [row, column] = [Math.floor(input / dimensions), input % dimensions];
    throw new DataError(
      `expressivity: expected finite inputs, got ${inputs[input]} in sample ${row} at place ${column}`,
    );
  }
  const target = targets.findIndex((value) => !Number.isFinite(value));
  if (target >= 0) {
    throw new DataError(`expressivity: expected finite targets, got ${targets[target]} for sample ${target}`);
  }
}

/** A sample without its duplicates, and how many there were. */
export interface Distinct {
  readonly sample: Sample;
  /** Samples that were equal to another one, with the same target. */
  readonly merged: number;
}

/**
 * Merge equal inputs that have equal targets.
 *
 * @throws DataError if equal inputs have different targets, with the two: no function fits them.
 */
export function mergeDuplicates(sample: Sample): Distinct {
  const { count, dimensions, inputs, targets } = sample;
  const row = (index: number) => inputs.subarray(index * dimensions, (index + 1) * dimensions);
  const isSame = (a: number, b: number): boolean => {
    const [one, other] = [row(a), row(b)];
    return one.every((value, place) => value === other[place]);
  };
  const byHash = new Map<number, number[]>();
  const kept: number[] = [];
  for (let index = 0; index < count; index++) {
    const hash = hashOf(row(index));
    const alike = byHash.get(hash) ?? [];
    const twin = alike.find((other) => isSame(other, index));
    if (twin === undefined) {
      byHash.set(hash, [...alike, index]);
      kept.push(index);
    } else if (targets[twin] !== targets[index]) {
      throw new DataError(
        `expressivity: samples ${twin} and ${index} (counted from 0) have the same input but the targets ` +
          `${targets[twin]} and ${targets[index]}: no function can fit both; remove one, or give them one target`,
      );
    }
  }
  if (kept.length === count) return { sample, merged: 0 };
  const rows = new (inputs.constructor as typeof Float32Array)(kept.length * dimensions);
  kept.forEach((from, to) => {
    rows.set(row(from), to * dimensions);
  });
  return {
    sample: {
      count: kept.length,
      dimensions,
      inputs: rows,
      targets: Float64Array.from(kept, (index) => targets[index]!),
    },
    merged: count - kept.length,
  };
}

/** FNV-1a over the bits of a row; equal rows have equal hashes (0 and -0 alike), and few others have. */
function hashOf(row: Uint8Array | Float32Array): number {
  let hash = 0x811c9dc5;
  const words =
    row instanceof Uint8Array ? row : new Uint32Array(Float32Array.from(row, (x) => x + 0).buffer);
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  return hash;
}
