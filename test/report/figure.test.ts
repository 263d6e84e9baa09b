import { describe, expect, test } from "vitest";
import { accuracyByCorruption, learningAndMemorising } from "../../src/report/comparisons.ts";
import { accuracyCurves, trainingCurves } from "../../src/report/curves.ts";
import { figuresOf } from "../../src/report/figure.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { allKinds, brokenTrial, type TrialFacts, testResult, trial } from "./fixture.ts";

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

describe("trainingCurves", () => {
  test("gives means over seeds with their intervals", () => {
    const figure = trainingCurves(
      testResult([short([2, 1]), short([2, 0.5], { seed: 1 }), short([2.25, 2], { nominal: 1 })]),
    );
    expect(figure).toMatchSnapshot();
  });

  test("carries the last value of a trial that fitted, not that of one that stopped", () => {
    const last = (fit: boolean) =>
      trainingCurves(testResult([short([2, 0.5], { fit }), short([2, 1, 1], { seed: 1 })]))!.panels[0]!
        .lines[0]!.points[2]!;
    expect(last(true)).toMatchObject({ x: 3, mean: 0.75, n: 2 });
    expect(last(false)).toMatchObject({ x: 3, mean: 1, low: null, n: 1 });
  });

  test("leaves out losses that would flatten all others, and says so", () => {
    const figure = trainingCurves(testResult([short([2, 1e30, null]), short([2, 1], { nominal: 1 })]))!;
    expect(figure.panels[0]!.lines[0]!.points.map(({ x }) => x)).toEqual([1]);
    expect(figure.y.domain[1]).toBeLessThan(3);
    expect(figure.notes.at(-1)).toBe("Losses above 6.9 nats are not drawn.");
  });

  test("keeps at most 200 points of a line, the first and the last among them", () => {
    const losses = Array.from({ length: 1000 }, () => 1);
    const { points } = trainingCurves(testResult([short(losses)]))!.panels[0]!.lines[0]!;
    expect([points.length, points[0]!.x, points.at(-1)!.x]).toEqual([200, 1, 1000]);
  });
});

describe("accuracyCurves", () => {
  test("has a panel for train and one for test accuracy", () => {
    expect(accuracyCurves(testResult([short([2, 1]), short([2, 2], { nominal: 1 })]))).toMatchSnapshot();
  });
});

describe("accuracyByCorruption", () => {
  test("gives train and both test accuracies over corruption", () => {
    const trials = [0, 0.5, 1].flatMap((nominal) => [trial({ nominal }), trial({ nominal, seed: 1 })]);
    expect(accuracyByCorruption(testResult(trials))).toMatchSnapshot();
  });

  test("needs two levels, and takes no escalation for one", () => {
    expect(
      accuracyByCorruption(testResult([trial({ nominal: 1 }), trial({ nominal: 1, escalation: 1 })])),
    ).toBeNull();
  });
});

describe("learningAndMemorising", () => {
  test("gives one pair a kind of trial", () => {
    expect(learningAndMemorising(testResult(allKinds(2)))).toMatchSnapshot();
  });
});

describe("figuresOf", () => {
  const names = (...trials: TrialResult[]) => figuresOf(testResult(trials)).map(({ name }) => name);

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
