/**
 * @file The Cholesky factor of a Gram matrix in float32, tile by tile: nearly its inverse, for half the memory of the
 * matrix and `n^3 / 3` floating-point operations on the engine.
 *
 * It is left-looking: a tile is computed from the kernel, loses what earlier rows explain of it in one long product, and is
 * multiplied by the inverse of the diagonal tile above it. Diagonal tiles are factored in float64.
 *
 * Where memory does not suffice, only the first columns of tiles are kept, and the diagonal tiles of what they leave
 * unexplained: an incomplete factorization, positive definite as the whole one is (the Schur complement of a positive
 * definite matrix is, and so are its diagonal tiles; Golub and Van Loan, "Matrix Computations", 4.2 and 11.5).
 */

import { DataError } from "../../base/errors.ts";
import { gemm, matmul, plainProduct } from "../../graph/ops/linear.ts";
import { cast } from "../../graph/ops/shape.ts";
import { type Input, input, type Value } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { type Feeds, openProgram, type Program } from "../../train/program.ts";
import { createDenseCholesky, type DenseFactor } from "./dense-cholesky.ts";
import type { GramSource } from "./source.ts";
import { TILE, tileRows } from "./triangle.ts";

/** Something close to the inverse of a matrix. */
export interface Preconditioner extends AsyncDisposable {
  /** Bytes it holds. */
  readonly bytes: number;
  /** What had to be added to the diagonal of some tiles, as they were not positive definite in this precision; 0 if nothing. */
  readonly shift: number;
  /** The solution for right-hand sides `[rows, columns]`, nearly; of the first rows of the matrix, if there are fewer. */
  solve(vectors: Float64Array, columns: number): Promise<Float64Array>;
}

/** How a matrix is factored. */
export interface CholeskyOptions {
  /** Added to the diagonal. */
  readonly l2: number;
  /** Columns of tiles that are kept; all if not given. */
  readonly kept?: number;
  /** Told how much of the work is done, of 1, and waited for; may throw to stop. */
  readonly onWork?: (done: number) => Promise<void>;
}

/** Bytes of the factor of so many examples, of which so many columns of tiles are kept, with its diagonal tiles. */
export function choleskyBytes(n: number, kept = Number.POSITIVE_INFINITY): number {
  let elements = 0;
  for (let row = 0; row * TILE < n; row++) {
    const rows = tileRows(n, row);
    elements += rows * (Math.min(row, kept) * TILE + rows);
  }
  return 4 * elements;
}

/**
 * Factor a Gram matrix.
 *
 * @throws DataError if an entry is not finite.
 */
export async function choleskyOf(
  engine: Engine,
  source: GramSource,
  { l2, kept = Number.POSITIVE_INFINITY, onWork = async () => undefined }: CholeskyOptions,
): Promise<Preconditioner> {
  const n = source.rows;
  const count = Math.ceil(n / TILE);
  const work = Array.from({ length: count + 1 }, (_, row) => workBefore(row, kept));
  await using programs = await openPrograms(engine, source);
  await using dense = await createDenseCholesky(engine);
  /** Row i: the transposed rows of L left of the diagonal, as far as they are kept: `[min(i, kept) TILE, rows]`. */
  const panels: Float32Array[] = [];
  /** `[rows, rows]`: the inverse of the diagonal tile of L. */
  const inverses: Float32Array[] = [];
  let shift = 0;
  for (let i = 0; i < count; i++) {
    const rows = tileRows(n, i);
    const width = Math.min(i, kept);
    const panel = new Float32Array(width * TILE * rows);
    const above = (columns: number): Feeds[string] => ({
      data: panel.subarray(0, columns * TILE * rows),
      dims: [columns * TILE, rows],
    });
    for (let j = 0; j < width; j++) {
      const feeds = {
        ...source.feeds("float32", j, i),
        inverse: { data: inverses[j]!, dims: [TILE, TILE] },
      };
      const tile = {
        data: panel.subarray(j * TILE * rows, (j + 1) * TILE * rows),
        dims: [TILE, rows],
      };
      if (j === 0) await programs.first.run(feeds, { tile });
      else {
        const theirs = { data: panels[j]!, dims: [j * TILE, TILE] };
        await programs.next.run({ ...feeds, theirs, ours: above(j) }, { tile });
      }
      await onWork((work[i]! + ((j + 1) * (j + 2)) / 2) / work[count]!);
    }
    const feeds = source.feeds("float32", i, i);
    const results =
      width === 0
        ? await programs.firstDiagonal.run(feeds)
        : await programs.diagonal.run({ ...feeds, ours: above(width) });
    const corner = results["corner"] as Float64Array;
    for (let at = 0; at < rows; at++) corner[at * rows + at]! += l2;
    const { factor, added } = await factorShifted(corner, rows, dense.factor);
    shift = Math.max(shift, added);
    panels.push(panel);
    inverses.push(Float32Array.from(factor.inverse));
    await onWork(work[i + 1]! / work[count]!);
  }
  return createSolver(engine, { n, panels, inverses, shift });
}

/** Work before a row of tiles, in products of tiles: its j-th tile takes j + 1, its diagonal as many as it is wide, and one. */
function workBefore(row: number, kept: number): number {
  let work = 0;
  for (let i = 0; i < row; i++) {
    const width = Math.min(i, kept);
    work += (width * (width + 1)) / 2 + width + 1;
  }
  return work;
}

/** The smallest shift that is tried, of a diagonal that is about 1 once explained. */
const LEAST_SHIFT = 1e-6;

/**
 * Factor a tile; where rounding has made it indefinite, with more and more on its diagonal. It only preconditions, so
 * this costs iterations, not accuracy.
 */
async function factorShifted(
  matrix: Float64Array,
  size: number,
  factor: (matrix: Float64Array, size: number) => Promise<DenseFactor | undefined>,
): Promise<{ readonly factor: DenseFactor; readonly added: number }> {
  let largest = 0;
  for (const value of matrix) {
    if (!Number.isFinite(value)) {
      throw new DataError(
        `kernel: expected finite entries of the Gram matrix, got ${value}: the examples or features hold a number that is not finite, or the kernel overflows (a smaller \`bandwidth\` or \`degree\` helps)`,
      );
    }
    largest = Math.max(largest, Math.abs(value));
  }
  let added = 0;
  for (;;) {
    const found = await factor(matrix, size);
    if (found) return { factor: found, added };
    // A tile of zeros has no scale: whatever is added, it grows.
    const next = added === 0 ? LEAST_SHIFT * Math.max(largest, Number.EPSILON) : 4 * added;
    for (let at = 0; at < size; at++) matrix[at * size + at]! += next - added;
    added = next;
  }
}

async function openPrograms(engine: Engine, { tile }: GramSource) {
  const open = (name: string, inputs: readonly Input[], value: Value): Promise<Program> =>
    openProgram(engine, { name: "cholesky", inputs, outputs: [{ name, value }] });
  /** What earlier rows explain of a tile, taken away from it. */
  const rest = (theirs: Value, ours: Value, kernel: Value): Value =>
    gemm(theirs, ours, kernel, { alpha: -1, beta: 1, transposeA: true, transposeB: false });
  const theirs = input("theirs", ["explained", "rows"]);
  const ours = input("ours", ["explained", "columns"]);
  const corner = input("ours", ["explained", "rows"]);
  const inverse = input("inverse", ["rows", "rows"]);
  const { inputs, kernel } = tile("float32");
  const own = tile("float32", "rows");
  const programs = {
    first: await open("tile", [...inputs, inverse], matmul(inverse, kernel)),
    next: await open("tile", [...inputs, inverse, theirs, ours], matmul(inverse, rest(theirs, ours, kernel))),
    firstDiagonal: await open("corner", own.inputs, cast(own.kernel, { to: "float64" })),
    diagonal: await open(
      "corner",
      [...own.inputs, corner],
      cast(rest(corner, corner, own.kernel), { to: "float64" }),
    ),
  };
  return {
    ...programs,
    async [Symbol.asyncDispose]() {
      for (const program of Object.values(programs)) await program[Symbol.asyncDispose]();
    },
  };
}

/** Forward and backward substitution with the factor. */
async function createSolver(
  engine: Engine,
  {
    n,
    panels,
    inverses,
    shift,
  }: {
    readonly n: number;
    readonly panels: readonly Float32Array[];
    readonly inverses: readonly Float32Array[];
    readonly shift: number;
  },
): Promise<Preconditioner> {
  const open = (transposeA: boolean) => {
    const matrix = input("matrix", transposeA ? ["inner", "rows"] : ["rows", "inner"]);
    const vectors = input("vectors", ["inner", "columns"]);
    const product = gemm(matrix, vectors, { ...plainProduct, transposeA });
    const outputs = [{ name: "product", value: product }];
    return openProgram(engine, { name: "substitute", inputs: [matrix, vectors], outputs });
  };
  const [transposed, plain] = [await open(true), await open(false)];
  return {
    bytes: [...panels, ...inverses].reduce((sum, { byteLength }) => sum + byteLength, 0),
    shift,
    async solve(vectors, columns) {
      const x = Float32Array.from(vectors);
      const count = Math.ceil(vectors.length / columns / TILE);
      const widths = panels.map((panel, tile) => panel.length / tileRows(n, tile));
      const part = (tile: number): Float32Array =>
        x.subarray(tile * TILE * columns, (tile * TILE + tileRows(n, tile)) * columns);
      const head = (tile: number): Float32Array => x.subarray(0, widths[tile]! * columns);
      const multiply = async (
        program: typeof plain,
        [matrix, rows, width]: readonly [Float32Array, number, number],
        [given, height]: readonly [Float32Array, number],
      ): Promise<Float32Array> => {
        const results = await program.run({
          matrix: { data: matrix, dims: [rows, width] },
          vectors: { data: given, dims: [height, columns] },
        });
        return results["product"] as Float32Array;
      };
      for (let i = 0; i < count; i++) {
        const rows = tileRows(n, i);
        const own = part(i);
        if (widths[i]! > 0) {
          const explained = [panels[i]!, widths[i]!, rows] as const;
          subtract(own, await multiply(transposed, explained, [head(i), widths[i]!]));
        }
        own.set(await multiply(plain, [inverses[i]!, rows, rows], [own, rows]));
      }
      for (let i = count - 1; i >= 0; i--) {
        const rows = tileRows(n, i);
        const own = part(i);
        own.set(await multiply(transposed, [inverses[i]!, rows, rows], [own, rows]));
        if (widths[i]! > 0) {
          subtract(head(i), await multiply(plain, [panels[i]!, widths[i]!, rows], [own, rows]));
        }
      }
      return Float64Array.from(x);
    },
    async [Symbol.asyncDispose]() {
      await transposed[Symbol.asyncDispose]();
      await plain[Symbol.asyncDispose]();
    },
  };
}

function subtract(from: Float32Array, what: Float32Array): void {
  for (let at = 0; at < what.length; at++) from[at]! -= what[at]!;
}
