/**
 * @file Points, and plain float64 answers to compare with.
 */

import { randomStream } from "../../../src/base/random.ts";
import { runtime } from "../../../src/run/node/runtime.ts";
import type { ByteOperand } from "../../../src/theory/kernel/byte-products.ts";
import type { Kernel } from "../../../src/theory/kernel/kernels.ts";
import type { Points } from "../../../src/theory/kernel/source.ts";
import { type Engine, openEngine } from "../../../src/train/engine.ts";

/** The engine of all tests of this folder. */
export const openTestEngine = (): Promise<Engine> => openEngine(runtime, "cpu", 2);

/** Random pixels. */
export function bytePoints(count: number, size: number, seed = 0, operand: ByteOperand = "uint8"): Points {
  const random = randomStream(seed, "test-points");
  return {
    kind: "bytes",
    operand,
    data: Uint8Array.from({ length: count * size }, () => random.below(256)),
    count,
    size,
  };
}

/** Gaussian rows. */
export function floatPoints(count: number, size: number, seed = 0): Points {
  const random = randomStream(seed, "test-points");
  return {
    kind: "floats",
    data: Float32Array.from({ length: count * size }, () => random.normal()),
    count,
    size,
  };
}

/** The value of a point as a kernel sees it. */
const seenValue = ({ kind, data }: Points, at: number): number =>
  kind === "bytes" ? data[at]! / 255 : data[at]!;

/** A Gram matrix by its definition, `[rows, columns]`. */
export function plainGram(kernel: Kernel, rows: Points, columns: Points): Float64Array {
  const dot = (a: Points, i: number, b: Points, j: number): number => {
    let sum = 0;
    for (let k = 0; k < a.size; k++) sum += seenValue(a, i * a.size + k) * seenValue(b, j * b.size + k);
    return sum;
  };
  const out = new Float64Array(rows.count * columns.count);
  for (let i = 0; i < rows.count; i++)
    for (let j = 0; j < columns.count; j++) {
      out[i * columns.count + j] = kernel.evaluate(
        dot(rows, i, columns, j),
        dot(rows, i, rows, i),
        dot(columns, j, columns, j),
      );
    }
  return out;
}

/** Random numbers, `[rows, columns]`. */
export function vectorsOf(rows: number, columns: number, seed = 0): Float64Array {
  const random = randomStream(seed, "test-vectors");
  return Float64Array.from({ length: rows * columns }, () => random.normal());
}

/** The largest difference of two arrays, relative to the largest element of the second. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, size] = [0, 0];
  for (let at = 0; at < b.length; at++) {
    most = Math.max(most, Math.abs(a[at]! - b[at]!));
    size = Math.max(size, Math.abs(b[at]!));
  }
  return most / size;
}
