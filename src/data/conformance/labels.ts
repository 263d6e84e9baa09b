/**
 * @file Whether corrupted labels are what they claim to be.
 *
 * A peer renamed the classes instead of drawing labels: those "random" labels are a function of the image, and
 * a network generalises. Another drew training and test labels from one seed. Each has a check here.
 */

import type { Splits } from "../dataset.ts";
import type { Randomized, Randomizer } from "../randomize.ts";
import { labelsOverSeeds } from "./label-seeds.ts";
import { atMost, type ConformanceLine } from "./line.ts";
import { countBound, pearson, type Squares, squaresBound, squaresOf } from "./tail-bounds.ts";

/** Most rows between two labels that are compared. */
const LAGS = 256;

/** How labels are redrawn. */
interface Draw {
  /** Probability that a label is redrawn. */
  readonly probability: number;
  /** `[classes]`: probability of each class then. */
  readonly classes: readonly number[];
}

/** True labels and what became of them. */
interface Labels {
  readonly truth: Int32Array;
  readonly given: Int32Array;
}

/** Check the labels of a randomized dataset against the original. */
export function checkLabels(
  original: Splits,
  randomized: Randomized,
  corrupt: number,
  seed: number,
  by: Randomizer,
): ConformanceLine[] {
  const train = { truth: original.train.labels, given: randomized.train.labels };
  const test = { truth: original.test.labels, given: randomized.testLabelsCorrupted };
  const name = `labels p=${corrupt} seed ${seed}`;
  const line = (check: string, value: number, bound: number): ConformanceLine =>
    atMost(name, check, value, bound);
  const redrawn = (probability: number): Int32Array =>
    by.redrawLabels(original, "train", { corrupt: probability }, seed);
  const always = [
    line("test labels changed", differences(original.test.labels, randomized.test.labels), 0),
    line(
      "training labels that differ when drawn a second time",
      differences(redrawn(corrupt), train.given),
      0,
    ),
  ];
  const classes = original.train.classNames.length;
  if (corrupt === 0 || classes < 2)
    return [line("labels changed", differences(train.truth, train.given), 0), ...always];

  const draw = { probability: corrupt, classes: new Array<number>(classes).fill(1 / classes) };
  const lines = [
    line(`share of training labels changed, ${fromChance(train, draw)}`, ...changedShare(train, draw)),
    line(`share of corrupted test labels changed, ${fromChance(test, draw)}`, ...changedShare(test, draw)),
  ];
  const blocks = changedInBlocks([train, test], draw);
  if (blocks.mean > 0) {
    lines.push(line("chi-square of labels changed in blocks of rows", blocks.value, bound(blocks)));
  }
  const table = crossTable(train, classes);
  const uniform = pearson(table, (truth, given) => chanceOf(draw, truth, given));
  lines.push(
    line(
      "chi-square of labels within each true class against uniform redraws",
      uniform.value,
      bound(uniform),
    ),
  );
  if (corrupt === 1) {
    const information = mutualInformation(table);
    // With many classes and few examples even a renaming hides in the noise: then there is nothing to say.
    if (information.bound < information.renaming) {
      lines.push(line("mutual information with the true labels, nats", information.value, information.bound));
    }
  }
  const half = redrawn(corrupt / 2);
  const apart = half.filter((label, i) => label !== train.truth[i] && label !== train.given[i]);
  lines.push(
    line(
      "labels that agree with the corrupted test label in the same place, or one some rows on: distance from chance, of its bound",
      agreement(train, test, draw),
      1,
    ),
    line(
      "labels changed over 512 other seeds, by seed, row and class: distance from independent draws, of its bound",
      labelsOverSeeds(by, corrupt, seed),
      1,
    ),
    line("labels redrawn at half the probability that are others now", apart.length, 0),
  );
  return [...lines, ...always];
}

const bound = ({ mean, variance }: Squares): number => squaresBound(mean, variance);

/** In how many places two arrays differ; all of them, if their lengths do. */
function differences(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  return a.reduce((total, value, i) => total + Number(value !== b[i]), 0);
}

/** Probability that a label of one class becomes one of another, or the same. */
const chanceOf = ({ probability, classes }: Draw, truth: number, given: number): number =>
  (truth === given ? 1 - probability : 0) + probability * classes[given]!;

/** Probability that a label changes. */
const changeOf = ({ probability, classes }: Draw, truth: number): number =>
  probability * (1 - classes[truth]!);

const fromChance = ({ truth }: Labels, draw: Draw): string => {
  const chance = truth.reduce((total, label) => total + changeOf(draw, label), 0) / truth.length;
  return `distance from p(1 - 1/k) = ${Number(chance.toPrecision(4))}`;
};

/**
 * How far the share of changed labels strays from its expectation, counted up to any row and divided by all: a
 * randomization that changes more in the first half and less in the second has the right share at the end.
 */
function changedShare({ truth, given }: Labels, draw: Draw): [farthest: number, bound: number] {
  let deviation = 0;
  let variance = 0;
  let farthest = 0;
  truth.forEach((label, i) => {
    const chance = changeOf(draw, label);
    deviation += Number(given[i] !== label) - chance;
    variance += chance * (1 - chance);
    farthest = Math.max(farthest, Math.abs(deviation));
  });
  return [farthest / truth.length, countBound(variance) / truth.length];
}

/** Changed labels in blocks of neighbouring rows, as many as have five changed and five others on average. */
function changedInBlocks(splits: readonly Labels[], draw: Draw): Squares {
  const rarer = Math.min(
    ...splits.flatMap(({ truth }) => {
      const changed = truth.reduce((total, label) => total + changeOf(draw, label), 0) / truth.length;
      return [changed, 1 - changed];
    }),
  );
  const size = Math.ceil(5 / rarer);
  return squaresOf(
    splits.flatMap(({ truth, given }) =>
      Array.from({ length: Math.floor(truth.length / size) }, (_, block) => {
        const count = { deviation: 0, variance: 0, cumulant: 0 };
        for (let i = block * size; i < (block + 1) * size; i++) {
          const chance = changeOf(draw, truth[i]!);
          const variance = chance * (1 - chance);
          count.deviation += Number(given[i] !== truth[i]) - chance;
          count.variance += variance;
          count.cumulant += variance * (1 - 6 * variance);
        }
        return count;
      }),
    ),
  );
}

/** `[true class][given class]`: number of examples. */
function crossTable({ truth, given }: Labels, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) table[truth[i]!]![given[i]!]!++;
  return table;
}

/**
 * How far the number of equal labels strays from its expectation, as a share of its bound: between a training label
 * and the corrupted test label in its place, and between training labels up to {@link LAGS} rows apart.
 *
 * Of rows `lag` apart, those of every second run of `lag` rows make pairs without a common row, so they agree
 * independently; the other runs make a second family.
 */
function agreement(train: Labels, test: Labels, draw: Draw): number {
  const { probability: p, classes } = draw;
  const squares = classes.reduce((total, share) => total + share * share, 0);
  const chance = (a: number, b: number): number =>
    (a === b ? (1 - p) ** 2 : 0) + (1 - p) * p * (classes[a]! + classes[b]!) + p * p * squares;
  const lags = Math.min(LAGS, train.truth.length - 1);
  const counts = 2 * lags + 1;
  const distance = (
    a: Labels,
    b: Labels,
    from: number,
    run: number,
    step: number,
    length: number,
  ): number => {
    let deviation = 0;
    let variance = 0;
    for (let start = from; start < length; start += 2 * run) {
      for (let i = start; i < Math.min(start + run, length); i++) {
        const expected = chance(a.truth[i]!, b.truth[i + step]!);
        deviation += Number(a.given[i] === b.given[i + step]) - expected;
        variance += expected * (1 - expected);
      }
    }
    return Math.abs(deviation) / countBound(variance, counts);
  };
  const places = Math.min(train.truth.length, test.truth.length);
  let farthest = distance(train, test, 0, places, 0, places);
  for (let lag = 1; lag <= lags; lag++) {
    const length = train.truth.length - lag;
    farthest = Math.max(
      farthest,
      distance(train, train, 0, lag, lag, length),
      distance(train, train, lag, lag, lag, length),
    );
  }
  return farthest;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

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
