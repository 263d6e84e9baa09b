/**
 * @file A Gram matrix in the making: sums over the blocks of features so far, in parts that do not need each other.
 *
 * A part is a row of tiles, and says itself which blocks are in it. Parts may be at different blocks, as after an
 * interruption while they were saved; each goes on from where it is, and ends with the same bytes.
 */

import type { Json } from "../../base/json.ts";
import { createTriangle, TILE, type Triangle, tileRows } from "../kernel/triangle.ts";

/**
 * What features are whole multiples of, as shares of their deviation: their products are then whole numbers that the
 * engine multiplies exactly, and four times as fast as floats. The larger the unit, the more features fit into sums of 32
 * bits: on CIFAR-10 those of nearly ten times the paper's filters.
 */
export const FEATURE_UNIT = 1 / 8;

/** The largest feature, in {@link FEATURE_UNIT}, and the negative of the smallest: 8 deviations. */
export const MOST_UNITS = 64;

/** Some features of all examples, in {@link FEATURE_UNIT}. */
export interface FeatureBlock {
  /** `[n, features]`, within {@link MOST_UNITS}; may be overwritten by the next block. */
  readonly train: Int8Array;
  /** `[m, features]`; likewise. */
  readonly tests: Int8Array;
  readonly features: number;
  /** Filters that the features come from; as many as features unless told. */
  readonly filters?: number | undefined;
}

/** Products of all pairs of feature vectors of training examples, and of tests with these, in squared units. */
export interface Gram {
  /** What a whole number of a feature is worth. */
  readonly unit: number;
  /** `[n, n]`: training examples with one another. */
  readonly train: Triangle;
  /** `[n]`: squared norms, the diagonal of `train`. */
  readonly trainNorms: Float64Array;
  /** Panels of `TILE` tests, the last with what is left: `[rows, n]` each. */
  readonly tests: readonly Int32Array[];
  /** `[m]`: squared norms of the tests. */
  readonly testNorms: Float64Array;
  /** Features that have been added up. */
  readonly features: number;
}

/** One row of tiles of the training examples, or one panel of tests. */
export interface GramPart {
  readonly side: "train" | "tests";
  /** Which row of tiles, or which panel. */
  readonly index: number;
  /** Tiles of the row from the left, or the one panel; added to in place. */
  readonly arrays: readonly Int32Array[];
  /** Squared norms of the part's examples; added to in place. */
  readonly norms: Float64Array;
  /** Blocks that are in the sums, their features, and the filters these come from. */
  blocks: number;
  features: number;
  filters: number;
}

/** All parts, and what was answered on the way. */
export interface GramState {
  /** Number of training examples and of tests. */
  readonly n: number;
  readonly m: number;
  readonly train: Triangle;
  readonly tests: readonly Int32Array[];
  readonly trainNorms: Float64Array;
  readonly testNorms: Float64Array;
  readonly parts: readonly GramPart[];
  /** What {@link GramOptions.onFilters} answered, by the number of filters it was asked at. */
  readonly answers: Map<number, Json>;
}

/** A state of zeros; 4 bytes for each of `n^2 / 2 + m n` products. */
export function createGramState(n: number, m: number): GramState {
  for (const [name, count] of [
    ["n", n],
    ["m", m],
  ] as const) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`Gram matrix: expected a whole number ${name} of 1 or more, got ${count}`);
    }
  }
  const train = createTriangle(n);
  const tests = Array.from(
    { length: Math.ceil(m / TILE) },
    (_, panel) => new Int32Array(tileRows(m, panel) * n),
  );
  const trainNorms = new Float64Array(n);
  const testNorms = new Float64Array(m);
  const part = (
    side: GramPart["side"],
    index: number,
    arrays: readonly Int32Array[],
    norms: Float64Array,
  ): GramPart => ({
    side,
    index,
    arrays,
    norms: norms.subarray(index * TILE, (index + 1) * TILE),
    blocks: 0,
    features: 0,
    filters: 0,
  });
  const parts = [
    ...Array.from({ length: train.count }, (_, row) =>
      part(
        "train",
        row,
        Array.from({ length: row + 1 }, (_, column) => train.tile(row, column)),
        trainNorms,
      ),
    ),
    ...tests.map((panel, index) => part("tests", index, [panel], testNorms)),
  ];
  return { n, m, train, tests, trainNorms, testNorms, parts, answers: new Map() };
}

/** Blocks that every part has: the first one still wanted. */
export const blocksDone = ({ parts }: GramState): number => Math.min(...parts.map(({ blocks }) => blocks));

/** True if all parts have the same blocks, so that the state is a Gram matrix. */
export const isWhole = ({ parts }: GramState): boolean =>
  parts.every(({ blocks }) => blocks === parts[0]!.blocks);

/** The Gram matrix of a whole state; its arrays are those of the state. */
export const gramOf = ({ train, tests, trainNorms, testNorms, parts }: GramState): Gram => ({
  unit: FEATURE_UNIT,
  train,
  tests,
  trainNorms,
  testNorms,
  features: parts[0]!.features,
});
