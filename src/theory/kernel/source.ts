/**
 * @file Where tiles of a Gram matrix come from: computed from examples each time they are needed, or held in memory.
 *
 * A matrix that is computed anew needs no memory, and its float64 tiles are exact to rounding; one that is held has the
 * precision it was accumulated in, and is taken as it is.
 */

import { multiply } from "../../graph/ops/elementwise.ts";
import { byteProduct, gemm, plainProduct } from "../../graph/ops/linear.ts";
import { cast, transpose } from "../../graph/ops/shape.ts";
import { constant, type Input, input, numberLike, type Value } from "../../graph/value.ts";
import type { Block, Feeds } from "../../train/program.ts";
import type { Gram } from "../features/gram-state.ts";
import type { ByteOperand } from "./byte-products.ts";
import type { Kernel } from "./kernels.ts";
import { TILE, tileRows } from "./triangle.ts";

/** Precision of a tile. */
export type Precision = "float32" | "float64";

/** A tile as a part of a graph. */
interface Tile {
  readonly inputs: readonly Input[];
  /** `[rows, columns]`. */
  readonly kernel: Value;
}

/** Tiles of a Gram matrix as parts of graphs, and what these are given. */
export interface TileSource {
  /** Rows of the matrix. */
  readonly rows: number;
  /** Columns of the matrix. */
  readonly columns: number;
  /**
   * A tile of free sizes.
   *
   * @param columns - The name of its number of columns, `columns` unless told; that of its rows is `rows`.
   */
  readonly tile: (precision: Precision, columns?: string) => Tile;
  /** What a tile's inputs are given; of a symmetric matrix `row <= column` only. */
  readonly feeds: (precision: Precision, row: number, column: number) => Feeds;
}

/** A symmetric Gram matrix, and those of other examples with the same ones. */
export interface GramSource extends TileSource {
  /** How its entries come about, for the report. */
  readonly precision: string;
  /** `[m, n]`: the kernel of test examples (rows) with the examples of the matrix (columns). */
  readonly tests: TileSource | null;
}

/** Examples a kernel can be computed from. */
export type Points =
  | {
      readonly kind: "bytes";
      readonly data: Uint8Array;
      readonly count: number;
      readonly size: number;
      /** What the engine multiplies them with exactly; see `exactByteOperand`. */
      readonly operand: ByteOperand;
    }
  | { readonly kind: "floats"; readonly data: Float32Array; readonly count: number; readonly size: number };

/** Some consecutive examples; not a copy. */
export function slicePoints(points: Points, from: number, count: number): Points {
  const [start, end] = [from * points.size, (from + count) * points.size];
  return points.kind === "bytes"
    ? { ...points, data: points.data.subarray(start, end), count }
    : { ...points, data: points.data.subarray(start, end), count };
}

const DTYPE = { float32: Float32Array, float64: Float64Array } as const;

/**
 * The Gram matrix of examples.
 *
 * Bytes are pixels in `[0, 255]`, scaled to `[0, 1]`: their inner products are computed with integers, exactly, and
 * about four times as fast as with floats. Floats are taken as they are; their float64 products are of float64 numbers.
 *
 * @param points - `[n, size]`
 * @param tests - `[m, size]`, of the same kind.
 */
export function gramOfPoints(kernel: Kernel, points: Points, tests: Points | null): GramSource {
  const own = prepare(points);
  const symmetric = sourceOf(kernel, own, own);
  const others = tests && prepare(tests);
  return {
    ...symmetric,
    precision:
      points.kind === "bytes"
        ? "float64, from exact integer products of pixels"
        : "float64, from float32 examples",
    tests: others && sourceOf(kernel, others, own),
  };
}

/** Examples in tiles, ready to be fed. */
interface Prepared {
  /** Element type of {@link right} if examples are bytes. */
  readonly operand: ByteOperand | undefined;
  readonly count: number;
  readonly size: number;
  /** Rows `[rows, size]` of a tile as the left operand. */
  readonly left: (precision: Precision, tile: number) => Block;
  /** The same as the right operand: transposed for integers, as it is for floats. */
  readonly right: (precision: Precision, tile: number) => Block;
  readonly norms: Float64Array;
}

const PIXEL = 1 / 255;

function prepare(points: Points): Prepared {
  const { count, size } = points;
  const tiles = Math.ceil(count / TILE);
  const norms = new Float64Array(count);
  for (let row = 0, at = 0; row < count; row++) {
    let sum = 0;
    for (const end = at + size; at < end; at++) sum += points.data[at]! ** 2;
    // In the order of the product, so that an example is at distance 0 from itself to the last bit.
    norms[row] = points.kind === "bytes" ? sum * (PIXEL * PIXEL) : sum;
  }
  if (points.kind === "bytes") {
    // 128 less makes bytes signed, and the engine is told so.
    const offset = points.operand === "int8" ? 128 : 0;
    const right = Array.from({ length: tiles }, (_, tile) => {
      const rows = tileRows(count, tile);
      const out = points.operand === "int8" ? new Int8Array(size * rows) : new Uint8Array(size * rows);
      for (let row = 0; row < rows; row++) {
        const from = (tile * TILE + row) * size;
        for (let k = 0; k < size; k++) out[k * rows + row] = points.data[from + k]! - offset;
      }
      return { data: out, dims: [size, rows] };
    });
    return {
      operand: points.operand,
      count,
      size,
      left: (_, tile) => rowsOf(points.data, count, size, tile),
      right: (_, tile) => right[tile]!,
      norms,
    };
  }
  // Float64 copies only of two tiles at a time: the last ones asked for are kept.
  const recent = new Map<number, Block>();
  const exact = (tile: number): Block => {
    const known = recent.get(tile);
    if (known) return known;
    const { data, dims } = rowsOf(points.data, count, size, tile);
    const block = { data: Float64Array.from(data), dims };
    recent.set(tile, block);
    if (recent.size > 4) recent.delete(recent.keys().next().value!);
    return block;
  };
  const operand = (precision: Precision, tile: number): Block =>
    precision === "float64" ? exact(tile) : rowsOf(points.data, count, size, tile);
  return {
    operand: undefined,
    count,
    size,
    left: operand,
    right: operand,
    norms,
  };
}

function rowsOf<A extends Uint8Array | Float32Array>(
  data: A,
  count: number,
  size: number,
  tile: number,
): { readonly data: A; readonly dims: readonly number[] } {
  const rows = tileRows(count, tile);
  return {
    data: data.subarray(tile * TILE * size, (tile * TILE + rows) * size) as A,
    dims: [rows, size],
  };
}

function sourceOf(kernel: Kernel, left: Prepared, right: Prepared): TileSource {
  const { operand } = right;
  const isBytes = operand !== undefined;
  return {
    rows: left.count,
    columns: right.count,
    tile(precision, columns = "columns") {
      const a = input("left", ["rows", left.size], isBytes ? "uint8" : precision);
      const b = isBytes
        ? input("right", [left.size, columns], operand)
        : input("right", [columns, left.size], precision);
      if (!isBytes) return tileOf(kernel, gemm(a, b, { ...plainProduct, transposeB: true }), [a, b], columns);
      const zeros = [constant(0, [], "uint8"), constant(operand === "int8" ? -128 : 0, [], operand)];
      const whole = cast(byteProduct(a, b, ...zeros), { to: precision });
      return tileOf(kernel, multiply(whole, numberLike(whole, PIXEL * PIXEL)), [a, b], columns);
    },
    feeds: (precision, row, column) => ({
      left: left.left(precision, row),
      right: right.right(precision, column),
      ...normFeeds(precision, left.norms, row, right.norms, column),
    }),
  };
}

/** A tile from its inner products, `[rows, columns]`, and what these are computed from; norms are given beside. */
function tileOf(kernel: Kernel, dot: Value, inputs: readonly Input[], size: string): Tile {
  const rows = input("row_norms", ["rows", 1], dot.type);
  const columns = input("column_norms", [1, size], dot.type);
  return { inputs: [...inputs, rows, columns], kernel: kernel.tile({ dot, rows, columns }) };
}

function normFeeds(
  precision: Precision,
  rows: Float64Array,
  row: number,
  columns: Float64Array,
  column: number,
): Feeds {
  const cut = (norms: Float64Array, tile: number): Float32Array | Float64Array =>
    DTYPE[precision].from(norms.subarray(tile * TILE, tile * TILE + tileRows(norms.length, tile)));
  const [a, b] = [cut(rows, row), cut(columns, column)];
  return { row_norms: { data: a, dims: [a.length, 1] }, column_norms: { data: b, dims: [1, b.length] } };
}

/** The Gram matrix of a kernel over inner products that are held, as whole numbers. */
export function gramOfProducts(kernel: Kernel, gram: Gram): GramSource {
  const { train, tests } = gram;
  const squaredUnit = gram.unit ** 2;
  const [norms, testNorms] = [gram.trainNorms, gram.testNorms].map((own) =>
    own.map((norm) => norm * squaredUnit),
  ) as [Float64Array, Float64Array];
  const [n, m] = [norms.length, testNorms.length];
  const held = (precision: Precision, columns: string, isTransposed: boolean): Tile => {
    const products = input("products", isTransposed ? [columns, "rows"] : ["rows", columns], "int32");
    const whole = cast(isTransposed ? transpose(products) : products, { to: precision });
    return tileOf(kernel, multiply(whole, numberLike(whole, squaredUnit)), [products], columns);
  };
  const rowsOfTests = (tile: number): number => tileRows(m, tile);
  return {
    rows: n,
    columns: n,
    precision: "float64, from exact integer products of features",
    // The lower triangle is held, and the upper one asked for.
    tile: (precision, columns = "columns") => held(precision, columns, true),
    feeds: (precision, row, column) => ({
      products: { data: train.tile(column, row), dims: [tileRows(n, column), tileRows(n, row)] },
      ...normFeeds(precision, norms, row, norms, column),
    }),
    tests:
      m === 0
        ? null
        : {
            rows: m,
            columns: n,
            tile: (precision, columns = "columns") => held(precision, columns, false),
            feeds: (precision, row, column) => {
              const [rows, columns] = [rowsOfTests(row), tileRows(n, column)];
              const products = new Int32Array(rows * columns);
              for (let at = 0; at < rows; at++) {
                const from = at * n + column * TILE;
                products.set(tests[row]!.subarray(from, from + columns), at * columns);
              }
              return {
                products: { data: products, dims: [rows, columns] },
                ...normFeeds(precision, testNorms, row, norms, column),
              };
            },
          },
  };
}
