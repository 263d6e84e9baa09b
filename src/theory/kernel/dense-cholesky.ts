/**
 * @file The Cholesky factor of one tile and its inverse, in float64: halves are factored, and joined by products on the
 * engine.
 */

import { gemm, plainProduct } from "../../graph/ops/linear.ts";
import { input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";

/** Rows below which plain loops are used. */
const SMALL = 96;

/** A factor `L` of `A = L L^T` and its inverse, both `[size, size]` and 0 above the diagonal. */
export interface DenseFactor {
  readonly lower: Float64Array;
  readonly inverse: Float64Array;
}

/** Factors tiles. */
export interface DenseCholesky extends AsyncDisposable {
  /**
   * Factor a symmetric matrix.
   *
   * @param matrix - `[size, size]`; only its lower triangle is read.
   * @returns undefined if it is not positive definite in float64.
   */
  factor(matrix: Float64Array, size: number): Promise<DenseFactor | undefined>;
}

/** Open the products that halves are joined by. */
export async function createDenseCholesky(engine: Engine): Promise<DenseCholesky> {
  const open = (transposeB: boolean) => {
    const a = input("a", ["rows", "inner"], "float64");
    const b = input("b", transposeB ? ["columns", "inner"] : ["inner", "columns"], "float64");
    const c = gemm(a, b, { ...plainProduct, transposeB });
    return openProgram(engine, { name: "product", inputs: [a, b], outputs: [{ name: "c", value: c }] });
  };
  const [plain, transposed] = [await open(false), await open(true)];
  const multiply = async (
    a: Float64Array,
    b: Float64Array,
    [rows, inner, columns]: readonly [number, number, number],
    isTransposed = false,
  ): Promise<Float64Array> => {
    const results = await (isTransposed ? transposed : plain).run({
      a: { data: a, dims: [rows, inner] },
      b: { data: b, dims: isTransposed ? [columns, inner] : [inner, columns] },
    });
    return results["c"] as Float64Array;
  };

  const factor = async (matrix: Float64Array, size: number): Promise<DenseFactor | undefined> => {
    if (size <= SMALL) return factorSmall(matrix, size);
    const [top, bottom] = [Math.ceil(size / 2), Math.floor(size / 2)];
    const first = await factor(cut(matrix, size, [0, 0], [top, top]), top);
    if (!first) return undefined;
    const side = await multiply(
      cut(matrix, size, [top, 0], [bottom, top]),
      first.inverse,
      [bottom, top, top],
      true,
    );
    const rest = cut(matrix, size, [top, top], [bottom, bottom]);
    const taken = await multiply(side, side, [bottom, top, bottom], true);
    for (let at = 0; at < rest.length; at++) rest[at]! -= taken[at]!;
    const second = await factor(rest, bottom);
    if (!second) return undefined;
    const turned = await multiply(second.inverse, side, [bottom, bottom, top]);
    const corner = await multiply(turned, first.inverse, [bottom, top, top]);
    for (let at = 0; at < corner.length; at++) corner[at] = -corner[at]!;
    return {
      lower: join(size, top, first.lower, side, second.lower),
      inverse: join(size, top, first.inverse, corner, second.inverse),
    };
  };
  return {
    factor,
    async [Symbol.asyncDispose]() {
      await plain[Symbol.asyncDispose]();
      await transposed[Symbol.asyncDispose]();
    },
  };
}

/** Plain Cholesky, row by row, and forward substitution on the unit matrix. */
function factorSmall(matrix: Float64Array, size: number): DenseFactor | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i === j) {
        if (!(sum > 0)) return undefined;
        lower[i * size + i] = Math.sqrt(sum);
      } else lower[i * size + j] = sum / lower[j * size + j]!;
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const pivot = lower[i * size + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= lower[i * size + k]! * inverse[k * size + j]!;
      inverse[i * size + j] = sum / pivot;
    }
  }
  return { lower, inverse };
}

function cut(
  matrix: Float64Array,
  size: number,
  [top, left]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * size + left;
    out.set(matrix.subarray(from, from + columns), row * columns);
  }
  return out;
}

/** A lower triangular matrix from its parts. */
function join(
  size: number,
  top: number,
  first: Float64Array,
  side: Float64Array,
  second: Float64Array,
): Float64Array {
  const out = new Float64Array(size * size);
  const bottom = size - top;
  for (let row = 0; row < top; row++) out.set(first.subarray(row * top, (row + 1) * top), row * size);
  for (let row = 0; row < bottom; row++) {
    const at = (top + row) * size;
    out.set(side.subarray(row * top, (row + 1) * top), at);
    out.set(second.subarray(row * bottom, (row + 1) * bottom), at + top);
  }
  return out;
}
