/**
 * @file The nearest neighbors of many vectors by their inner products, in tiles.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { gemm, plainProduct } from "../../graph/ops/linear.ts";
import { input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";

/** Rows and columns of a tile of products: 16 MiB of them. */
const TILE = 2048;

/** For each vector its nearest others, the nearest first: `[count, nearest]`. */
export interface Neighbors {
  readonly nearest: number;
  readonly places: Int32Array;
  readonly products: Float32Array;
}

/**
 * Find the `nearest` other vectors of largest inner product; fewer only where there are fewer.
 *
 * @param vectors - `[count, size]`
 * @param first - Vectors before it are found, and look for none.
 * @throws the signal's reason as soon as it is aborted.
 */
export async function findNeighbors(
  engine: Engine,
  vectors: Float32Array,
  size: number,
  nearest: number,
  watch: Watch,
  first = 0,
): Promise<Neighbors> {
  const count = vectors.length / size;
  const kept = Math.min(nearest, count - 1);
  const found: Neighbors = {
    nearest: kept,
    places: new Int32Array(count * kept),
    products: new Float32Array(count * kept).fill(Number.NEGATIVE_INFINITY),
  };
  const left = input("left", ["rows", size], "float32");
  const right = input("right", ["columns", size], "float32");
  await using program = await openProgram(engine, {
    name: "inner-products",
    inputs: [left, right],
    outputs: [{ name: "products", value: gemm(left, right, { ...plainProduct, transposeB: true }) }],
  });
  const cut = (from: number) => {
    const rows = Math.min(TILE, count - from);
    return { data: vectors.subarray(from * size, (from + rows) * size), dims: [rows, size] };
  };
  for (let row = first; row < count; row += TILE) {
    await breathe(watch, row, count, "finding neighbors");
    for (let column = 0; column < count; column += TILE) {
      const results = await program.run({ left: cut(row), right: cut(column) });
      takeNearest(found, results["products"] as Float32Array, row, column, count);
    }
  }
  return found;
}

/** Put what is nearer than what was found into its place. */
function takeNearest(
  { nearest, places, products }: Neighbors,
  tile: Float32Array,
  row: number,
  column: number,
  count: number,
): void {
  const [rows, columns] = [Math.min(TILE, count - row), Math.min(TILE, count - column)];
  for (let at = 0; at < rows; at++) {
    const first = (row + at) * nearest;
    const last = first + nearest - 1;
    let farthest = products[last]!;
    for (let other = 0, from = at * columns; other < columns; other++, from++) {
      const product = tile[from]!;
      if (product <= farthest || column + other === row + at) continue;
      let place = last;
      for (; place > first && products[place - 1]! < product; place--) {
        products[place] = products[place - 1]!;
        places[place] = places[place - 1]!;
      }
      products[place] = product;
      places[place] = column + other;
      farthest = products[last]!;
    }
  }
}
