import { describe, expect, test } from "vitest";
import { calibrate, meanLoss } from "../../src/audit/labels/calibrate.ts";
import {
  confidentJoint,
  type HeldOut,
  normalizedMargin,
  probableClasses,
  type Selection,
  selections,
  selectWrong,
  selfConfidence,
} from "../../src/audit/labels/confident-learning.ts";
import { drawFolds } from "../../src/audit/labels/folds.ts";
import { randomStream } from "../../src/base/random.ts";

/** Two classes; the fourth example is given as 0 and looks like 1, the last one like neither. */
const SIX: HeldOut = {
  labels: Int32Array.of(0, 0, 0, 0, 1, 1),
  classes: 2,
  probabilities: [0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.2, 0.8, 0.1, 0.9, 0.5, 0.5],
};

describe("by hand", () => {
  test("thresholds, the confident joint and the noise", () => {
    const { thresholds, confident, counts, joint, noise } = confidentJoint(SIX);
    // (0.9 + 0.8 + 0.7 + 0.2) / 4 and (0.9 + 0.5) / 2.
    expect([...thresholds].map((each) => each.toFixed(6))).toEqual(["0.650000", "0.700000"]);
    expect([...confident]).toEqual([0, 0, 0, 1, 1, -1]);
    expect([...counts]).toEqual([3, 1, 0, 1]);
    // Rows of 3 : 1 and 0 : 1, for four and two of six labels.
    expect([...joint].map((each) => each.toFixed(6))).toEqual([
      "0.500000",
      "0.166667",
      "0.000000",
      "0.333333",
    ]);
    expect(noise).toBeCloseTo(1 / 6, 12);
  });

  test("rankings", () => {
    expect([...selfConfidence(SIX)]).toEqual([0.9, 0.8, 0.7, 0.2, 0.9, 0.5]);
    expect([...normalizedMargin(SIX)].map((each) => each.toFixed(1))).toEqual([
      "0.8",
      "0.6",
      "0.4",
      "-0.6",
      "0.8",
      "0.0",
    ]);
    expect([...probableClasses(SIX)]).toEqual([1, 1, 1, 1, 0, 0]);
  });

  test("selections", () => {
    const joint = confidentJoint(SIX);
    for (const how of selections) expect(selectWrong(SIX, joint, how)).toEqual([3]);
  });
});

/** Random probabilities that favor the true class, with some labels changed. */
function drawn(seed: number, count = 60, classes = 4): HeldOut {
  const random = randomStream(seed, "label-test");
  const probabilities = new Float64Array(count * classes);
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const truth = random.below(classes);
    const weights = Array.from({ length: classes }, (_, k) => random.uniform() + (k === truth ? 1 : 0));
    const sum = weights.reduce((a, b) => a + b, 0);
    for (const [k, weight] of weights.entries()) probabilities[row * classes + k] = weight / sum;
    return random.uniform() < 0.3 ? random.below(classes) : truth;
  });
  return { labels, classes, probabilities };
}

/** The paper's definitions written down as sets, without regard to time. */
function slowly({ labels, classes, probabilities }: HeldOut, joint: ArrayLike<number>) {
  const p = (x: number, k: number): number => probabilities[x * classes + k]!;
  const all = [...labels.keys()];
  const ks = Array.from({ length: classes }, (_, k) => k);
  const given = (k: number): number[] => all.filter((x) => labels[x] === k);
  const t = ks.map((k) => given(k).reduce((sum, x) => sum + p(x, k), 0) / given(k).length);
  const inBin = (x: number, j: number): boolean =>
    p(x, j) >= t[j]! && ks.every((l) => l === j || p(x, l) < t[l]! || p(x, l) < p(x, j));
  const c = ks.map((i) => ks.map((j) => given(i).filter((x) => inBin(x, j)).length));
  const q = ks.map((i) => {
    const row = c[i]!.reduce((a, b) => a + b, 0);
    return c[i]!.map((count) => ((count / row) * given(i).length) / labels.length);
  });
  // Halves are rounded as the joint has them: another order of sums may put them beside.
  const wanted = (i: number, j: number): number => joint[i * classes + j]!;
  const lowest = (of: number[], score: (x: number) => number, count: number): number[] =>
    of.filter((x) => of.filter((y) => score(y) < score(x)).length < count);
  const byClass = ks.flatMap((i) =>
    lowest(
      given(i),
      (x) => p(x, i),
      Math.round(labels.length * ks.reduce((s, j) => s + (j === i ? 0 : wanted(i, j)), 0)),
    ),
  );
  const byRate = ks.flatMap((i) =>
    ks.flatMap((j) =>
      i === j ? [] : lowest(given(i), (x) => p(x, i) - p(x, j), Math.round(wanted(i, j) * labels.length)),
    ),
  );
  const chosen: Record<Selection, number[]> = {
    confusion: all.filter((x) => ks.some((k) => p(x, k) > p(x, labels[x]!))),
    "confident-joint": all.filter((x) => ks.some((j) => j !== labels[x] && inBin(x, j))),
    "by-class": byClass,
    "by-noise-rate": [...new Set(byRate)],
    both: byClass.filter((x) => byRate.includes(x)),
  };
  return { q, chosen };
}

test("is what the definitions say, on random probabilities", () => {
  for (let seed = 0; seed < 30; seed++) {
    const heldOut = drawn(seed);
    const joint = confidentJoint(heldOut);
    const slow = slowly(heldOut, joint.joint);
    for (const [at, share] of slow.q.flat().entries()) expect(joint.joint[at]).toBeCloseTo(share, 12);
    for (const how of selections)
      expect(selectWrong(heldOut, joint, how), `${how}, ${seed}`).toEqual(
        slow.chosen[how].sort((a, b) => a - b),
      );
  }
});

test("a class that nobody is given as, or is confident of, counts as right", () => {
  const { joint, noise } = confidentJoint({
    labels: Int32Array.of(0, 0),
    classes: 3,
    probabilities: [0.6, 0.3, 0.1, 0.4, 0.5, 0.1],
  });
  expect(joint.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(noise).toBe(0);
});

test("calibration finds the temperature that labels were drawn at", () => {
  const random = randomStream(0, "calibration-test");
  const [count, classes, factor] = [20_000, 3, 5];
  const answers = Float32Array.from({ length: count * classes }, () => random.normal() / 3);
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const weights = [0, 1, 2].map((k) => Math.exp(factor * answers[row * classes + k]!));
    let at = random.uniform() * weights.reduce((a, b) => a + b, 0);
    return weights.findIndex((weight) => (at -= weight) < 0);
  });
  const probabilities = calibrate(answers, { labels, classes });
  const found = Math.log(probabilities[0]! / probabilities[1]!) / (answers[0]! - answers[1]!);
  // The loss's curvature in the factor is the mean variance of an answer under its own probabilities, 0.03 at least here: five
  // standard errors of the factor are 5 / sqrt(20,000 * 0.03).
  expect(Math.abs(found - factor)).toBeLessThan(5 / Math.sqrt(count * 0.03));
  expect(meanLoss(probabilities, { labels, classes })).toBeLessThan(Math.log(3));
});

test("folds are even in size, and in each class", () => {
  const labels = Int32Array.from({ length: 103 }, (_, row) => (row * 7) % 5);
  const folds = drawFolds({ labels, classes: 5 }, 4, 1);
  const counts = (rows: number[]): number[] =>
    [0, 1, 2, 3].map((fold) => rows.filter((row) => folds[row] === fold).length);
  for (const of of [
    counts([...labels.keys()]),
    ...[0, 1, 2, 3, 4].map((label) => counts([...labels.keys()].filter((row) => labels[row] === label))),
  ])
    expect(Math.max(...of) - Math.min(...of)).toBeLessThanOrEqual(1);
});
