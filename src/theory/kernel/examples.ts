/**
 * @file Examples of a dataset as points of a kernel: checked, and duplicates found.
 */

import { DataError, UsageError } from "../../base/errors.ts";
import { type Dataset, exampleCount, exampleSize } from "../../data/dataset.ts";
import type { ByteOperand } from "./byte-products.ts";
import type { Points } from "./source.ts";

/** Most pixels of an example whose products fit into the 32 bits that the engine adds them up in. */
const MOST_BYTES = Math.floor((2 ** 31 - 1) / 255 ** 2);

/**
 * The examples of a dataset, flat; pixels are bytes and not copied, unless they are so many that their products are
 * computed with floats.
 *
 * @param operand - What the engine multiplies bytes with exactly; without it the one that is exact everywhere.
 */
export function pointsOf(dataset: Dataset, operand: ByteOperand = "uint8"): Points {
  const { inputs } = dataset;
  const shape = { count: exampleCount(dataset), size: exampleSize(dataset) };
  if (!(inputs instanceof Uint8Array)) return { kind: "floats", data: inputs, ...shape };
  return shape.size <= MOST_BYTES
    ? { kind: "bytes", data: inputs, operand, ...shape }
    : { kind: "floats", data: Float32Array.from(inputs, (pixel) => pixel / 255), ...shape };
}

/**
 * Check that every value is a finite number.
 *
 * @throws DataError with the first that is not.
 */
export function requireFinite({ kind, data, size }: Points, where: string): void {
  if (kind === "bytes") return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new DataError(
    `${where}: expected finite values, got ${data[at]} in example ${Math.floor(at / size)}, value ${at % size}: leave the example out, or mend the file`,
  );
}

/** Two examples that are the same, by their places. */
export interface Duplicate {
  readonly first: number;
  readonly second: number;
}

/** Every example that is equal to an earlier one, with the first of its kind. */
export function findDuplicates({ data, count, size }: Points): Duplicate[] {
  const seen = new Map<number, number[]>();
  const found: Duplicate[] = [];
  for (let example = 0; example < count; example++) {
    const from = example * size;
    const key = hashOf(data, from, size);
    const others = seen.get(key);
    if (!others) {
      seen.set(key, [example]);
      continue;
    }
    const first = others.find((other) => areEqual(data, other * size, from, size));
    if (first === undefined) others.push(example);
    else found.push({ first, second: example });
  }
  return found;
}

/** FNV-1a over values: equal examples have equal hashes, and what hashes alike is compared. */
function hashOf(data: Points["data"], from: number, size: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + size; at++) {
    const value = data[at]!;
    // Small differences between floats are to count, and 0 and -0 are equal.
    hash = Math.imul(hash ^ (Number.isInteger(value) ? value : (value * 2 ** 31) | 0), 0x01000193);
  }
  return hash >>> 0;
}

function areEqual(data: Points["data"], a: number, b: number, size: number): boolean {
  for (let at = 0; at < size; at++) if (data[a + at] !== data[b + at]) return false;
  return true;
}

/**
 * Check that an interpolant can exist.
 *
 * @param kernel - With the largest rank of its Gram matrix, and its value for two examples of zeros.
 * @throws DataError if equal examples have different labels, or the kernel is 0 at one.
 * @throws UsageError if the matrix is singular whatever the examples.
 */
export function requireInterpolable(
  points: Points,
  labels: Int32Array,
  kernel: { readonly name: string; readonly rank: number; readonly atZero: number },
  l2: number,
): void {
  if (l2 > 0) return;
  if (points.count > kernel.rank) {
    throw new UsageError(
      `kernel ${kernel.name}: the Gram matrix of ${points.count} examples of ${points.size} values is singular, its rank is at most ${kernel.rank}: labels cannot be fitted exactly; use \`l2\` with a positive number, at most \`n\` ${kernel.rank}, or another \`kernel\``,
    );
  }
  if (kernel.atZero === 0) {
    const { data, count, size } = points;
    for (let example = 0; example < count; example++) {
      if (data.subarray(example * size, (example + 1) * size).some((value) => value !== 0)) continue;
      throw new DataError(
        `training example ${example} is all zeros, and the ${kernel.name} kernel of zeros is 0: no function has another value there; leave it out, or use \`l2\` with a positive number or another \`kernel\``,
      );
    }
  }
  const duplicates = findDuplicates(points);
  const clash = duplicates.find(({ first, second }) => labels[first] !== labels[second]);
  if (clash) {
    throw new DataError(
      `training examples ${clash.first} and ${clash.second} are equal, but their labels are ${labels[clash.first]} and ${labels[clash.second]}: no function fits both; leave one out, or use \`l2\` with a positive number`,
    );
  }
  if (duplicates.length > 0) {
    const { first, second } = duplicates[0]!;
    throw new DataError(
      `training examples ${first} and ${second} are equal${duplicates.length > 1 ? `, and ${duplicates.length - 1} more pairs` : ""}: the Gram matrix is singular, and random labels would differ on them; leave one out, or use \`l2\` with a positive number`,
    );
  }
}
