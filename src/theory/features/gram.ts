/**
 * @file Adds up a Gram matrix over blocks of features, which are never all in memory.
 *
 * Features are whole numbers, and so are their products and the sums of these: exact, whatever the blocks and their order.
 */

import { DataError, UsageError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { byteProduct } from "../../graph/ops/linear.ts";
import { transpose } from "../../graph/ops/shape.ts";
import { constant, input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import { exactByteOperand } from "../kernel/byte-products.ts";
import { TILE, tileRows } from "../kernel/triangle.ts";
import {
  blocksDone,
  createGramState,
  type FeatureBlock,
  type Gram,
  type GramPart,
  type GramState,
  gramOf,
  isWhole,
} from "./gram-state.ts";

/** Where a state is kept, such as a folder. */
export interface GramKeeper {
  /** Keep the parts that have changed since they were kept last. */
  save(state: GramState): Promise<void>;
  /** Keep the answers. */
  saveAnswers(state: GramState): Promise<void>;
}

/** How a Gram matrix is added up. */
export interface GramOptions {
  /** What to go on from; the blocks given must begin with block `blocksDone(state)`. Zeros by default. */
  readonly state?: GramState | undefined;
  /** Where to keep the state. */
  readonly keeper?: GramKeeper | undefined;
  /** Seconds between savings; 600 by default. */
  readonly saveSeconds?: number | undefined;
  /** Numbers of filters to ask {@link onFilters} at: after the block with which each is reached. */
  readonly at?: readonly number[] | undefined;
  /**
   * Asked once at each of these numbers, and never again after an interruption: what it answers is kept.
   *
   * @param gram - The matrix so far; its arrays are added to afterwards, and not to be changed.
   */
  readonly onFilters?: ((filters: number, gram: Gram) => Promise<Json>) | undefined;
  /** Filters there will be in all, for {@link onProgress}. */
  readonly filters?: number | undefined;
  readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
  /** Aborted, the state is kept as it is, and the signal's reason thrown. */
  readonly signal?: AbortSignal | undefined;
}

const SAVE_SECONDS = 600;

/**
 * Add up the Gram matrix of `n` training examples and `m` tests over blocks of features.
 *
 * Memory: the state, one block, its training examples once more, and 8 MB.
 *
 * @throws DataError if a block has another size than it says.
 * @throws UsageError if there are so many features that sums do not fit into 32 bits.
 */
export async function accumulateGram(
  engine: Engine,
  blocks: AsyncIterable<FeatureBlock>,
  n: number,
  m: number,
  options: GramOptions = {},
): Promise<Gram> {
  const { state = createGramState(n, m), keeper, signal, saveSeconds = SAVE_SECONDS } = options;
  if (state.n !== n || state.m !== m) {
    throw new RangeError(
      `Gram matrix: expected a state for n = ${n} and m = ${m}, got one for ${state.n} and ${state.m}`,
    );
  }
  await using products = await openProducts(engine);
  let saved = performance.now();
  await ask(state, options);
  try {
    let block = blocksDone(state);
    for await (const features of blocks) {
      checkBlock(features, n, m);
      const operands = await products.prepare(features, n);
      const before = Math.min(...state.parts.map((part) => part.filters));
      const filters = features.filters ?? features.features;
      for (const [at, part] of state.parts.entries()) {
        if (part.blocks > block) continue;
        // Only between parts: one that is added to halfway could not be kept.
        signal?.throwIfAborted();
        await addTo(part, operands, n, products);
        const done = before + (filters * (at + 1)) / state.parts.length;
        options.onProgress?.(done, options.filters ?? done, "filters");
      }
      block++;
      if (keeper && performance.now() - saved >= 1000 * saveSeconds) {
        await keeper.save(state);
        saved = performance.now();
      }
      await ask(state, options);
      signal?.throwIfAborted();
    }
  } catch (error) {
    // Thrown anywhere else, an error leaves a part added to halfway: what was kept before is right.
    if (signal?.aborted && error === signal.reason) await keeper?.save(state);
    throw error;
  }
  await keeper?.save(state);
  return gramOf(state);
}

/** Ask for an answer where one is due and there is none yet. */
async function ask(
  state: GramState,
  { at = [], onFilters, keeper }: Pick<GramOptions, "at" | "onFilters" | "keeper">,
): Promise<void> {
  if (!onFilters || !isWhole(state)) return;
  const { filters } = state.parts[0]!;
  const due = at.filter((count) => count > 0 && count <= filters);
  const reached = Math.max(...due);
  // Those between two blocks are reached with the same matrix, so there is one answer for them.
  const last = Math.max(0, ...state.answers.keys());
  if (due.length === 0 || reached <= last) return;
  state.answers.set(filters, await onFilters(filters, gramOf(state)));
  await keeper?.saveAnswers(state);
}

/** Refuse a block that is not what it says. */
function checkBlock({ train, tests, features }: FeatureBlock, n: number, m: number): void {
  if (train.length === n * features && tests.length === m * features) return;
  throw new DataError(
    `Gram matrix: expected blocks [${n}, ${features}] and [${m}, ${features}], got ${train.length} and ${tests.length} elements`,
  );
}

/** A block as the engine multiplies it. */
interface Operands {
  readonly block: FeatureBlock;
  /** Tiles of training examples as right operands, `[features, rows]`. */
  readonly right: readonly (Int8Array | Uint8Array)[];
}

/** Add one block to a part: products of its rows with all training rows up to the diagonal, or with all. */
async function addTo(
  part: GramPart,
  { block, right }: Operands,
  n: number,
  products: Products,
): Promise<void> {
  const { features } = block;
  const rows = part.norms.length;
  const own = part.side === "train" ? block.train : block.tests;
  const left = own.subarray(part.index * TILE * features, (part.index * TILE + rows) * features);
  addNorms(part, left, features);
  const shifted = shift(left);
  const columns = part.side === "train" ? part.index + 1 : Math.ceil(n / TILE);
  for (let column = 0; column < columns; column++) {
    const width = tileRows(n, column);
    const computed = await products.multiply(shifted, right[column]!, [rows, features, width]);
    if (part.side === "train") addAll(part.arrays[column]!, computed);
    else addColumns(part.arrays[0]!, computed, rows, width, n, column * TILE);
  }
  part.blocks++;
  part.features += features;
  part.filters += block.filters ?? features;
}

function addAll(sums: Int32Array, terms: Int32Array): void {
  for (let at = 0; at < terms.length; at++) sums[at]! += terms[at]!;
}

/** Add `[rows, width]` to the columns of `[rows, n]` that begin at `first`. */
function addColumns(
  sums: Int32Array,
  terms: Int32Array,
  rows: number,
  width: number,
  n: number,
  first: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++)
      sums[row * n + first + column]! += terms[row * width + column]!;
}

/** The largest sum there is room for. No product of two vectors is larger than the larger of their squared norms. */
const MOST = 2 ** 31 - 1;

/** Add the squared norms of rows. */
function addNorms({ side, index, norms }: GramPart, rows: Int8Array, features: number): void {
  for (let row = 0; row < norms.length; row++) {
    let sum = 0;
    for (let at = row * features; at < (row + 1) * features; at++) sum += rows[at]! * rows[at]!;
    norms[row]! += sum;
    if (norms[row]! > MOST) {
      const whose = side === "train" ? "training" : "test";
      throw new UsageError(
        `Gram matrix: expected sums below 2^31, got ${norms[row]} for ${whose} example ${index * TILE + row}; ask for fewer features`,
      );
    }
  }
}

/** What signed bytes are more than 0, once they are shifted to be unsigned. */
const SHIFT = 128;

/** Signed bytes plus 128. */
function shift(bytes: Int8Array): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) out[at] = bytes[at]! + SHIFT;
  return out;
}

/** Products of tiles on the engine. */
interface Products extends AsyncDisposable {
  /** Training examples of a block as right operands. */
  prepare(block: FeatureBlock, n: number): Promise<Operands>;
  /** `A B` for shifted `A [rows, features]` and `B [features, width]`: `[rows, width]`, overwritten by the next product. */
  multiply(
    left: Uint8Array,
    right: Int8Array | Uint8Array,
    shape: readonly [rows: number, features: number, width: number],
  ): Promise<Int32Array>;
}

async function openProducts(engine: Engine): Promise<Products> {
  const operand = await exactByteOperand(engine);
  const rows = input("rows", ["rows", "features"], operand);
  const turn = await openProgram(engine, {
    name: "gram-transpose",
    inputs: [rows],
    outputs: [{ name: "columns", value: transpose(rows) }],
  });
  const left = input("left", ["rows", "features"], "uint8");
  const columns = input("right", ["features", "columns"], operand);
  const zeros = [constant(SHIFT, [], "uint8"), constant(operand === "int8" ? 0 : SHIFT, [], operand)];
  const product = await openProgram(engine, {
    name: "gram-product",
    inputs: [left, columns],
    outputs: [{ name: "product", value: byteProduct(left, columns, ...zeros) }],
  });
  const room = new Int32Array(TILE * TILE);
  let right: (Int8Array | Uint8Array)[] = [];
  return {
    async prepare(block, n) {
      const { train, features } = block;
      // Of the block before, if it was as large.
      if (right[0]?.length !== tileRows(n, 0) * features) {
        right = Array.from({ length: Math.ceil(n / TILE) }, (_, tile) => {
          const length = tileRows(n, tile) * features;
          return operand === "int8" ? new Int8Array(length) : new Uint8Array(length);
        });
      }
      for (const [tile, data] of right.entries()) {
        const rows = train.subarray(tile * TILE * features, tile * TILE * features + data.length);
        await turn.run(
          {
            rows: {
              data: operand === "int8" ? rows : shift(rows),
              dims: [data.length / features, features],
            },
          },
          { columns: { data, dims: [features, data.length / features] } },
        );
      }
      return { block, right };
    },
    async multiply(left, columns, [rows, features, width]) {
      const data = room.subarray(0, rows * width);
      await product.run(
        {
          left: { data: left, dims: [rows, features] },
          right: { data: columns, dims: [features, width] },
        },
        { product: { data, dims: [rows, width] } },
      );
      return data;
    },
    async [Symbol.asyncDispose]() {
      await turn[Symbol.asyncDispose]();
      await product[Symbol.asyncDispose]();
    },
  };
}
