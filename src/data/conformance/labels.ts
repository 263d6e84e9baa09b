/**
 * @file Whether corrupted labels are what they claim to be.
 *
 * A peer renamed the classes instead of drawing labels: those "random" labels are a function of the image, and
 * a network generalises. Another drew training and test labels from one seed. Each has a check here.
 */

import { exampleCount, type Splits } from "../dataset.ts";
import { corruptLabels, type Randomized } from "../randomize.ts";
import { atMost, type ConformanceLine } from "./line.ts";
import { countBound, squaresBound } from "./tail-bounds.ts";

/** Check the labels of a randomized dataset against the original. */
export function checkLabels(
  original: Splits,
  randomized: Randomized,
  corrupt: number,
  seed: number,
): ConformanceLine[] {
  const truth = original.train.labels;
  const given = randomized.train.labels;
  const name = `labels p=${corrupt} seed ${seed}`;
  const line = (check: string, value: number, bound: number): ConformanceLine =>
    atMost(name, check, value, bound);
  const again = corruptLabels(original.train, corrupt, seed, "train").labels;
  const always = [
    line("test labels changed", differences(original.test.labels, randomized.test.labels), 0),
    line("training labels that differ when drawn a second time", differences(again, given), 0),
  ];
  const classes = original.train.classNames.length;
  if (corrupt === 0 || classes < 2) return [line("labels changed", differences(truth, given), 0), ...always];

  const chance = corrupt * (1 - 1 / classes);
  const share = (split: string, a: Int32Array, b: Int32Array): ConformanceLine =>
    line(
      `share of ${split} labels changed, distance from p(1 - 1/k) = ${Number(chance.toPrecision(4))}`,
      Math.abs(differences(a, b) / a.length - chance),
      countBound(a.length * chance * (1 - chance)) / a.length,
    );
  const table = crossTable(truth, given, classes);
  const uniform = uniformity(table, corrupt);
  const lines = [
    share("training", truth, given),
    share("corrupted test", original.test.labels, randomized.testLabelsCorrupted),
    line("chi-square of labels within each true class against uniform redraws", uniform.value, uniform.bound),
  ];
  if (corrupt === 1) {
    const information = mutualInformation(table);
    // With many classes and few examples even a renaming hides in the noise: then there is nothing to say.
    if (information.bound < information.renaming) {
      lines.push(line("mutual information with the true labels, nats", information.value, information.bound));
    }
    const pairs = Math.min(exampleCount(original.train), exampleCount(original.test));
    const agreeing =
      pairs - differences(given.subarray(0, pairs), randomized.testLabelsCorrupted.subarray(0, pairs));
    lines.push(
      line(
        "share of training labels equal to the corrupted test label in the same place, distance from 1/k",
        Math.abs(agreeing / pairs - 1 / classes),
        countBound((pairs * (1 - 1 / classes)) / classes) / pairs,
      ),
    );
  }
  return [...lines, ...always];
}

/** In how many places two arrays differ; all of them, if their lengths do. */
function differences(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  return a.reduce((total, value, i) => total + Number(value !== b[i]), 0);
}

/** `[true class][given class]`: number of examples. */
function crossTable(truth: Int32Array, given: Int32Array, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) table[truth[i]!]![given[i]!]!++;
  return table;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Pearson's chi-square of each true class's labels, summed, and its bound.
 *
 * Within a true class a label is kept with probability `1 - p + p / k` and any other given with `p / k`. The
 * statistic of `n` draws with probabilities `q` has mean `k - 1` and variance
 * `2 (k - 1) + (sum(1 / q) - k^2 - 2 k + 2) / n`, both exactly, so small counts widen the bound as they must.
 */
function uniformity(table: readonly (readonly number[])[], p: number): { value: number; bound: number } {
  const k = table.length;
  const kept = 1 - p + p / k;
  const other = p / k;
  const inverse = 1 / kept + (k - 1) / other;
  let value = 0;
  let mean = 0;
  let variance = 0;
  table.forEach((row, truth) => {
    const n = sum(row);
    if (n === 0) return;
    row.forEach((seen, given) => {
      const expected = n * (given === truth ? kept : other);
      value += (seen - expected) ** 2 / expected;
    });
    mean += k - 1;
    variance += 2 * (k - 1) + (inverse - k * k - 2 * k + 2) / n;
  });
  return { value, bound: squaresBound(mean, variance) };
}

/**
 * Mutual information of a table's rows and columns in nats, less its bias, and its bound.
 *
 * For independent labels `2 N I / w` follows chi-square with `(rows - 1)(columns - 1)` degrees, where `w` is
 * Williams' correction for small counts (Biometrika 1976). Rows and columns without examples do not count.
 */
function mutualInformation(table: readonly (readonly number[])[]): {
  value: number;
  bound: number;
  /** What labels that are a renaming of the true ones would show. */
  renaming: number;
} {
  const rows = table.map(sum);
  const columns = table.map((_, given) => sum(table.map((row) => row[given]!)));
  const count = sum(rows);
  let information = 0;
  table.forEach((row, truth) => {
    row.forEach((seen, given) => {
      if (seen > 0)
        information += (seen / count) * Math.log((seen * count) / (rows[truth]! * columns[given]!));
    });
  });
  const inverses = (totals: readonly number[]): number => sum(totals.map((n) => (n > 0 ? count / n : 0))) - 1;
  const present = (totals: readonly number[]): number => totals.filter((n) => n > 0).length - 1;
  const degrees = Math.max(1, present(rows) * present(columns));
  const williams = 1 + (inverses(rows) * inverses(columns)) / (6 * count * degrees);
  const bias = (williams * degrees) / (2 * count);
  const entropy = -sum(rows.map((n) => (n > 0 ? (n / count) * Math.log(n / count) : 0)));
  return {
    value: information - bias,
    bound: (williams * squaresBound(degrees, 2 * degrees)) / (2 * count) - bias,
    renaming: entropy - bias,
  };
}
