/**
 * @file Kernel interpolants of a few examples in float64, without an engine: the one of least norm, and one with centers
 * elsewhere than at the examples.
 *
 * The norm is that of the kernel's space: of `f = sum_j b_j k(c_j, .)` it is `b^T K b`, with `K_ij = k(c_i, c_j)`.
 */

import { factorGram } from "../../base/linear/cholesky.ts";
import { eliminate } from "../../base/linear/elimination.ts";
import { dot, type Matrix, multiply, rowOf } from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";
import type { Kernel } from "./kernels.ts";

/** Something that was fitted, and what it says. */
export interface Fitted {
  /** `[n, classes]`, about the training examples. */
  readonly fitted: Float64Array;
  /** `[tests, classes]`. */
  readonly said: Float64Array;
  readonly squaredNorm: number;
}

/** What is fitted and asked. */
export interface InMemory {
  readonly kernel: Kernel;
  /** `[n, size]` */
  readonly train: Matrix;
  /** `[tests, size]` */
  readonly test: Matrix;
  /** `[n, columns]` */
  readonly targets: Float64Array;
  readonly columns: number;
}

/**
 * The interpolant of least norm: `K a = y` (Zhang et al., ICLR 2017, equation 3).
 *
 * @throws DataError if the kernel cannot tell the examples apart, up to rounding.
 */
export function fitLeastNorm({ kernel, train, test, targets, columns }: InMemory): Fitted {
  const { rows } = train;
  const gram = kernelMatrix(kernel, train, train);
  const factor = factorGram({ rows, columns: rows, values: gram });
  const solution = new Float64Array(targets.length);
  let squaredNorm = 0;
  for (let column = 0; column < columns; column++) {
    const y = Float64Array.from({ length: rows }, (_, row) => targets[row * columns + column]!);
    factor.solve(y).forEach((weight, row) => {
      solution[row * columns + column] = weight;
      squaredNorm += weight * y[row]!;
    });
  }
  return {
    fitted: multiply(gram, solution, columns),
    said: multiply(kernelMatrix(kernel, test, train), solution, columns),
    squaredNorm,
  };
}

/**
 * Fit with as many centers as examples, each a Gaussian point with the mean and variance the examples have at each value:
 * `C B = Y`, `C_ij = k(x_i, c_j)`.
 *
 * @returns With the relative residual, of all columns; undefined if a pivot is 0.
 */
export function fitElsewhere(
  { kernel, train, test, targets, columns }: InMemory,
  seed: number,
): (Fitted & { readonly residual: number }) | undefined {
  const centers = gaussianCenters(train, seed);
  const matrix = kernelMatrix(kernel, train, centers);
  const solution = eliminate(matrix, train.rows)?.solve(targets, columns);
  if (!solution) return undefined;
  const fitted = multiply(matrix, solution, columns);
  const own = multiply(kernelMatrix(kernel, centers, centers), solution, columns);
  let squaredNorm = 0;
  for (let at = 0; at < own.length; at++) squaredNorm += own[at]! * solution[at]!;
  const said = multiply(kernelMatrix(kernel, test, centers), solution, columns);
  let [worst, size] = [0, 0];
  for (let at = 0; at < fitted.length; at++) {
    worst += (fitted[at]! - targets[at]!) ** 2;
    size += targets[at]! ** 2;
  }
  return { fitted, said, squaredNorm: Math.max(0, squaredNorm), residual: Math.sqrt(worst / size) };
}

function gaussianCenters({ rows, columns, values }: Matrix, seed: number): Matrix {
  const [means, squares] = [new Float64Array(columns), new Float64Array(columns)];
  values.forEach((value, at) => {
    means[at % columns]! += value / rows;
    squares[at % columns]! += (value * value) / rows;
  });
  const random = randomStream(seed, "kernel-centers");
  return {
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, (_, at) => {
      const column = at % columns;
      const deviation = Math.sqrt(Math.max(0, squares[column]! - means[column]! ** 2));
      return means[column]! + deviation * random.normal();
    }),
  };
}

/** `[x.rows, z.rows]`: the kernel of each pair of rows. */
function kernelMatrix(kernel: Kernel, x: Matrix, z: Matrix): Float64Array {
  const norms = Float64Array.from({ length: z.rows }, (_, at) => dot(rowOf(z, at), rowOf(z, at)));
  const out = new Float64Array(x.rows * z.rows);
  for (let i = 0; i < x.rows; i++) {
    const row = rowOf(x, i);
    const norm = dot(row, row);
    for (let j = 0; j < z.rows; j++) {
      out[i * z.rows + j] = kernel.evaluate(dot(row, rowOf(z, j)), norm, norms[j]!);
    }
  }
  return out;
}
