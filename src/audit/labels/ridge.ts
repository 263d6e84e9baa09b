/**
 * @file Held-out answers of ridge regression on features, for several sets of labels at once.
 *
 * The products of features with each other, and with labels, are added up a fold at a time, in whole numbers; what is
 * learned without a fold is the sum less the fold's. So all folds and all label sets cost little more than one. Labels are
 * regressed as 1 for the class and 0 for others, less the class's share (Rifkin and Lippert, "Notes on regularized least
 * squares", 2007).
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { matmul } from "../../graph/ops/linear.ts";
import { cast } from "../../graph/ops/shape.ts";
import { input } from "../../graph/value.ts";
import { accumulateGram } from "../../theory/features/gram.ts";
import { FEATURE_UNIT, type FeatureBlock, type Gram } from "../../theory/features/gram-state.ts";
import { kernelOf } from "../../theory/kernel/kernels.ts";
import { createKernelSolver } from "../../theory/kernel/solve.ts";
import { gramOfProducts } from "../../theory/kernel/source.ts";
import { createTriangle, TILE, tileRows } from "../../theory/kernel/triangle.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import type { Features } from "./features.ts";

/** Labels of all examples, and how many classes they are of. */
export interface LabelSet {
  readonly labels: Int32Array;
  readonly classes: number;
}

/** How labels are predicted. */
export interface RidgeSettings {
  /** `[count]`: the fold of each example, from 0. */
  readonly folds: Int32Array;
  /** What is added to the diagonal, as a share of what the examples learned from put there; above 0. */
  readonly l2: readonly number[];
}

/** Examples whose products are added up at once. */
const CHUNK = 2048;

/** Relative residual of a solution: far below what moves an answer's order. */
const TOLERANCE = 1e-4;
const MOST_ITERATIONS = 50;

/**
 * Predict the labels of each fold from the others.
 *
 * @returns For each `l2`, for each label set, `[count, classes]`: about 1 for the class of an example, and 0 for others.
 */
export async function heldOutRidge(
  engine: Engine,
  features: Features,
  sets: readonly LabelSet[],
  { folds, l2 }: RidgeSettings,
  watch: Watch = {},
): Promise<Float32Array[][]> {
  const columns = sets.reduce((total, { classes }) => total + classes, 0);
  const width = features.widths.reduce((total, each) => total + each, 0);
  const count = Math.max(...folds) + 1;
  const members = Array.from({ length: count }, () => [] as number[]);
  for (const [row, fold] of folds.entries()) members[fold]!.push(row);
  const grams: Gram[] = [];
  for (const [fold, rows] of members.entries()) {
    const blocks = chunksOf(features, sets, rows, width, columns);
    grams.push(await accumulateGram(engine, blocks, width, columns, { signal: watch.signal }));
    await breathe(watch, fold + 1, count, "products of features: folds");
  }
  const out = l2.map(() => sets.map(({ classes }) => new Float32Array(features.count * classes)));
  await using predictor = await openPredictor(engine);
  for (const [fold, rows] of members.entries()) {
    const rest = sumWithout(grams, fold, width, columns);
    const used = features.count - rows.length;
    const { targets, offsets } = targetsOf(rest, sets, used, width, columns);
    for (const [index, share] of l2.entries()) {
      const source = gramOfProducts(kernelOf({ kernel: "linear", bandwidth: 1, degree: 1 }), rest);
      await using solver = await createKernelSolver(engine, source, {
        l2: share * used,
        tolerance: TOLERANCE,
        mostIterations: MOST_ITERATIONS,
        signal: watch.signal,
      });
      const { solution } = await solver.solve(targets, columns);
      await predictor.predict(features, rows, { solution, offsets, columns, sets }, out[index]!);
      await breathe(watch, fold * l2.length + index + 1, count * l2.length, "held-out labels: folds");
    }
  }
  return out;
}

/** The products of all folds but one. */
function sumWithout(grams: readonly Gram[], left: number, width: number, columns: number): Gram {
  const others = grams.filter((_, fold) => fold !== left);
  const train = createTriangle(width);
  for (let row = 0; row < train.count; row++)
    for (let column = 0; column <= row; column++)
      addAll(
        train.tile(row, column),
        others.map((gram) => gram.train.tile(row, column)),
      );
  const tests = Array.from(
    { length: Math.ceil(columns / TILE) },
    (_, panel) => new Int32Array(tileRows(columns, panel) * width),
  );
  for (const [panel, into] of tests.entries())
    addAll(
      into,
      others.map((gram) => gram.tests[panel]!),
    );
  const trainNorms = new Float64Array(width);
  const testNorms = new Float64Array(columns);
  addAll(
    trainNorms,
    others.map((gram) => gram.trainNorms),
  );
  addAll(
    testNorms,
    others.map((gram) => gram.testNorms),
  );
  return { unit: FEATURE_UNIT, train, tests, trainNorms, testNorms, features: 0 };
}

function addAll<A extends Int32Array | Float64Array>(into: A, terms: readonly A[]): void {
  for (const term of terms) for (let at = 0; at < into.length; at++) into[at]! += term[at]!;
}

/** Right-hand sides, `[width, columns]`: products of features with labels less the classes' shares; and these, `[columns]`. */
function targetsOf(
  { tests, testNorms }: Gram,
  sets: readonly LabelSet[],
  used: number,
  width: number,
  columns: number,
): { readonly targets: Float64Array; readonly offsets: Float64Array } {
  const targets = new Float64Array(width * columns);
  // A label is one whole unit, so its squared norm is the number of its examples.
  const offsets = testNorms.map((norm) => norm / used);
  for (let column = 0; column < columns; column++) {
    const panel = tests[Math.floor(column / TILE)]!;
    const from = (column % TILE) * width;
    for (let row = 0; row < width; row++) targets[row * columns + column] = panel[from + row]! * FEATURE_UNIT;
  }
  let first = 0;
  for (const { classes } of sets) {
    for (let row = 0; row < width; row++) {
      const at = row * columns + first;
      const part = targets.subarray(at, at + classes);
      const sum = part.reduce((total, value) => total + value, 0);
      for (let label = 0; label < classes; label++) part[label]! -= sum * offsets[first + label]!;
    }
    first += classes;
  }
  return { targets, offsets };
}

/** Some examples at a time, with features as rows: `train [width, chunk]`, and labels as rows: `tests [columns, chunk]`. */
async function* chunksOf(
  features: Features,
  sets: readonly LabelSet[],
  rows: readonly number[],
  width: number,
  columns: number,
): AsyncGenerator<FeatureBlock> {
  for (let from = 0; from < rows.length; from += CHUNK) {
    const chunk = rows.slice(from, from + CHUNK);
    const train = new Int8Array(width * chunk.length);
    const tests = new Int8Array(columns * chunk.length);
    let first = 0;
    for (const [block, values] of features.blocks.entries()) {
      const own = features.widths[block]!;
      for (const [at, row] of chunk.entries())
        for (let column = 0; column < own; column++)
          train[(first + column) * chunk.length + at] = values[row * own + column]!;
      first += own;
    }
    let place = 0;
    for (const { labels, classes } of sets) {
      for (const [at, row] of chunk.entries()) tests[(place + labels[row]!) * chunk.length + at] = 1;
      place += classes;
    }
    yield { train, tests, features: chunk.length };
  }
}

interface Learned {
  /** `[width, columns]`. */
  readonly solution: Float64Array;
  /** `[columns]`: added to every answer. */
  readonly offsets: Float64Array;
  readonly columns: number;
  readonly sets: readonly LabelSet[];
}

/** The product of some rows of features with what was learned. */
async function openPredictor(engine: Engine) {
  const rows = input("rows", ["rows", "width"], "int8");
  const weights = input("weights", ["width", "columns"]);
  const program = await openProgram(engine, {
    name: "held-out",
    inputs: [rows, weights],
    outputs: [{ name: "answers", value: matmul(cast(rows, { to: "float32" }), weights) }],
  });
  return {
    async predict(
      { blocks, widths }: Features,
      members: readonly number[],
      { solution, offsets, columns, sets }: Learned,
      out: readonly Float32Array[],
    ): Promise<void> {
      const weights = Float32Array.from(solution, (value) => value * FEATURE_UNIT);
      for (let from = 0; from < members.length; from += CHUNK) {
        const chunk = members.slice(from, from + CHUNK);
        const sums = new Float64Array(chunk.length * columns);
        let first = 0;
        for (const [block, values] of blocks.entries()) {
          const own = widths[block]!;
          const data = new Int8Array(chunk.length * own);
          for (const [at, row] of chunk.entries())
            data.set(values.subarray(row * own, (row + 1) * own), at * own);
          const { answers } = await program.run({
            rows: { data, dims: [chunk.length, own] },
            weights: {
              data: weights.subarray(first * columns, (first + own) * columns),
              dims: [own, columns],
            },
          });
          for (let at = 0; at < sums.length; at++) sums[at]! += answers![at]!;
          first += own;
        }
        for (const [at, row] of chunk.entries()) {
          let place = 0;
          for (const [set, { classes }] of sets.entries()) {
            for (let label = 0; label < classes; label++)
              out[set]![row * classes + label] =
                sums[at * columns + place + label]! + offsets[place + label]!;
            place += classes;
          }
        }
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
