/**
 * @file Gram matrix times vectors in float64, the matrix computed tile by tile and never held.
 */

import { transpose } from "../../base/linear/matrix.ts";
import { matmul } from "../../graph/ops/linear.ts";
import { type Graph, input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import type { GramSource, TileSource } from "./source.ts";
import { TILE, tileRows } from "./triangle.ts";

type OnTile = (done: number, total: number) => Promise<void>;

/** Tiles from one word about progress to the next. */
const TELL_EVERY = 16;

/** Products with a Gram matrix. */
export interface GramProduct extends AsyncDisposable {
  /**
   * `K V` for `V: [n, columns]`, row after row.
   *
   * @param onTile - Told how many tiles of how many are done, and waited for; may throw to stop.
   */
  multiply(vectors: Float64Array, columns: number, onTile?: OnTile): Promise<Float64Array>;
}

/** A tile times the vectors of its columns; of one above the diagonal also the vectors of its rows times it. */
function productGraph({ tile }: TileSource, isAbove: boolean): Graph {
  const { inputs, kernel } = tile("float64");
  const right = input("right_vectors", ["columns", "vectors"], "float64");
  // Vectors as rows: a product with the transposed tile would be four times slower.
  const left = input("left_vectors", ["vectors", "rows"], "float64");
  return {
    name: "gram-product",
    inputs: [...inputs, right, ...(isAbove ? [left] : [])],
    outputs: [
      { name: "across", value: matmul(kernel, right) },
      ...(isAbove ? [{ name: "down", value: matmul(left, kernel) }] : []),
    ],
  };
}

/** Products with a symmetric Gram matrix: each tile above the diagonal is computed once and used twice. */
export async function createGramProduct(engine: Engine, source: GramSource): Promise<GramProduct> {
  const diagonal = await openProgram(engine, productGraph(source, false));
  const above = await openProgram(engine, productGraph(source, true));
  const n = source.rows;
  const count = Math.ceil(n / TILE);
  return {
    async multiply(vectors, columns, onTile) {
      const total = (count * (count + 1)) / 2;
      const out = new Float64Array(n * columns);
      let done = 0;
      for (let row = 0; row < count; row++) {
        const rows = tileRows(n, row);
        const left = {
          data: transpose(partOf(vectors, columns, row, rows), rows, columns),
          dims: [columns, rows],
        };
        for (let column = row; column < count; column++) {
          const width = tileRows(n, column);
          const right = { data: partOf(vectors, columns, column, width), dims: [width, columns] };
          const feeds = { ...source.feeds("float64", row, column), right_vectors: right };
          const results =
            row === column ? await diagonal.run(feeds) : await above.run({ ...feeds, left_vectors: left });
          addTo(out, results["across"] as Float64Array, row * TILE * columns);
          if (row !== column) {
            addTo(out, transpose(results["down"] as Float64Array, columns, width), column * TILE * columns);
          }
          done++;
          if (done % TELL_EVERY === 0) await onTile?.(done, total);
        }
      }
      return out;
    },
    async [Symbol.asyncDispose]() {
      await diagonal[Symbol.asyncDispose]();
      await above[Symbol.asyncDispose]();
    },
  };
}

/**
 * The kernel of other examples with the matrix's own, times vectors: what an interpolant says about them.
 *
 * @param vectors - `[n, columns]`
 * @returns `[m, columns]`
 */
export async function multiplyTests(
  engine: Engine,
  source: TileSource,
  vectors: Float64Array,
  columns: number,
  onTile?: OnTile,
): Promise<Float64Array> {
  await using program = await openProgram(engine, productGraph(source, false));
  const [down, along] = [Math.ceil(source.rows / TILE), Math.ceil(source.columns / TILE)];
  const out = new Float64Array(source.rows * columns);
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < along; column++) {
      const width = tileRows(source.columns, column);
      const { across } = await program.run({
        ...source.feeds("float64", row, column),
        right_vectors: { data: partOf(vectors, columns, column, width), dims: [width, columns] },
      });
      addTo(out, across as Float64Array, row * TILE * columns);
      const done = row * along + column + 1;
      if (done % TELL_EVERY === 0) await onTile?.(done, down * along);
    }
  }
  return out;
}

const partOf = (vectors: Float64Array, columns: number, tile: number, rows: number): Float64Array =>
  vectors.subarray(tile * TILE * columns, (tile * TILE + rows) * columns);

function addTo(out: Float64Array, part: Float64Array, from: number): void {
  for (let at = 0; at < part.length; at++) out[from + at]! += part[at]!;
}
