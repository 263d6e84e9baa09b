/**
 * @file Adds up a Gram matrix over blocks of features, which are never all in memory.
 *
 * Products of tiles are computed in float32 by the engine and added in the order of the blocks, so the same blocks give
 * the same bytes, interrupted or not.
 */

import type { InferenceSession } from "onnxruntime-node";
import { DataError } from "../../base/errors.ts";
import type { Json } from "../../base/spec.ts";
import { writeOnnx } from "../../graph/onnx/write.ts";
import { gemm } from "../../graph/ops/linear.ts";
import { constant, input } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
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
 * Memory: the state, one block, and 8 MB.
 *
 * @throws DataError if a block has another size than it says, or a feature is not finite.
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
  await using products = openProducts(engine);
  let saved = performance.now();
  await ask(state, options);
  try {
    let block = blocksDone(state);
    for await (const features of blocks) {
      checkBlock(features, n, m);
      const before = Math.min(...state.parts.map((part) => part.filters));
      const filters = features.filters ?? features.features;
      for (const [at, part] of state.parts.entries()) {
        if (part.blocks > block) continue;
        // Only between parts: one that is added to halfway could not be kept.
        signal?.throwIfAborted();
        await addTo(part, features, n, products);
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

/** Add one block to a part: products of its rows with all training rows up to the diagonal, or with all. */
async function addTo(part: GramPart, block: FeatureBlock, n: number, { product }: Products): Promise<void> {
  const { features } = block;
  const rows = part.norms.length;
  const own = part.side === "train" ? block.train : block.tests;
  const left = own.subarray(part.index * TILE * features, (part.index * TILE + rows) * features);
  addNorms(part, left, features);
  const columns = part.side === "train" ? part.index + 1 : Math.ceil(n / TILE);
  for (let column = 0; column < columns; column++) {
    const width = tileRows(n, column);
    const right = block.train.subarray(column * TILE * features, (column * TILE + width) * features);
    const computed = await product(left, right, features);
    if (part.side === "train") addAll(part.arrays[column]!, computed);
    else addColumns(part.arrays[0]!, computed, rows, width, n, column * TILE);
  }
  part.blocks++;
  part.features += features;
  part.filters += block.filters ?? features;
}

function addAll(sums: Float32Array, terms: Float32Array): void {
  for (let at = 0; at < terms.length; at++) sums[at]! += terms[at]!;
}

/** Add `[rows, width]` to the columns of `[rows, n]` that begin at `first`. */
function addColumns(
  sums: Float32Array,
  terms: Float32Array,
  rows: number,
  width: number,
  n: number,
  first: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < width; column++)
      sums[row * n + first + column]! += terms[row * width + column]!;
}

/** Add the squared norms of rows, which show whether a feature is not finite. */
function addNorms({ side, index, norms }: GramPart, rows: Float32Array, features: number): void {
  for (let row = 0; row < norms.length; row++) {
    let sum = 0;
    for (let at = row * features; at < (row + 1) * features; at++) sum += rows[at]! * rows[at]!;
    if (!Number.isFinite(sum)) {
      const whose = side === "train" ? "training example" : "test example";
      throw new DataError(
        `Gram matrix: expected finite features, got others for ${whose} ${index * TILE + row}`,
      );
    }
    norms[row]! += sum;
  }
}

/** Products of tiles on the engine. */
interface Products extends AsyncDisposable {
  /** `A B^T` for `A [r, length]` and `B [c, length]`: `[r, c]`. */
  product(a: Float32Array, b: Float32Array, length: number): Promise<Float32Array>;
}

/** Open the engine for products; there is a session for each of the few shapes. */
function openProducts(engine: Engine): Products {
  const { Tensor } = engine.runtime;
  const sessions = new Map<string, InferenceSession>();
  const sessionFor = async (rows: number, columns: number, length: number): Promise<InferenceSession> => {
    const key = `${rows} ${columns} ${length}`;
    const known = sessions.get(key);
    if (known) return known;
    const a = input("a", [rows, length]);
    const b = input("b", [columns, length]);
    const y = gemm(a, b, constant(0), { alpha: 1, beta: 0, transposeA: false, transposeB: true });
    const session = await engine.open(
      writeOnnx({ name: "product", inputs: [a, b], outputs: [{ name: "y", value: y }] }),
    );
    sessions.set(key, session);
    return session;
  };
  return {
    async product(a, b, length) {
      const rows = a.length / length;
      const columns = b.length / length;
      const session = await sessionFor(rows, columns, length);
      const { y } = await session.run({
        a: new Tensor("float32", a, [rows, length]),
        b: new Tensor("float32", b, [columns, length]),
      });
      return y!.data as Float32Array;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions.values()) await session.release();
    },
  };
}
