/**
 * @file Wrong randomizations of labels.
 */

import { type RandomStream, randomStream } from "../../src/base/random.ts";
import type { SplitName } from "../../src/data/randomization.ts";
import type { Randomizer } from "../../src/data/randomize.ts";
import type { Mutant } from "./mutant.ts";

/** What a label becomes, given its row and what is drawn for it. */
type Relabel = (drawn: {
  readonly label: number;
  readonly row: number;
  readonly rows: number;
  /** Number of classes. */
  readonly k: number;
  readonly p: number;
  readonly random: RandomStream;
  /** All true labels. */
  readonly truth: Int32Array;
}) => number;

const streamOf = (seed: number, split: SplitName): RandomStream => randomStream(seed, `labels-${split}`);

/** Labels that one function gives, row by row, from one stream or from the one named. */
const byRow = (relabel: Relabel, stream: typeof streamOf = streamOf): Partial<Randomizer> => ({
  redrawLabels: (splits, split, { corrupt }, seed) => {
    const { labels: truth, classNames } = splits[split];
    const random = stream(seed, split);
    return truth.map((label, row) =>
      relabel({ label, row, rows: truth.length, k: classNames.length, p: corrupt, random, truth }),
    );
  },
});

/** As it should be. */
const redraw: Relabel = ({ label, k, p, random }) => {
  const draw = random.uniform();
  const redrawn = random.below(k);
  return draw < p ? redrawn : label;
};

/** With another probability for each row. */
const withProbability =
  (probability: (drawn: Parameters<Relabel>[0]) => number): Relabel =>
  (drawn) =>
    redraw({ ...drawn, p: probability(drawn) });

/** Another class, or the same, for a label that is redrawn. */
const withClass =
  (draw: (drawn: Parameters<Relabel>[0]) => number): Relabel =>
  (drawn) => {
    const chosen = drawn.random.uniform() < drawn.p;
    const label = draw(drawn);
    return chosen ? label : drawn.label;
  };

/** Rows in a random order, of which the first are redrawn. */
const exactly = (
  count: (rows: number, p: number) => number,
  block = Number.POSITIVE_INFINITY,
): Partial<Randomizer> => ({
  redrawLabels: (splits, split, { corrupt }, seed) => {
    const { labels: truth, classNames } = splits[split];
    const random = streamOf(seed, split);
    const labels = truth.slice();
    for (let start = 0; start < labels.length; start += block) {
      const rows = Math.min(block, labels.length - start);
      random.permutation(rows).forEach((row, at) => {
        const label = random.below(classNames.length);
        if (at < count(rows, corrupt)) labels[start + row] = label;
      });
    }
    return labels;
  },
});

/** True labels, permuted within parts of the rows. */
const permuted = (part: (label: number) => number): Partial<Randomizer> => ({
  redrawLabels: (splits, split, _, seed) => {
    const { labels: truth } = splits[split];
    const random = streamOf(seed, split);
    const labels = truth.slice();
    const parts = new Map<number, number[]>();
    truth.forEach((label, row) => {
      const key = part(label);
      parts.set(key, [...(parts.get(key) ?? []), row]);
    });
    for (const rows of parts.values()) {
      random.permutation(rows.length).forEach((other, at) => {
        labels[rows[at]!] = truth[rows[other]!]!;
      });
    }
    return labels;
  },
});

const all = { inputs: "true", corrupt: 1 } as const;
const half = { inputs: "true", corrupt: 0.5 } as const;
const some = { inputs: "true", corrupt: 0.3 } as const;

const SHARE = "share of training labels changed";
const WITHIN = "chi-square of labels within each true class";
const SEEDS = "labels changed over 512 other seeds";
const AGREEING = "labels that agree with";

export const labelMutants: readonly Mutant[] = [
  {
    name: "classes renamed instead of labels redrawn",
    request: all,
    by: {
      redrawLabels: (splits, split, _, seed) => {
        const names = randomStream(seed, "labels").permutation(splits[split].classNames.length);
        return splits[split].labels.map((label) => names[label]!);
      },
    },
    shownBy: "mutual information",
  },
  {
    name: "redrawn labels become the third class on",
    request: half,
    by: byRow(withClass(({ label, k }) => (label + 3) % k)),
    shownBy: WITHIN,
  },
  {
    name: "redrawn labels never equal the true one",
    request: all,
    by: byRow(withClass(({ label, k, random }) => (label + 1 + random.below(k - 1)) % k)),
    shownBy: SHARE,
  },
  {
    name: "half the labels kept at p = 1",
    request: all,
    by: byRow(withProbability(() => 0.5)),
    shownBy: SHARE,
  },
  {
    name: "p taken for the share that changes",
    request: half,
    by: byRow(withProbability(({ p, k }) => p / (1 - 1 / k))),
    shownBy: SEEDS,
  },
  {
    name: "p taken for the share that is kept",
    request: some,
    by: byRow(withProbability(({ p }) => 1 - p)),
    shownBy: SHARE,
  },
  {
    name: "training and test labels from one stream",
    request: half,
    by: byRow(redraw, (seed) => streamOf(seed, "train")),
    shownBy: AGREEING,
  },
  {
    name: "the same labels for every seed",
    request: half,
    by: byRow(redraw, (_, split) => streamOf(0, split)),
    shownBy: SEEDS,
  },
  {
    name: "test labels corrupted",
    request: half,
    spoil: ({ test, testLabelsCorrupted }) => ({ test: { ...test, labels: testLabelsCorrupted } }),
    shownBy: "test labels changed",
  },
  {
    name: "corrupted test labels left true",
    request: half,
    spoil: ({ test }) => ({ testLabelsCorrupted: test.labels }),
    shownBy: "share of corrupted test labels changed",
  },
  {
    name: "labels drawn anew at each access",
    request: half,
    spoil: ({ train }, original, seed) => {
      const random = streamOf(seed + 1, "train");
      const { labels: truth } = original.train;
      return {
        train: {
          ...train,
          labels: truth.map((label) => (random.uniform() < 0.5 ? random.below(10) : label)),
        },
      };
    },
    shownBy: "training labels that differ when drawn a second time",
  },
  {
    name: "one label changed where none should be",
    request: { inputs: "shuffled", corrupt: 0 },
    spoil: ({ train }) => ({
      train: { ...train, labels: train.labels.map((label, row) => (row === 77 ? (label + 1) % 10 : label)) },
    }),
    shownBy: "labels changed",
  },
  {
    name: "the last class never drawn",
    request: all,
    by: byRow(withClass(({ k, random }) => random.below(k - 1))),
    shownBy: SEEDS,
  },
  {
    name: "the first class never drawn",
    request: half,
    by: byRow(withClass(({ k, random }) => 1 + random.below(k - 1))),
    shownBy: SEEDS,
  },
  {
    name: "only the first class corrupted",
    request: half,
    by: byRow(withProbability(({ label, p }) => (label === 0 ? p : 0))),
    shownBy: WITHIN,
  },
  {
    name: "labels permuted within their class",
    request: all,
    by: permuted((label) => label),
    shownBy: SHARE,
  },
  {
    name: "labels drawn with the frequencies of the classes",
    request: all,
    data: "imbalanced",
    by: byRow(withClass(({ random, truth, rows }) => truth[random.below(rows)]!)),
    shownBy: WITHIN,
  },
  {
    name: "labels permuted instead of redrawn",
    request: all,
    data: "two classes",
    by: permuted(() => 0),
    shownBy: SEEDS,
  },
  {
    name: "exactly p n labels redrawn",
    request: half,
    by: exactly((rows, p) => Math.round(rows * p)),
    shownBy: SEEDS,
  },
  {
    name: "2 p in the first half of the rows and none in the second",
    request: some,
    by: byRow(withProbability(({ row, rows, p }) => (row < rows / 2 ? 2 * p : 0))),
    shownBy: SHARE,
  },
  {
    name: "2 p and none in turn, a hundred rows each",
    request: some,
    by: byRow(withProbability(({ row, p }) => (row % 200 < 100 ? 2 * p : 0))),
    shownBy: "chi-square of labels changed in blocks of rows",
  },
  {
    name: "2 p in every second row",
    request: some,
    by: byRow(withProbability(({ row, p }) => (row % 2 ? 2 * p : 0))),
    shownBy: SEEDS,
  },
  {
    name: "corrupted sets not nested",
    request: half,
    by: byRow(({ label, k, p, random }) => (random.uniform() < p ? random.below(k) : label)),
    shownBy: "labels redrawn at half the probability",
  },
  {
    name: "draws that begin again every hundred rows",
    request: half,
    by: {
      redrawLabels: (splits, split, { corrupt: p }, seed) => {
        const { labels: truth, classNames } = splits[split];
        let random = streamOf(seed, split);
        return truth.map((label, row) => {
          if (row % 100 === 0) random = streamOf(seed, split);
          return redraw({ label, row, rows: truth.length, k: classNames.length, p, random, truth });
        });
      },
    },
    shownBy: AGREEING,
  },
  {
    name: "classes dealt in turn",
    request: all,
    by: byRow(withClass(({ row, k }) => row % k)),
    shownBy: AGREEING,
  },
  {
    name: "one draw for two rows in turn",
    request: all,
    by: {
      redrawLabels: (splits, split, _, seed) => {
        const random = streamOf(seed, split);
        const { labels, classNames } = splits[split];
        let drawn = 0;
        return labels.map((_label, row) => {
          if (row % 2 === 0) drawn = random.below(classNames.length);
          return drawn;
        });
      },
    },
    shownBy: AGREEING,
  },
];

/** Devised beyond those that are known; these are on labels. */
export const newLabelMutants: readonly Mutant[] = [
  {
    name: "labels redrawn instead of permuted",
    request: { ...all, labels: "permute" },
    by: byRow(redraw),
    shownBy: "labels of a class more or fewer than before",
  },
  {
    name: "labels shifted by a few rows instead of permuted",
    request: { ...all, labels: "permute" },
    by: {
      redrawLabels: (splits, split, _, seed) => {
        const { labels } = splits[split];
        const by = 1 + streamOf(seed, split).below(9);
        return labels.map((_label, row) => labels[(row + by) % labels.length]!);
      },
    },
    shownBy: SEEDS,
  },
  {
    name: "the first and last class drawn half as often, by rounding",
    request: all,
    by: byRow(withClass(({ k, random }) => Math.round(random.uniform() * (k - 1)))),
    shownBy: SEEDS,
  },
  {
    name: "exactly p of every ten rows redrawn",
    request: half,
    by: exactly((rows, p) => Math.round(rows * p), 10),
    shownBy: SEEDS,
  },
  {
    name: "each label the true one of the next row",
    request: all,
    by: byRow(({ row, rows, truth }) => truth[(row + 1) % rows]!),
    shownBy: SEEDS,
  },
  {
    name: "sixteen different seeds only",
    request: half,
    by: byRow(redraw, (seed, split) => streamOf(seed % 16, split)),
    shownBy: SEEDS,
  },
];
