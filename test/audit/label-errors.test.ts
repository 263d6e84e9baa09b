import { expect, test } from "vitest";
import type { AuditSection } from "../../src/audit/audit-result.ts";
import { labelErrors } from "../../src/audit/label-errors.ts";
import { featuresOf, layerFor } from "../../src/audit/labels/features.ts";
import { drawFolds } from "../../src/audit/labels/folds.ts";
import { heldOutNetwork } from "../../src/audit/labels/network.ts";
import { heldOutRidge } from "../../src/audit/labels/ridge.ts";
import type { AuditTask } from "../../src/audit/section.ts";
import { randomStream } from "../../src/base/random.ts";
import { type Dataset, exampleCount, takeExamples } from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";

const engine = await openEngine(runtime, "cpu", 1);
const digits = await readDigits();
const first = (dataset: Dataset, count: number): Dataset =>
  takeExamples(
    dataset,
    Array.from({ length: count }, (_, row) => row),
  );

/** Digits as they are, and which got another label. */
function planted(dataset: Dataset, share: number) {
  const random = randomStream(5, "planted-labels");
  const wrong: number[] = [];
  const labels = dataset.labels.map((label, row) => {
    if (random.uniform() >= share) return label;
    wrong.push(row);
    return (label + 1 + random.below(9)) % 10;
  });
  return { dataset: { ...dataset, labels }, wrong };
}

const suspectsOf = ({ lists }: AuditSection, split: "train" | "test"): number[] => {
  const cells = lists[0]?.rows ?? [];
  return cells.flatMap(({ split: own, index }) => {
    const [whose, at] = [own, index].map((cell) => (cell && "text" in cell ? cell.text : null));
    return whose === split ? [at as number] : [];
  });
};

/** Hits that a random choice of as many has at most: expected and six deviations, by the hypergeometric variance, which chance passes once in a billion. */
const byChance = (chosen: number, wrong: number, of: number): number => {
  const mean = (chosen * wrong) / of;
  return mean + 6 * Math.sqrt(mean * (1 - wrong / of)) + 1;
};

test("wrong labels planted in digits are found among training and test examples", async () => {
  const train = planted(first(digits.train, 300), 0.1);
  const test = planted(first(digits.test, 150), 0.1);
  const task = { splits: { train: train.dataset, test: test.dataset }, engine, seed: 0, labels: {} };
  const section = await labelErrors.make(task);
  for (const [split, { wrong, dataset }] of [
    ["train", train],
    ["test", test],
  ] as const) {
    const found = suspectsOf(section, split);
    const hits = found.filter((row) => wrong.includes(row)).length;
    expect(hits).toBeGreaterThan(byChance(found.length, wrong.length, exampleCount(dataset)));
    // Not derived: what it finds of digits today is more; a search that finds less than half would be a worse one.
    expect(hits / wrong.length).toBeGreaterThan(0.5);
  }
});

test("rows of a table are looked at by their columns, and it says so", async () => {
  const flat = (dataset: Dataset): Dataset => ({
    ...dataset,
    inputs: Float32Array.from(dataset.inputs),
    shape: [exampleCount(dataset), 64],
  });
  const train = planted(first(flat(digits.train), 400), 0.1);
  const task = {
    splits: { train: train.dataset, test: first(flat(digits.test), 100) },
    engine,
    seed: 0,
    labels: {},
  };
  const section = await labelErrors.make(task);
  const found = suspectsOf(section, "train");
  const hits = found.filter((row) => train.wrong.includes(row)).length;
  expect(hits).toBeGreaterThan(byChance(found.length, train.wrong.length, 400));
  const { method, pictures } = section;
  expect(method[0]).toContain("ridge regression on the columns, standardized");
  expect(pictures).toEqual([]);
});

test("no label is suspected where predictions know nothing of any", async () => {
  const random = randomStream(6, "labels-of-chance");
  const redrawn = (dataset: Dataset): Dataset => ({
    ...dataset,
    labels: dataset.labels.map(() => random.below(2)),
    classNames: ["a", "b"],
  });
  const splits = { train: redrawn(first(digits.train, 200)), test: redrawn(first(digits.test, 100)) };
  const section = await labelErrors.make({ splits, engine, seed: 0, labels: {} });
  expect(section).toMatchObject({ outcome: "notice", numbers: { suspects: 0 } });
  expect(section.findings).toEqual([expect.stringMatching(/cannot be told.*which chance may do/)]);
});

test("held-out answers of ridge regression are those of solving the equations, and no label has a part in its own", async () => {
  const rows = first(digits.train, 60);
  const table = {
    ...rows,
    inputs: Float32Array.from(rows.inputs).map((value) => value / 255),
    shape: [60, 64],
  };
  const features = await featuresOf(engine, table, { filters: 1, mirrored: false, seed: 0 });
  const set = { labels: table.labels, classes: 10 };
  const folds = drawFolds(set, 3, 0);
  const [[answers]] = (await heldOutRidge(engine, features, [set], { folds, l2: [0.5] })) as [[Float32Array]];
  expect(distance(answers, slowRidge(features.blocks[0]!, set, folds, 0.5))).toBeLessThan(1e-3);
  // Another label changes the answers to other folds alone.
  const other = { ...set, labels: set.labels.with(7, (set.labels[7]! + 1) % 10) };
  const [[changed]] = (await heldOutRidge(engine, features, [other], { folds, l2: [0.5] })) as [
    [Float32Array],
  ];
  for (const [row, fold] of folds.entries()) {
    const same = distance(
      answers.subarray(row * 10, row * 10 + 10),
      changed.subarray(row * 10, row * 10 + 10),
    );
    if (fold === folds[7]) expect(same).toBe(0);
    else expect(same).toBeGreaterThan(0);
  }
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, at) => Math.abs(value - b[at]!)));

/** Gaussian elimination in float64 for each fold and class. */
function slowRidge(
  block: Int8Array,
  { labels, classes }: { readonly labels: Int32Array; readonly classes: number },
  folds: Int32Array,
  share: number,
): Float64Array {
  const width = block.length / labels.length;
  const x = (row: number, column: number): number => block[row * width + column]! / 8;
  const out = new Float64Array(labels.length * classes);
  for (let fold = 0; fold <= Math.max(...folds); fold++) {
    const used = [...labels.keys()].filter((row) => folds[row] !== fold);
    for (let label = 0; label < classes; label++) {
      const mean = used.filter((row) => labels[row] === label).length / used.length;
      const matrix = Array.from({ length: width }, (_, i) => [
        ...Array.from(
          { length: width },
          (_, j) =>
            used.reduce((sum, row) => sum + x(row, i) * x(row, j), 0) + (i === j ? share * used.length : 0),
        ),
        used.reduce((sum, row) => sum + x(row, i) * (Number(labels[row] === label) - mean), 0),
      ]);
      const weights = eliminate(matrix);
      for (const row of labels.keys())
        if (folds[row] === fold)
          out[row * classes + label] = mean + weights.reduce((sum, weight, i) => sum + weight * x(row, i), 0);
    }
  }
  return out;
}

function eliminate(matrix: number[][]): number[] {
  const n = matrix.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const factor = matrix[j]![i]! / matrix[i]![i]!;
      for (let k = i; k <= n; k++) matrix[j]![k]! -= factor * matrix[i]![k]!;
    }
  return matrix.map((row, i) => row[n]! / row[i]!);
}

test("a network that is trained without each fold knows its digits", async () => {
  const part = first(digits.train, 300);
  const set = { labels: part.labels, classes: 10 };
  const folds = drawFolds(set, 3, 0);
  const logits = await heldOutNetwork(engine, part, folds, {
    model: findModel("mlp-1x512"),
    epochs: 20,
    seed: 0,
  });
  const hits = [...part.labels].filter((label, row) => {
    const own = logits.subarray(row * 10, row * 10 + 10);
    return own.indexOf(Math.max(...own)) === label;
  });
  // By chance 30, and more than 66 once in a billion times (six deviations of 5.2, and the skew).
  expect(hits.length).toBeGreaterThan(66);
});

test("what takes long is left out unless it is asked for, with what it takes", () => {
  const many = {
    ...digits.train,
    inputs: new Uint8Array(3 * 1024 * 20_000),
    labels: new Int32Array(20_000),
    shape: [20_000, 3, 32, 32],
  };
  const task = { splits: { train: many, test: first(digits.test, 1) }, engine, seed: 0 } as AuditTask;
  expect(labelErrors.lacks!({ ...task, splits: { train: many, test: first(many, 10) } })).toMatch(
    /^takes about \d+ min of one core; ask for it by `labels`$/,
  );
  expect(labelErrors.lacks!({ ...task, splits: digits })).toBeUndefined();
});

test("patches and pools fit images of every size, and are those of the theory at 32", () => {
  expect(layerFor(32, 32)).toMatchObject({ patchSize: 6, poolSize: 15, poolStride: 6 });
  for (let side = 5; side <= 48; side++) {
    const { patchSize, poolSize, poolStride } = layerFor(side, side + 3)!;
    expect(side - patchSize + 1 - poolSize).toBe(2 * poolStride);
    expect(poolSize).toBeGreaterThan(0);
  }
  expect(layerFor(4, 40)).toBeUndefined();
});
