/**
 * @file Whether corrupted labels are what they claim to be.
 *
 * A peer renamed the classes instead of drawing labels: those "random" labels are a function of the image, and
 * a network generalizes. Another drew training and test labels from one seed. Each has a check here.
 */

import type { ExampleSplits, Examples } from "../dataset.ts";
import { groupCount, hasGroupLabels, oneOfEachGroup, spreadOverGroups } from "../groups.ts";
import type { Corruption } from "../randomization.ts";
import { occurringClasses, type RandomizedExamples, type Randomizer } from "../randomize.ts";
import { labelsOverSeeds } from "./label-seeds.ts";
import { atMost, type ConformanceLine } from "./line.ts";
import { ranksInQuarters } from "./numbers.ts";
import {
  countBound,
  pearson,
  permutationBound,
  type Squares,
  squaresBound,
  squaresOf,
} from "./tail-bounds.ts";

/** Most rows between two labels that are compared. */
const LAGS = 256;

/** True labels, what became of them, and by which chances. */
interface Labels {
  readonly truth: Int32Array;
  readonly given: Int32Array;
  /** Probability that a label is corrupted. */
  readonly probability: number;
  /** `[classes]`: probability of each class then. */
  readonly classes: readonly number[];
  readonly permuted: boolean;
}

/** Check the labels of a randomized dataset against the original. */
export function checkLabels(
  original: ExampleSplits,
  randomized: RandomizedExamples,
  request: Corruption,
  seed: number,
  by: Randomizer,
): ConformanceLine[] {
  if (original.train.groups) return checkGroupLabels(original, randomized, request, seed, by);
  return checkEachLabel(original, randomized, request, seed, by);
}

/** Check labels of groups: as those of one example each where a group has one, else what holds of any dealing. */
function checkGroupLabels(
  original: ExampleSplits,
  randomized: RandomizedExamples,
  request: Corruption,
  seed: number,
  by: Randomizer,
): ConformanceLine[] {
  const { corrupt } = request;
  const line = (check: string, value: number, bound: number): ConformanceLine =>
    atMost(`labels of groups p=${corrupt} seed ${seed}`, check, value, bound);
  const again = by.redrawLabels(original, "train", request, seed);
  const always = [
    line("test labels changed", differences(original.test.labels, randomized.test.labels), 0),
    line(
      "training labels that differ when drawn a second time",
      differences(again, randomized.train.labels),
      0,
    ),
  ];
  const copy = { ...original.test, labels: randomized.testLabelsCorrupted };
  if (hasGroupLabels(original)) {
    const within = [randomized.train, copy].map((split) =>
      differences(
        spreadOverGroups(oneOfEachGroup({ train: split, test: split }).train.labels, split),
        split.labels,
      ),
    );
    const whole = oneOfEachGroup({ train: randomized.train, test: randomized.test });
    const copies = oneOfEachGroup({ train: copy, test: copy }).test.labels;
    return [
      ...always,
      line("labels that differ from the first of their group", sum(within), 0),
      ...checkEachLabel(
        oneOfEachGroup(original),
        { ...randomized, ...whole, testLabelsCorrupted: copies },
        request,
        seed,
        by,
      ),
    ];
  }
  if (request.labels !== "permute")
    return [...always, ...checkEachLabel(original, randomized, request, seed, by)];
  const kinds = original.train.values?.length ?? original.train.classNames.length;
  const moved = (before: Examples, after: Int32Array): number =>
    differencesOfCounts(countsOf(before.labels, kinds), countsOf(after, kinds));
  const groups = groupCount(original.train)!;
  const isKept = differences(original.train.labels, randomized.train.labels) === 0;
  return [
    ...always,
    line(
      "labels of a class, or numbers, more or fewer than before",
      moved(original.train, randomized.train.labels) + moved(original.test, randomized.testLabelsCorrupted),
      0,
    ),
    // By chance no group of so many stands elsewhere once in more than a million.
    ...(corrupt === 1 && groups >= FEWEST_GROUPS
      ? [line("all labels are where they were", Number(isKept), 0)]
      : []),
  ];
}

/** Groups that differ within, of which all stay as they are once in a million: each has two orders or more. */
const FEWEST_GROUPS = 20;

const differencesOfCounts = (before: readonly number[], after: readonly number[]): number =>
  sum(before.map((count, label) => Math.max(0, count - after[label]!)));

function checkEachLabel(
  original: ExampleSplits,
  randomized: RandomizedExamples,
  request: Corruption,
  seed: number,
  by: Randomizer,
): ConformanceLine[] {
  const { corrupt } = request;
  const permuted = request.labels === "permute";
  const name = `${permuted ? "permuted labels" : "labels"} p=${corrupt} seed ${seed}`;
  const line = (check: string, value: number, bound: number): ConformanceLine =>
    atMost(name, check, value, bound);
  const redrawn = (probability: number): Int32Array =>
    by.redrawLabels(original, "train", { ...request, corrupt: probability }, seed);
  const { labels: truth, classNames, values } = original.train;
  // Numbers are as many classes as differ: what is said of counts holds, what tables say is said of ranks instead.
  const kinds = values?.length ?? classNames.length;
  const given = randomized.train.labels;
  const always = [
    line("test labels changed", differences(original.test.labels, randomized.test.labels), 0),
    line("training labels that differ when drawn a second time", differences(redrawn(corrupt), given), 0),
  ];
  const occurring = occurringClasses(truth);
  if (corrupt === 0 || occurring.length < 2)
    return [line("labels changed", differences(truth, given), 0), ...always];

  const labelsOf = (before: Int32Array, after: Int32Array): Labels => ({
    truth: before,
    given: after,
    probability: corrupt,
    classes: permuted
      ? countsOf(before, kinds).map((count) => count / before.length)
      : Array.from({ length: kinds }, (_, label) => (occurring.includes(label) ? 1 / occurring.length : 0)),
    permuted,
  });
  const train = labelsOf(truth, given);
  const test = labelsOf(original.test.labels, randomized.testLabelsCorrupted);
  const lines = [
    line(`share of training labels changed, ${fromChance(train)}`, ...changedShare(train)),
    line(`share of corrupted test labels changed, ${fromChance(test)}`, ...changedShare(test)),
  ];
  const blocks = changedInBlocks([train, test]);
  if (blocks.mean > 0) {
    lines.push(line("chi-square of labels changed in blocks of rows", blocks.value, bound(blocks)));
  }
  if (values) {
    if (corrupt === 1) {
      lines.push(
        line(
          "mean rank of the targets given to each quarter of the true ones: distance from chance, of its bound",
          ranksInQuarters(truth, given),
          1,
        ),
      );
    }
  } else lines.push(...tableLines(train, corrupt, line));
  lines.push(
    line(
      "labels that agree with the corrupted test label in the same place, or one some rows on: distance from chance, of its bound",
      agreement(train, test),
      1,
    ),
    line(
      "labels changed over 512 other seeds, by seed, row and class: distance from independent draws, of its bound",
      labelsOverSeeds(by, request, seed),
      1,
    ),
  );
  if (permuted) {
    lines.push(line("labels of a class more or fewer than before", miscounted(train) + miscounted(test), 0));
  } else {
    const half = redrawn(corrupt / 2);
    const apart = half.filter((label, i) => label !== truth[i] && label !== given[i]);
    lines.push(line("labels redrawn at half the probability that are others now", apart.length, 0));
  }
  return [...lines, ...always];
}

/** What the table of true and given classes says. */
function tableLines(
  train: Labels,
  corrupt: number,
  line: (check: string, value: number, bound: number) => ConformanceLine,
): ConformanceLine[] {
  const lines: ConformanceLine[] = [];
  const table = crossTable(train);
  // Permuted labels are spread more evenly than drawn ones, which only widens the bound.
  const within = pearson(table, (before, after) => chanceOf(train, before, after));
  if (within.mean > 0 || within.value > 0) {
    lines.push(
      line(
        `chi-square of labels within each true class against ${train.permuted ? "permuted ones" : "uniform redraws"}`,
        within.value,
        bound(within),
      ),
    );
  }
  if (corrupt === 1) {
    const information = mutualInformation(table);
    // With many classes and few examples even a renaming hides in the noise: then there is nothing to say.
    if (information.bound < information.renaming) {
      lines.push(line("mutual information with the true labels, nats", information.value, information.bound));
    }
  }
  return lines;
}

const bound = ({ mean, variance }: Squares): number => squaresBound(mean, variance);

/** In how many places two arrays differ; all of them, if their lengths do. */
function differences(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  return a.reduce((total, value, i) => total + Number(value !== b[i]), 0);
}

/** `[classes]`: number of examples. */
function countsOf(labels: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Number of labels that would have to be others for each class to have its old count. */
function miscounted({ truth, given, classes }: Labels): number {
  return differencesOfCounts(countsOf(truth, classes.length), countsOf(given, classes.length));
}

/** Probability that a label of one class becomes one of another, or the same. */
const chanceOf = ({ probability, classes }: Labels, truth: number, given: number): number =>
  (truth === given ? 1 - probability : 0) + probability * classes[given]!;

/** Probability that a label changes. */
const changeOf = ({ probability, classes }: Labels, truth: number): number =>
  probability * (1 - classes[truth]!);

/** Number of labels expected to change. */
const changesOf = (labels: Labels): number =>
  labels.truth.reduce((total, label) => total + changeOf(labels, label), 0);

const fromChance = (labels: Labels): string => {
  const chance = changesOf(labels) / labels.truth.length;
  const formula = labels.permuted ? "p(1 - sum of squared class shares)" : "p(1 - 1/k)";
  return `distance from ${formula} = ${Number(chance.toPrecision(4))}`;
};

/**
 * How far the share of changed labels strays from its expectation, counted up to any row and divided by all: a
 * randomization that changes more in the first half and less in the second has the right share at the end.
 */
function changedShare(labels: Labels): [farthest: number, bound: number] {
  const { truth, given, permuted } = labels;
  let deviation = 0;
  let variance = 0;
  let farthest = 0;
  truth.forEach((label, i) => {
    const chance = changeOf(labels, label);
    deviation += Number(given[i] !== label) - chance;
    variance += chance * (1 - chance);
    farthest = Math.max(farthest, Math.abs(deviation));
  });
  const changes = changesOf(labels);
  const most = permuted ? permutationBound(Math.min(changes, truth.length - changes)) : countBound(variance);
  return [farthest / truth.length, most / truth.length];
}

/** Changed labels in blocks of neighboring rows, as many as have five changed and five others on average. */
function changedInBlocks(splits: readonly Labels[]): Squares {
  const rarer = Math.min(
    ...splits.flatMap((labels) => {
      const changed = changesOf(labels) / labels.truth.length;
      return [changed, 1 - changed];
    }),
  );
  const size = Math.ceil(5 / rarer);
  return squaresOf(
    splits.flatMap((labels) =>
      Array.from({ length: Math.floor(labels.truth.length / size) }, (_, block) => {
        const count = { deviation: 0, variance: 0, cumulant: 0 };
        for (let i = block * size; i < (block + 1) * size; i++) {
          const chance = changeOf(labels, labels.truth[i]!);
          const variance = chance * (1 - chance);
          count.deviation += Number(labels.given[i] !== labels.truth[i]) - chance;
          count.variance += variance;
          count.cumulant += variance * (1 - 6 * variance);
        }
        return count;
      }),
    ),
  );
}

/** `[true class][given class]`: number of examples. */
function crossTable({ truth, given, classes }: Labels): number[][] {
  const table = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < truth.length; i++) table[truth[i]!]![given[i]!]!++;
  return table;
}

/**
 * How far the number of equal labels strays from its expectation, as a share of its bound: between a training label
 * and the corrupted test label in its place, and between training labels up to {@link LAGS} rows apart.
 *
 * Of rows `lag` apart, those of every second run of `lag` rows make pairs without a common row, so they agree
 * independently; the other runs make a second family. Permuted labels are drawn without replacement: that moves the
 * expectation of pairs within one split by less than one.
 */
function agreement(train: Labels, test: Labels): number {
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
    const p = a.probability;
    const both = p * p * sum(a.classes.map((chance, label) => chance * b.classes[label]!));
    let deviation = 0;
    let variance = 0;
    for (let start = from; start < length; start += 2 * run) {
      for (let i = start; i < Math.min(start + run, length); i++) {
        const first = a.truth[i]!;
        const second = b.truth[i + step]!;
        const one = (1 - p) * p * (b.classes[first]! + a.classes[second]!);
        const expected = (first === second ? (1 - p) ** 2 : 0) + one + both;
        deviation += Number(a.given[i] === b.given[i + step]) - expected;
        variance += expected * (1 - expected);
      }
    }
    return Math.abs(deviation) / (countBound(variance, counts) + Number(a.permuted));
  };
  const places = Math.min(train.truth.length, test.truth.length);
  let farthest = distance(train, test, 0, places, 0, places);
  for (let lag = 1; lag <= lags; lag++) {
    const length = train.truth.length - lag;
    for (const from of [0, lag])
      farthest = Math.max(farthest, distance(train, train, from, lag, lag, length));
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
