import { describe, expect, test } from "vitest";
import { accuracyByCorruption, learningAndMemorizing } from "../../../src/report/test/comparisons.ts";
import { accuracyCurves, trainingCurves } from "../../../src/report/test/curves.ts";
import { testFigures } from "../../../src/report/test/figures.ts";
import type { TrialResult } from "../../../src/run/trial-record.ts";
import { allKinds, brokenTrial, type TrialFacts, testResult, trial } from "../fixture.ts";

/** A trial of some epochs with the given training losses, and accuracies that follow from them. */
const short = (losses: readonly (number | null)[], facts: TrialFacts = {}) =>
  trial({
    epochs: losses.length,
    history: losses.map((trainLoss, index) => ({
      epoch: index + 1,
      trainLoss,
      fitLoss: null,
      trainAccuracy: trainLoss === null ? null : Math.max(0, 1 - trainLoss / 4),
      testAccuracy: 0.25,
    })),
    ...facts,
  });

const linesOf = (...trials: TrialResult[]) => trainingCurves(testResult(trials))!.panels[0]!.curves;

describe("trainingCurves", () => {
  test("gives means over seeds with their intervals", () => {
    const [mean] = linesOf(short([2, 1]), short([2, 0.5], { seed: 1 }), short([2, 1.5], { seed: 2 }));
    expect(mean).toMatchObject({
      label: "True labels",
      ours: [
        { x: 1, y: 2 },
        { x: 2, y: 1 },
      ],
    });
    // Student's t of three: 4.303 standard errors, each the deviation 0.5 over the root of three.
    expect(1 - mean!.ours[1]!.low!).toBeCloseTo(1, 9);
    expect(mean!.ours[1]!.high).toBeCloseTo(1 + (4.3027 * 0.5) / Math.sqrt(3), 3);
  });

  test("carries the last value of a trial that fitted, not that of one that stopped", () => {
    const last = (fit: boolean) =>
      linesOf(short([2, 0.5], { fit }), short([2, 1, 1], { seed: 1 }))[0]!.ours[2]!;
    expect(last(true)).toMatchObject({ x: 3, y: 0.75 });
    expect(last(false)).toMatchObject({ x: 3, y: 1, low: null });
  });

  test("leaves out losses that would flatten all others, and says so", () => {
    const figure = trainingCurves(testResult([short([2, 1e30, null]), short([2, 1], { nominal: 1 })]))!;
    expect(figure.panels[0]!.curves[0]!.ours.map(({ y }) => y)).toEqual([2, null]);
    expect(figure.panels[0]!.y.domain[1]).toBeLessThan(3);
    expect(figure.notes.at(-1)).toBe("Values beyond the frame are not drawn.");
  });

  test("keeps at most 200 points of a line, the first and the last among them", () => {
    const { ours } = linesOf(short(Array.from({ length: 1000 }, () => 1)))[0]!;
    expect([ours.length, ours[0]!.x, ours.at(-1)!.x]).toEqual([200, 1, 1000]);
  });

  test("is described for those who do not see it", () => {
    expect(trainingCurves(testResult([short([2, 1]), short([2.25], { nominal: 1 })]))!.description).toBe(
      "Training loss by epoch (72 steps each). True labels: 2.000 nats at 1, 1.000 nats at 2. Random labels: 2.250 nats at 1. uniform guess, 2.30: 2.30259.",
    );
  });
});

describe("accuracyCurves", () => {
  test("has a panel for train and one for test accuracy, in which kinds are marked alike", () => {
    const figure = accuracyCurves(
      testResult([short([2, 1]), { ...short([2]), history: [] }, short([2, 2], { nominal: 1 })]),
    )!;
    expect(figure.panels.map(({ title }) => title)).toEqual([
      "Train accuracy, on the labels trained on",
      "Test accuracy, on the true labels",
    ]);
    const [train, test] = figure.panels.map(({ curves }) =>
      curves.map(({ label, marking }) => [label, marking]),
    );
    expect(train).toEqual(test);
    expect(figure.panels[0]!.curves[1]!.ours.map(({ y }) => y)).toEqual([0.5, 0.5]);
  });
});

describe("accuracyByCorruption", () => {
  test("gives train and both test accuracies over corruption", () => {
    const trials = [0, 0.5, 1].flatMap((nominal) => [trial({ nominal }), trial({ nominal, seed: 1 })]);
    const result = testResult(trials);
    const [train, alike, test] = accuracyByCorruption(result)!.panels[0]!.curves;
    expect(train!.ours.map(({ x, y }) => [x, y])).toEqual([0, 0.5, 1].map((x) => [x, 1]));
    expect(test!.ours.map(({ y }) => y)).toEqual(result.summary.map((row) => row.testAccuracy!.mean));
    expect(alike!.ours.map(({ y }) => y)).toEqual(
      result.summary.map((row) => row.testAccuracyCorrupted!.mean),
    );
  });

  test("needs two levels, and takes no escalation for one", () => {
    expect(
      accuracyByCorruption(testResult([trial({ nominal: 1 }), trial({ nominal: 1, escalation: 1 })])),
    ).toBeNull();
  });
});

describe("learningAndMemorizing", () => {
  test("gives one pair a kind of trial", () => {
    const { pairs, description } = learningAndMemorizing(testResult([trial(), trial({ nominal: 1 })]))!;
    expect(pairs.map(({ label, train }) => [label, train!.mean])).toEqual([
      ["True labels", 1],
      ["Random labels", 1],
    ]);
    expect(description).toMatch(
      /^Train and test accuracy by what was trained on\. True labels: train 100\.0 %, test 46\.\d %; /,
    );
  });
});

describe("testFigures", () => {
  const names = (...trials: TrialResult[]) => testFigures(testResult(trials)).map(({ name }) => name);

  test("draws what there is", () => {
    expect(names(...allKinds(1))).toEqual([
      "learning-and-memorising",
      "training-curves",
      "accuracy-curves",
      "accuracy-by-corruption",
    ]);
    expect(names(brokenTrial("stopped"))).toEqual(["training-curves", "accuracy-curves"]);
    expect(names(brokenTrial("failed", { history: [], epochs: 0, steps: 0 }))).toEqual([]);
    expect(names()).toEqual([]);
  });
});
