import { describe, expect, test } from "vitest";
import { type Dataset, datasetHash, type Splits } from "../../src/data/dataset.ts";
import { type InputsName, inputsNames } from "../../src/data/randomization.ts";
import {
  corruptLabels,
  gaussianPixels,
  occurringClasses,
  permuteLabels,
  randomize,
  randomPixels,
  redrawInputs,
  redrawLabels,
  shufflePixels,
} from "../../src/data/randomize.ts";
import { noiseImages, noiseSplits, noiseTable } from "./fixtures.ts";

const SEED = 7;

/** `count` images of `[1, 2, 3]`, ten classes in turn, with pixels 0 ... 5. */
function flatDataset(count: number): Dataset {
  return {
    name: "flat",
    inputs: Uint8Array.from({ length: count * 6 }, (_, index) => index % 6),
    shape: [count, 1, 2, 3],
    labels: Int32Array.from({ length: count }, (_, i) => i % 10),
    classNames: Array.from({ length: 10 }, (_, i) => String(i)),
  };
}

/** Share of labels that differ from those of {@link flatDataset}. */
const changed = (dataset: Dataset): number =>
  dataset.labels.filter((label, i) => label !== i % 10).length / dataset.labels.length;

/** One number for each pixel of an image of `[3, 6, 6]` that holds its three channels. */
function pixelsOf({ inputs }: Dataset, image: number): number[] {
  const at = (channel: number, pixel: number): number => inputs[image * 108 + channel * 36 + pixel]!;
  return Array.from({ length: 36 }, (_, pixel) => at(0, pixel) * 65536 + at(1, pixel) * 256 + at(2, pixel));
}

/** For each pixel of the moved image its place in the original, whose pixels all differ. */
const orderOf = (original: Dataset, moved: Dataset, image: number): string => {
  const before = pixelsOf(original, image);
  expect(new Set(before).size).toBe(36);
  return pixelsOf(moved, image)
    .map((pixel) => before.indexOf(pixel))
    .join();
};

describe("corruptLabels", () => {
  test.each([0, 0.2, 0.5, 1])("changes p(1 - 1/k) of the labels at p = %d", (p) => {
    const count = 50_000;
    const expected = p * 0.9;
    const sigma = Math.sqrt((expected * (1 - expected)) / count);
    expect(
      Math.abs(changed(corruptLabels(flatDataset(count), p, SEED, "train")) - expected),
    ).toBeLessThanOrEqual(4 * sigma);
  });

  test("draws each class alike at p = 1, within 4 sigma", () => {
    const { labels } = corruptLabels(flatDataset(50_000), 1, SEED, "train");
    for (let label = 0; label < 10; label++) {
      const count = labels.filter((given) => given === label).length;
      expect(Math.abs(count - 5000)).toBeLessThan(4 * Math.sqrt(50_000 * 0.09));
    }
  });

  test("nests the corrupted sets of one seed", () => {
    const [few, many] = [0.2, 0.4].map((p) => corruptLabels(flatDataset(1_000), p, SEED, "train").labels);
    few!.forEach((label, i) => {
      if (label !== i % 10) expect(many![i]).toBe(label);
    });
  });

  test("draws training and test labels, and those of two seeds, independently", () => {
    const labels = (seed: number, split: "train" | "test"): Int32Array =>
      corruptLabels(flatDataset(10_000), 1, seed, split).labels;
    for (const other of [labels(SEED, "test"), labels(SEED + 1, "train")]) {
      const agreeing = labels(SEED, "train").filter((label, i) => label === other[i]).length;
      expect(Math.abs(agreeing - 1000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.09));
    }
  });

  test("passes inputs through and modifies nothing", () => {
    const dataset = flatDataset(100);
    expect(corruptLabels(dataset, 1, SEED, "train").inputs).toBe(dataset.inputs);
    expect(changed(dataset)).toBe(0);
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses probability %d", (p) => {
    expect(() => corruptLabels(flatDataset(1), p, SEED, "train")).toThrow(
      new RangeError(`corruptLabels: probability must be in [0, 1], got ${p}`),
    );
  });
});

describe("labels are redrawn among the classes that occur", () => {
  const three = {
    ...flatDataset(300),
    labels: Int32Array.from({ length: 300 }, (_, i) => [1, 4, 9][i % 3]!),
  };

  test("in the training labels, also for test labels", () => {
    const splits = { train: three, test: flatDataset(100) };
    const labels = (split: "train" | "test") => redrawLabels(splits, split, { corrupt: 1 }, SEED);
    expect(occurringClasses(labels("train"))).toEqual([1, 4, 9]);
    expect(occurringClasses(labels("test"))).toEqual([1, 4, 9]);
  });

  test("which changes no byte where all do", () => {
    // As they were before classes could be left out.
    expect([...corruptLabels(flatDataset(20), 1, SEED, "train").labels].join("")).toBe(
      "81558876957253896629",
    );
  });
});

describe("permuteLabels", () => {
  const dataset = {
    ...flatDataset(1_000),
    labels: Int32Array.from({ length: 1_000 }, (_, i) => (i % 10 ? 0 : 1)),
  };
  const permuted = (p: number, seed = SEED): Int32Array => permuteLabels(dataset, p, seed, "train").labels;

  test.each([0, 0.3, 1])("keeps the count of each class at p = %d", (p) => {
    expect(permuted(p).filter((label) => label === 1)).toHaveLength(100);
  });

  test("changes about p(1 - sum of squared class shares) of the labels", () => {
    const count = permuted(1).filter((label, i) => label !== dataset.labels[i]).length;
    // 1000 (1 - 0.81 - 0.01) = 180, within 4 sigma of a hypergeometric count of pairs.
    expect(Math.abs(count - 180)).toBeLessThan(4 * 2 * Math.sqrt(1000 * 0.09 * 0.09));
  });

  test("leaves labels where they are at p = 0, and differs by seed and split", () => {
    expect(permuted(0)).toEqual(dataset.labels);
    expect(permuted(1)).not.toEqual(permuted(1, SEED + 1));
    expect(permuted(1)).not.toEqual(permuteLabels(dataset, 1, SEED, "test").labels);
  });

  test("draws nested sets of examples", () => {
    // Each example is of a class of its own, so nearly all that are drawn change.
    const own = { ...dataset, labels: Int32Array.from(dataset.labels.keys()) };
    const moved = (p: number): number[] =>
      [...permuteLabels(own, p, SEED, "train").labels.entries()].flatMap(([i, label]) =>
        label === i ? [] : [i],
      );
    const many = new Set(moved(0.4));
    // Of those drawn one stays on average, and more than seven in one of ten million permutations.
    expect(moved(0.2).filter((i) => !many.has(i)).length).toBeLessThan(8);
  });
});

describe("shufflePixels", () => {
  test("moves all images of both splits by one permutation, channels together", () => {
    const original = noiseSplits(5, 3);
    const moved = shufflePixels(original, SEED);
    const orders = [
      ...[0, 1, 2, 3, 4].map((i) => orderOf(original.train, moved.train, i)),
      ...[0, 1, 2].map((i) => orderOf(original.test, moved.test, i)),
    ];
    expect(new Set(orders).size).toBe(1);
    expect(orders[0]).not.toBe(Array.from({ length: 36 }, (_, i) => i).join());
  });

  test("moves the columns of a table", () => {
    const train = noiseTable(50);
    const moved = shufflePixels({ train, test: train }, SEED).train.inputs;
    const columns = Array.from({ length: 7 }, (_, column) => train.inputs.indexOf(moved[column]!));
    expect([...columns].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    moved.forEach((value, at) => {
      expect(value).toBe(train.inputs[at - (at % 7) + columns[at % 7]!]);
    });
  });
});

describe("randomPixels", () => {
  test("moves each image of both splits by its own permutation, channels together", () => {
    const original = noiseSplits(20, 20);
    const moved = randomPixels(original, SEED);
    const images = Array.from({ length: 20 }, (_, i) => i);
    const orders = [
      ...images.map((i) => orderOf(original.train, moved.train, i)),
      ...images.map((i) => orderOf(original.test, moved.test, i)),
    ];
    expect(new Set(orders).size).toBe(40);
    for (const order of orders) expect(new Set(order.split(",")).size).toBe(36);
  });
});

describe("gaussianPixels", () => {
  test("has the mean and variance of each training channel, in units of 255, within 5 sigma", () => {
    const original = noiseSplits(2_000, 500);
    const { train, test } = gaussianPixels(original, SEED);
    expect(train.inputs).toBeInstanceOf(Float32Array);
    const moments = (values: Uint8Array | Float32Array, scale: number, channel: number): [number, number] => {
      const own = Array.from(values, (value) => value * scale).filter(
        (_, at) => Math.floor(at / 36) % 3 === channel,
      );
      const mean = own.reduce((a, b) => a + b) / own.length;
      return [mean, Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length)];
    };
    for (let channel = 0; channel < 3; channel++) {
      const [mean, deviation] = moments(original.train.inputs, 1 / 255, channel);
      for (const split of [train, test]) {
        const n = split.inputs.length / 3;
        const [seenMean, seenDeviation] = moments(split.inputs, 1, channel);
        expect(Math.abs(seenMean - mean)).toBeLessThan((5 * deviation) / Math.sqrt(n));
        // The variance of a normal sample has a relative error of sqrt(2 / n).
        expect(Math.abs((seenDeviation / deviation) ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
      }
    }
  });

  test("is not clamped", () => {
    // Uniform pixels have deviation 0.29, so 4 % of a Gaussian lies beyond each end.
    const { inputs } = gaussianPixels(noiseSplits(200, 1), SEED).train;
    expect(inputs.filter((value) => value < 0).length / inputs.length).toBeGreaterThan(0.03);
    expect(inputs.filter((value) => value > 1).length / inputs.length).toBeGreaterThan(0.03);
  });

  test("matches each column of a table", () => {
    const train = noiseTable(20_000);
    const { inputs } = gaussianPixels({ train, test: train }, SEED).train;
    for (let column = 0; column < 7; column++) {
      const values = Array.from(inputs).filter((_, at) => at % 7 === column);
      const mean = values.reduce((a, b) => a + b) / values.length;
      // Both the table's mean and ours stray from the true one.
      expect(Math.abs(mean - column)).toBeLessThan(5 * (column + 1) * Math.sqrt(2 / 20_000));
    }
  });
});

describe("randomize", () => {
  const original = noiseSplits(300, 100);
  const pristine = noiseSplits(300, 100);

  test.each(inputsNames)("gives the same bytes for the same seed, others for another: %s", async (inputs) => {
    const hash = async (seed: number): Promise<string> =>
      datasetHash(randomize(original, { inputs, corrupt: 0.5 }, seed).train);
    expect(await hash(SEED)).toBe(await hash(SEED));
    expect(await hash(SEED)).not.toBe(await hash(SEED + 1));
  });

  test.each(inputsNames)("modifies nothing: %s", (inputs) => {
    randomize(original, { inputs, corrupt: 1 }, SEED);
    expect(original).toEqual(pristine);
  });

  test.each<InputsName>(["shuffled", "random", "gaussian"])("keeps labels true with %s inputs", (inputs) => {
    const { train, test } = randomize(original, { inputs, corrupt: 0 }, SEED);
    expect(train.labels).toEqual(original.train.labels);
    expect(test.labels).toEqual(original.test.labels);
    for (const [split, from] of [
      [train, original.train],
      [test, original.test],
    ] as const) {
      expect(split.inputs).not.toEqual(from.inputs);
      expect(split.shape).toEqual(from.shape);
    }
  });

  test("copies no true inputs, and keeps test labels true", () => {
    const randomized = randomize(original, { inputs: "true", corrupt: 1 }, SEED);
    expect(randomized.train.inputs).toBe(original.train.inputs);
    expect(randomized.test).toBe(original.test);
    const testLabels = corruptLabels(original.test, 1, SEED, "test").labels;
    expect(randomized.testLabelsCorrupted).toEqual(testLabels);
  });

  test("reports the share of training labels that really changed", () => {
    const { train, realized } = randomize(original, { inputs: "true", corrupt: 0.5 }, SEED);
    const count = train.labels.filter((label, i) => label !== original.train.labels[i]).length;
    expect(realized).toBe(count / 300);
    expect(realized).toBeGreaterThan(0);
    expect(randomize(original, { inputs: "random", corrupt: 0 }, SEED).realized).toBe(0);
  });

  test("says what it touched", () => {
    const touched = (inputs: InputsName, corrupt: number): string =>
      randomize(original, { inputs, corrupt }, SEED).touched;
    expect(touched("true", 0)).toBe("Inputs are true. Labels are true.");
    expect(randomize(original, { inputs: "true", corrupt: 0.2, labels: "permute" }, SEED).touched).toBe(
      "Inputs are true. Training labels are drawn with probability 0.2 each, and those drawn permuted, so each class keeps its count; test labels are true, and a corrupted copy is kept beside them.",
    );
    expect(touched("shuffled", 0.2)).toBe(
      "The pixels of all training and test inputs are moved by one permutation. Each training label is redrawn with probability 0.2; test labels are true, and a corrupted copy is kept beside them.",
    );
  });

  test.each(inputsNames)("gives example i alike whatever comes after it: %s", (inputs) => {
    // Gaussian moments come from the whole training split, so both have the same one here.
    const test: Splits["test"] = noiseImages(50, 3, 2);
    const few = {
      train: original.train,
      test: {
        ...test,
        inputs: test.inputs.slice(0, 10 * 108),
        labels: test.labels.slice(0, 10),
        shape: [10, 3, 6, 6],
      },
    };
    const [a, b] = [few, { train: original.train, test }].map(
      (splits) => randomize(splits, { inputs, corrupt: 1 }, SEED).test.inputs,
    );
    expect(b!.subarray(0, a!.length)).toEqual(a);
  });
});

describe("redrawInputs", () => {
  test.each(inputsNames)("gives the bytes of the whole dataset: %s", (inputs) => {
    const original = noiseSplits(30, 20);
    const { train, test } = randomize(original, { inputs, corrupt: 0 }, SEED);
    for (const [split, whole] of [
      ["train", train],
      ["test", test],
    ] as const) {
      const again = redrawInputs(original, split, [17, 3], inputs, SEED);
      expect(again.subarray(0, 108)).toEqual(whole.inputs.subarray(17 * 108, 18 * 108));
      expect(again.subarray(108)).toEqual(whole.inputs.subarray(3 * 108, 4 * 108));
    }
  });
});
