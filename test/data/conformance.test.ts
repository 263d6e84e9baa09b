import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { checkConformance, describeConformance } from "../../src/data/conformance.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import {
  gaussianPixels,
  inputsNames,
  type Randomization,
  type Randomized,
  randomize,
  randomPixels,
  shufflePixels,
} from "../../src/data/randomize.ts";
import { noiseSplits, noiseTable } from "./fixtures.ts";

const SEED = 3;
const ORIGINAL = noiseSplits(1_500, 500);

/** The checks that fail. */
const failing = (randomized: Randomized, request: Randomization, original: Splits = ORIGINAL): string[] =>
  checkConformance(original, randomized, request, SEED)
    .filter(({ ok }) => !ok)
    .map(({ check }) => check);

/** Correctly randomized data with something replaced. */
const spoilt = (request: Randomization, change: (good: Randomized) => Partial<Randomized>): Randomized => {
  const good = randomize(ORIGINAL, request, SEED);
  return { ...good, ...change(good) };
};

const withInputs = (dataset: Dataset, inputs: Dataset["inputs"]): Dataset => ({ ...dataset, inputs });
const withLabels = (dataset: Dataset, labels: Int32Array): Dataset => ({ ...dataset, labels });

const REDRAWN = "sampled inputs that differ when drawn a second time";
const LABELS_REDRAWN = "training labels that differ when drawn a second time";
const CHI_SQUARE = "chi-square of labels within each true class against uniform redraws";
const INFORMATION = "mutual information with the true labels, nats";

describe("checkConformance", () => {
  test.each(
    inputsNames.flatMap((inputs) => [0, 0.3, 1].map((corrupt) => ({ inputs, corrupt }))),
  )("passes correct data: %o", (request) => {
    const lines = checkConformance(ORIGINAL, randomize(ORIGINAL, request, SEED), request, SEED);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.every(({ value, bound }) => Number.isFinite(value) && Number.isFinite(bound))).toBe(true);
    expect(lines.length).toBeGreaterThan(3);
  });

  test.each(inputsNames)("passes correct data from a table: %s", (inputs) => {
    const original = { train: noiseTable(400, 1), test: noiseTable(100, 2) };
    const request = { inputs, corrupt: 0.5 };
    expect(failing(randomize(original, request, SEED), request, original)).toEqual([]);
  });

  test.each(inputsNames)("passes correct data from very few examples: %s", (inputs) => {
    const original = noiseSplits(4, 2);
    for (const corrupt of [0, 0.1, 1]) {
      const request = { inputs, corrupt };
      expect(failing(randomize(original, request, SEED), request, original)).toEqual([]);
    }
  });

  test("names the data of each line", () => {
    const request = { inputs: "shuffled", corrupt: 0.5 } as const;
    const lines = checkConformance(ORIGINAL, randomize(ORIGINAL, request, SEED), request, SEED);
    expect(new Set(lines.map(({ randomization }) => randomization))).toEqual(
      new Set(["labels p=0.5 seed 3", "shuffled pixels seed 3"]),
    );
  });
});

describe("the checks of labels", () => {
  const random: Randomization = { inputs: "true", corrupt: 1 };

  test("catch classes that were renamed instead of redrawn (ids-uchile)", () => {
    // A derangement, so the realised share is far off too; mutual information and chi-square are what it is about.
    const names = randomStream(1, "renaming").permutation(10);
    const renamed = ORIGINAL.train.labels.map((label) => names[label]!);
    const checks = failing(
      spoilt(random, ({ train }) => ({ train: withLabels(train, renamed) })),
      random,
    );
    expect(checks).toContain(INFORMATION);
    expect(checks).toContain(CHI_SQUARE);
  });

  test("catch classes renamed for a share of the examples", () => {
    const partial: Randomization = { inputs: "true", corrupt: 0.5 };
    const draws = randomStream(1, "renaming");
    const renamed = ORIGINAL.train.labels.map((label) => (draws.uniform() < 0.45 ? (label + 3) % 10 : label));
    const checks = failing(
      spoilt(partial, ({ train }) => ({ train: withLabels(train, renamed) })),
      partial,
    );
    expect(checks).toContain(CHI_SQUARE);
  });

  test("catch labels that a share of the examples kept at p = 1", () => {
    const checks = failing(
      spoilt(random, ({ train }) => ({
        train: withLabels(
          train,
          train.labels.map((label, i) => (i % 2 ? label : ORIGINAL.train.labels[i]!)),
        ),
      })),
      random,
    );
    expect(checks).toContain("share of training labels changed, distance from p(1 - 1/k) = 0.9");
    expect(checks).toContain(INFORMATION);
  });

  test("catch redrawn labels that never equal the true one", () => {
    const draws = randomStream(1, "excluding");
    const excluding = ORIGINAL.train.labels.map((label) => (label + 1 + draws.below(9)) % 10);
    const checks = failing(
      spoilt(random, ({ train }) => ({ train: withLabels(train, excluding) })),
      random,
    );
    expect(checks).toContain("share of training labels changed, distance from p(1 - 1/k) = 0.9");
  });

  test("catch labels drawn with another seed, or again each epoch", () => {
    const again = randomize(ORIGINAL, random, SEED + 1);
    expect(failing(again, random)).toEqual([LABELS_REDRAWN]);
  });

  test("catch training and test labels drawn from one stream (pluskid)", () => {
    const checks = failing(
      spoilt(random, ({ train }) => ({ testLabelsCorrupted: train.labels.slice(0, 500) })),
      random,
    );
    expect(checks).toEqual([
      "share of training labels equal to the corrupted test label in the same place, distance from 1/k",
    ]);
  });

  test("catch a test set whose labels are corrupted", () => {
    const checks = failing(
      spoilt(random, ({ test, testLabelsCorrupted }) => ({ test: withLabels(test, testLabelsCorrupted) })),
      random,
    );
    expect(checks).toEqual(["test labels changed"]);
  });

  test("catch a single label changed where none should be", () => {
    const pixels: Randomization = { inputs: "shuffled", corrupt: 0 };
    const changed = ORIGINAL.train.labels.map((label, i) => (i === 77 ? (label + 1) % 10 : label));
    const lines = checkConformance(
      ORIGINAL,
      spoilt(pixels, ({ train }) => ({ train: withLabels(train, changed) })),
      pixels,
      SEED,
    );
    expect(lines.find(({ check }) => check === "labels changed")).toEqual({
      randomization: "labels p=0 seed 3",
      check: "labels changed",
      ok: false,
      value: 1,
      bound: 0,
    });
  });

  test("say nothing about information where even a renaming would hide in the noise", () => {
    const few = noiseSplits(20, 20);
    const lines = checkConformance(few, randomize(few, random, SEED), random, SEED);
    expect(lines.map(({ check }) => check)).not.toContain(INFORMATION);
  });

  test.each([
    [100, 0.1],
    [100, 1],
    [1_000, 0.5],
    [1_000, 1],
  ])("raise no false alarm in 300 seeds: %d examples, p = %d", (count, corrupt) => {
    const original = noiseSplits(count, 50);
    const request: Randomization = { inputs: "true", corrupt };
    const statistical = (seed: number): string[] =>
      checkConformance(original, randomize(original, request, seed), request, seed)
        .filter(({ ok }) => !ok)
        .map(describeConformance);
    expect(Array.from({ length: 300 }, (_, seed) => statistical(seed)).flat()).toEqual([]);
  });
});

describe("the checks of inputs", () => {
  const ALTERED = "sampled inputs whose pixels are not those of the original";
  const UNMOVED = "sampled inputs left as they were";
  const APART = "pixels not moved alike in all sampled training and test inputs";
  const ALIKE = "sampled pairs of inputs moved by the same permutation";
  const MEAN = "mean of each channel, distance in standard errors";
  const VARIANCE = "variance of each channel, distance in standard errors";
  const KOLMOGOROV = "Kolmogorov distance from the unclamped Gaussian, times sqrt(n)";
  const only = (inputs: Randomization["inputs"]): Randomization => ({ inputs, corrupt: 0 });

  test.each([
    "shuffled",
    "random",
    "gaussian",
  ] as const)("catch fresh noise at each access (FoLI): %s", (inputs) => {
    const fresh = randomize(ORIGINAL, only(inputs), SEED + 1);
    expect(failing(fresh, only(inputs))).toEqual([REDRAWN]);
  });

  test.each(["shuffled", "random"] as const)("catch a test set left clean (FoLI): %s", (inputs) => {
    const checks = failing(
      spoilt(only(inputs), () => ({ test: ORIGINAL.test })),
      only(inputs),
    );
    expect(checks).toContain(UNMOVED);
    expect(checks).toContain(inputs === "shuffled" ? APART : ALIKE);
  });

  test("catch a test set left clean: gaussian", () => {
    const checks = failing(
      spoilt(only("gaussian"), () => ({ test: ORIGINAL.test })),
      only("gaussian"),
    );
    expect(checks).toContain(KOLMOGOROV);
  });

  test("catch clamped noise (david-inf)", () => {
    const checks = failing(
      spoilt(only("gaussian"), ({ train, test }) => {
        const clamp = (split: Dataset): Dataset =>
          withInputs(split, split.inputs.map((value) => Math.min(1, Math.max(0, value))) as Float32Array);
        return { train: clamp(train), test: clamp(test) };
      }),
      only("gaussian"),
    );
    expect(checks).toContain(KOLMOGOROV);
    expect(checks).toContain(VARIANCE);
  });

  test("catch noise in units of 255 where the network sees units of 1 (david-inf)", () => {
    const checks = failing(
      spoilt(only("gaussian"), ({ train }) => ({
        train: withInputs(train, train.inputs.map((value) => value * 255) as Float32Array),
      })),
      only("gaussian"),
    );
    expect(checks).toEqual(expect.arrayContaining([MEAN, VARIANCE, KOLMOGOROV]));
  });

  test("catch one noise image for all", () => {
    const checks = failing(
      spoilt(only("gaussian"), ({ train }) => ({
        train: withInputs(train, train.inputs.map((_, at) => train.inputs[at % 108]!) as Float32Array),
      })),
      only("gaussian"),
    );
    expect(checks).toContain("sampled neighbours with the same noise");
  });

  test("catch one permutation for all where each image should have its own", () => {
    const checks = failing(
      { ...spoilt(only("random"), () => shufflePixels(ORIGINAL, SEED)) },
      only("random"),
    );
    expect(checks).toEqual([ALIKE, REDRAWN]);
  });

  test("catch training and test images moved by the same permutations", () => {
    // The test images stand in the places of training images, and are moved as those.
    const { test } = ORIGINAL;
    const moved = randomPixels({ train: test, test }, SEED).train;
    expect(
      failing(
        spoilt(only("random"), () => ({ test: moved })),
        only("random"),
      ),
    ).toEqual([ALIKE, REDRAWN]);
  });

  test("catch a permutation for each image where one should move all", () => {
    const checks = failing(
      spoilt(only("shuffled"), () => randomPixels(ORIGINAL, SEED)),
      only("shuffled"),
    );
    expect(checks).toEqual([APART, REDRAWN]);
  });

  test("catch a test set moved by another permutation than the training set", () => {
    const checks = failing(
      spoilt(only("shuffled"), () => ({ test: shufflePixels(ORIGINAL, SEED + 1).test })),
      only("shuffled"),
    );
    expect(checks).toEqual([APART, REDRAWN]);
  });

  test.each(["shuffled", "random"] as const)("catch channels moved apart: %s", (inputs) => {
    const order = randomStream(9, "apart").permutation(36);
    const apart = (split: Dataset): Dataset =>
      withInputs(
        split,
        split.inputs.map((value, at) => {
          const channel = Math.floor(at / 36) % 3;
          return channel === 1 ? split.inputs[at - (at % 36) + order[at % 36]!]! : value;
        }) as Uint8Array,
      );
    const checks = failing(
      spoilt(only(inputs), ({ train, test }) => ({ train: apart(train), test: apart(test) })),
      only(inputs),
    );
    expect(checks).toContain(ALTERED);
  });

  test("catch true inputs that were touched", () => {
    const dimmed = ORIGINAL.train.inputs.map((value) => value >> 1) as Uint8Array;
    const checks = failing(
      spoilt(only("true"), ({ train }) => ({ train: withInputs(train, dimmed) })),
      only("true"),
    );
    expect(checks).toEqual([REDRAWN]);
  });

  test("raise no false alarm over constant images, whose permutations nobody can tell apart", () => {
    const flat = (split: Dataset): Dataset => withInputs(split, new Uint8Array(split.inputs.length).fill(9));
    const original = { train: flat(ORIGINAL.train), test: flat(ORIGINAL.test) };
    for (const inputs of ["shuffled", "random", "gaussian"] as const) {
      const lines = checkConformance(original, randomize(original, only(inputs), SEED), only(inputs), SEED);
      const wrong = lines.filter(({ ok }) => !ok).map(({ check }) => check);
      // Noise of deviation 0 is the same everywhere: that is not a randomization, and is said.
      expect(wrong).toEqual(inputs === "gaussian" ? ["sampled neighbours with the same noise"] : []);
    }
  });

  test.each([1, 2, 3, 4, 5])("raise no false alarm for noise of seed %d", (seed) => {
    const request = only("gaussian");
    const noise = { ...randomize(ORIGINAL, request, seed), ...gaussianPixels(ORIGINAL, seed) };
    expect(checkConformance(ORIGINAL, noise, request, seed).filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe("describeConformance", () => {
  test("prints a line", () => {
    const line = {
      randomization: "labels p=1 seed 0",
      check: "share",
      ok: true,
      value: 0.0012345,
      bound: 0.005,
    };
    expect(describeConformance(line)).toBe("ok    labels p=1 seed 0: share: 0.00123 (at most 0.005)");
    expect(describeConformance({ ...line, ok: false })).toBe(
      "WRONG labels p=1 seed 0: share: 0.00123 (at most 0.005)",
    );
  });
});
