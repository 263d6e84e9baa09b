/**
 * @file Planted leaks: Kapoor and Narayanan's eight (Patterns 4, 2023, 100804) and others, each in data of its own; and sets without
 * any.
 *
 * Unless it says otherwise labels are pure chance, so whatever is right above a quarter of the test labels is the leak.
 */

import { fileURLToPath } from "node:url";
import type { Splits } from "../../src/data/dataset.ts";
import {
  CLASSES,
  chance,
  cloud,
  divide,
  type Example,
  image,
  noise,
  pixel,
  several,
  splitsOf,
  streamOf,
  TEST,
  TRAIN,
} from "./sets.ts";

/** A kind of data. */
export interface Kind {
  /** By the numbers of Kapoor and Narayanan, where it is one of theirs. */
  readonly source: string;
  readonly what: string;
  readonly splits: (seed: number) => Splits;
  /** A preparation that is part of it. */
  readonly prepare?: string;
  /** Trained where it is not `linear`: some leaks are known by heart. */
  readonly model?: string;
  /** Probability that a "random" label is redrawn at all; 1 unless told. */
  readonly redrawn?: number;
}

const prepareOf = (name: string): string => fileURLToPath(new URL(`prepare/${name}.mjs`, import.meta.url));

/** A training split and a test split that is made of it. */
const derived =
  (
    purpose: string,
    draw: (random: ReturnType<typeof streamOf>, index: number) => Example,
    test: (train: readonly Example[], random: ReturnType<typeof streamOf>, index: number) => Example,
    kind?: string,
  ) =>
  (seed: number): Splits => {
    const random = streamOf(seed, purpose);
    const train = several(TRAIN, (index) => draw(random, index));
    return splitsOf(
      train,
      several(TEST, (index) => test(train, random, index)),
      kind,
    );
  };

/** Both splits drawn alike. */
const alike = (
  purpose: string,
  draw: (random: ReturnType<typeof streamOf>, index: number) => Example,
  kind?: string,
) => derived(purpose, draw, (_, random, index) => draw(random, TRAIN + index), kind);

const MLP = "mlp-1x512";

/** A row under chance, with one more column that its label decides. */
const withColumn =
  (column: (label: number, random: ReturnType<typeof streamOf>) => number) =>
  (random: ReturnType<typeof streamOf>): Example => {
    const [label, inputs] = chance(random);
    return [label, [...inputs, column(label, random)]];
  };

const numberOf = (label: number): number => [3, 0, 2, 1][label]!;

/** Slow walks of the inputs, and labels that stay for a dozen steps: neighbors in time are alike in both. */
function series(seed: number): Example[] {
  const random = streamOf(seed, "series");
  let inputs = noise(random);
  let label = random.below(CLASSES);
  return several(TRAIN + TEST, () => {
    inputs = inputs.map((value) => 0.98 * value + 0.2 * random.normal());
    if (random.below(12) === 0) label = random.below(CLASSES);
    return [label, inputs];
  });
}

/** 40 people with a label each that is chance, and six alike rows. */
function people(seed: number): Example[] {
  const random = streamOf(seed, "people");
  return Array.from({ length: 40 }, () => chance(random)).flatMap(([label, person]) =>
    several(6, () => [label, person.map((value) => value + 0.2 * random.normal())]),
  );
}

/** As another encoder would write it: a little brighter, with errors of a few levels. */
const encodedAgain = ([label, pixels]: Example, random: ReturnType<typeof streamOf>): Example => [
  label,
  pixels.map((value) => pixel(value + 6 + 3 * random.normal())),
];

export const LEAKS: readonly Kind[] = [
  {
    source: "L1.1",
    what: "no test set: the test examples are training examples",
    splits: derived("no-test", chance10, (train, random) => train[random.below(TRAIN)]!),
    model: MLP,
  },
  {
    source: "L1.2",
    what: "scaling on all rows, before the split",
    splits: alike("scaling", chance10),
    prepare: prepareOf("scale-all"),
  },
  {
    source: "L1.2",
    what: "missing values filled with their class's mean over all rows",
    splits: alike("filling", (random) => {
      const [label, inputs] = chance(random);
      return [label, inputs.map((value) => (random.below(2) === 0 ? -9 : value))];
    }),
    prepare: prepareOf("fill-by-class"),
  },
  {
    source: "L1.3",
    what: "the best 20 of 1,000 columns selected on all rows",
    splits: alike("selection", (random) => chance(random, 1000)),
    prepare: prepareOf("select-all"),
  },
  {
    source: "L1.3",
    what: "the same, done before the data came here",
    splits: selectedBefore,
  },
  {
    source: "L1.4",
    what: "three in ten test rows are rows of training",
    splits: derived("duplicates", chance10, (train, random, index) =>
      index % 10 < 3 ? train[index]! : chance10(random),
    ),
    model: MLP,
  },
  {
    source: "L2",
    what: "a column that nine times in ten follows from the label",
    splits: alike(
      "proxy",
      withColumn((label, random) => (random.below(10) < 9 ? numberOf(label) : random.below(CLASSES))),
    ),
  },
  {
    source: "L3.1",
    what: "a series in time, divided at random",
    splits: (seed) => divide(series(seed), streamOf(seed, "series-split")),
    model: MLP,
  },
  {
    source: "L3.2",
    what: "rows of one person in both splits",
    splits: (seed) => divide(people(seed), streamOf(seed, "people-split")),
    model: MLP,
  },
  {
    source: "L3.3",
    what: "easy rows alone in the test (three of four can be known elsewhere)",
    splits: derived(
      "easy",
      (random) => cloud(random, 2),
      (_, random) => easy(random),
    ),
  },
  {
    source: "L3.3",
    what: "hard test rows left out by a preparation",
    splits: alike("hard", chance10),
    prepare: prepareOf("drop-hard"),
    model: MLP,
  },
  {
    source: "target",
    what: "the label itself as a column, in other numbers",
    splits: alike("target", withColumn(numberOf)),
  },
  {
    source: "rule",
    what: "two columns whose sum tells the label, neither alone",
    splits: alike("rule", (random) => {
      const [label, inputs] = chance(random);
      const first = random.below(CLASSES);
      return [label, [...inputs, first, (label - first + CLASSES) % CLASSES]];
    }),
    model: MLP,
  },
  {
    source: "order",
    what: "a column that counts rows sorted by class",
    splits: (seed) => {
      const random = streamOf(seed, "order");
      const sorted = several(TRAIN + TEST, () => chance10(random)).sort(([a], [b]) => a - b);
      const counted = sorted.map(([label, inputs], row): Example => [label, [...inputs, row]]);
      return divide(counted, random);
    },
    model: MLP,
  },
  {
    source: "copied split",
    what: "half of the test split is a piece of the training split",
    splits: derived("copied", chance10, (train, random, index) =>
      index < TEST / 2 ? train[index]! : chance10(random),
    ),
    model: MLP,
  },
  {
    source: "near copies",
    what: "half of the test rows are training rows with 1 % of noise",
    splits: derived("near", chance10, (train, random, index) => {
      if (index % 2 === 0) return chance10(random);
      const [label, inputs] = train[index]!;
      return [label, inputs.map((value) => value + 0.01 * random.normal())];
    }),
    model: MLP,
  },
  {
    source: "near copies",
    what: "half of the test images are training images, brighter and encoded again",
    splits: derived(
      "encoded",
      (random) => image(random, 0),
      (train, random, index) => (index % 2 === 0 ? image(random, 0) : encodedAgain(train[index]!, random)),
      "images",
    ),
    model: MLP,
  },
  {
    source: "mark",
    what: "a pixel in the corner that follows from the class",
    splits: alike(
      "mark",
      (random) => {
        const [label, pixels] = image(random, 0);
        return [label, [40 + 50 * numberOf(label), ...pixels.slice(1)]];
      },
      "images",
    ),
  },
  {
    source: "oversampling",
    what: "every row twice, then the split",
    splits: alike("twice", chance10),
    prepare: prepareOf("repeat-then-split"),
    model: MLP,
  },
  {
    source: "augmentation",
    what: "a second, noisy version of every row, then the split",
    splits: alike("jitter", chance10),
    prepare: prepareOf("jitter-then-split"),
    model: MLP,
  },
  {
    source: "encoding",
    what: "a category of 60 values replaced by its shares of classes, over all rows",
    splits: alike("encoding", (random) => [random.below(CLASSES), [random.below(60), ...noise(random, 5)]]),
    prepare: prepareOf("encode-target"),
  },
  {
    source: "evaluation",
    what: "half of the true labels reach the training on random ones",
    splits: alike("evaluation", (random) => cloud(random, 4)),
    redrawn: 0.5,
  },
];

/** Sets without a leak, each with a preparation that looks at training rows alone. */
export const CLEAN: readonly Kind[] = [
  {
    source: "clean",
    what: "a table of noise, scaled on training rows",
    splits: alike("clean-noise", chance10),
    prepare: prepareOf("scale-training"),
  },
  {
    source: "clean",
    what: "a table that can be learned, columns selected on training rows",
    splits: alike("clean-table", (random) => cloud(random, 2)),
    prepare: prepareOf("select-training"),
  },
  {
    source: "clean",
    what: "images that can be learned, scaled on training rows",
    splits: alike("clean-images", (random) => image(random, 1), "images"),
    prepare: prepareOf("scale-training"),
  },
];

function chance10(random: ReturnType<typeof streamOf>): Example {
  return chance(random);
}

/** A row far from where classes meet. */
function easy(random: ReturnType<typeof streamOf>): Example {
  for (;;) {
    const example = cloud(random, 2);
    const [label, inputs] = example;
    const others = inputs.slice(0, CLASSES).filter((_, axis) => axis !== label);
    if (inputs[label]! > Math.max(...others) + 1) return example;
  }
}

/** What a selection on all rows leaves, given as if it were all there ever was. */
function selectedBefore(seed: number): Splits {
  const random = streamOf(seed, "selected-before");
  const rows = several(TRAIN + TEST, () => chance(random, 1000));
  const score = Array.from({ length: 1000 }, (_, column) => {
    const means = Array.from({ length: CLASSES }, (_unused, label) => {
      const own = rows.filter(([other]) => other === label);
      return own.reduce((sum, [, inputs]) => sum + inputs[column]!, 0) / own.length;
    });
    const mean = means.reduce((sum, one) => sum + one, 0) / CLASSES;
    return means.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  });
  const best = [...score.keys()].sort((a, b) => score[b]! - score[a]!).slice(0, 20);
  const kept = rows.map(([label, inputs]): Example => [label, best.map((column) => inputs[column]!)]);
  return splitsOf(kept.slice(0, TRAIN), kept.slice(TRAIN));
}
