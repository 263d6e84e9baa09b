import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../src/lab/result.ts";
import { judge, type VerdictContext } from "../../src/lab/verdict.ts";

const CONTEXT: VerdictContext = { chance: 0.1, testCount: 1000, classes: 10, escalations: 2 };

/** A confusion of `[10][10]` counts with the given share of 1,000 test examples right, the rest spread evenly. */
const confusion = (accuracy: number): number[][] =>
  Array.from({ length: 10 }, (_, label) =>
    Array.from({ length: 10 }, (__, other) =>
      Math.round(other === label ? 100 * accuracy : (100 * (1 - accuracy)) / 9),
    ),
  );

/** A finished trial with 40 epochs of steady accuracy. */
function trial(facts: Partial<TrialResult> & { readonly nominal?: number }): TrialResult {
  const { nominal = 0, ...rest } = facts;
  const trainAccuracy = rest.trainAccuracy ?? 1;
  const testAccuracy = rest.testAccuracy ?? 0.5;
  return {
    id: "0",
    inputs: "true",
    labels: { nominal, realised: nominal * 0.9 },
    seed: 0,
    status: "done",
    epochs: 40,
    epochsAllowed: 40,
    steps: 400,
    fit: trainAccuracy === 1,
    epochsToFit: trainAccuracy === 1 ? 20 : null,
    epochsTo95: null,
    escalation: 0,
    learningRate: 0.01,
    trainLoss: 0.01,
    trainAccuracy,
    testAccuracy,
    testAccuracyCorrupted: 0.1,
    best: null,
    seconds: 1,
    confusion: confusion(testAccuracy),
    dataHash: "0",
    parametersHash: "0",
    history: Array.from({ length: 40 }, (_, index) => ({
      epoch: index + 1,
      trainLoss: 1,
      fitLoss: null,
      trainAccuracy,
      testAccuracy,
    })),
    ...rest,
  };
}

const random = (facts: Partial<TrialResult> = {}): TrialResult =>
  trial({ nominal: 1, testAccuracy: 0.1, ...facts });

describe("judge, on capacity", () => {
  const answer = (...trials: TrialResult[]) => judge(trials, CONTEXT).capacity;

  test("memorises when random labels are fitted, and says how much slower", () => {
    const capacity = answer(trial({ epochsToFit: 10 }), random({ epochsToFit: 25 }));
    expect(capacity.answer).toBe("memorises");
    expect(capacity.slowdown).toBe(2.5);
  });

  test("memorises when 95 % are fitted", () => {
    expect(answer(random({ trainAccuracy: 0.97 })).answer).toBe("memorises");
    expect(answer(random({ trainAccuracy: 0.94 })).answer).toBe("inconclusive");
  });

  test("is inconclusive while escalations are left", () => {
    expect(answer(random({ trainAccuracy: 0.4 }), random({ trainAccuracy: 0.4, escalation: 1 })).answer).toBe(
      "inconclusive",
    );
  });

  test("does not fit when all escalations reach the same", () => {
    const stages = [0, 1, 2].map((escalation) => random({ trainAccuracy: 0.4, escalation }));
    expect(answer(...stages)).toMatchObject({ answer: "does-not-fit", trainAccuracy: { mean: 0.4 } });
  });

  test("is inconclusive when the last escalation still gained", () => {
    const stages = [0.4, 0.5, 0.6].map((trainAccuracy, escalation) => random({ trainAccuracy, escalation }));
    expect(answer(...stages).answer).toBe("inconclusive");
  });

  test("memorises when an escalation does", () => {
    expect(answer(random({ trainAccuracy: 0.4 }), random({ escalation: 1 })).answer).toBe("memorises");
  });

  test("is inconclusive when seeds disagree", () => {
    expect(answer(random({ seed: 0 }), random({ seed: 1, trainAccuracy: 0.4 })).answer).toBe("inconclusive");
  });

  test.each(["failed", "stopped"] as const)("does not count a %s trial", (status) => {
    expect(answer(random({ status })).reasons).toEqual(["no trial with random labels came to its end"]);
  });
});

describe("judge, on learning", () => {
  const answer = (...trials: TrialResult[]) => judge(trials, CONTEXT).learning.answer;

  test.each([
    [0.5, "learns"],
    [0.1, "does-not-learn"],
    // Wilson's interval of 160 in 1,000 is 0.139 to 0.184, of 140 it is 0.120 to 0.163, of 120 it is 0.101 to 0.142.
    [0.16, "learns"],
    [0.14, "inconclusive"],
    [0.12, "does-not-learn"],
    [0.02, "does-not-learn"],
  ])("at a test accuracy of %d the answer is %s", (testAccuracy, expected) => {
    expect(answer(trial({ testAccuracy }))).toBe(expected);
  });

  test("counts less as learning where chance is less", () => {
    // 0.4 % of 10,000 where chance is 0.1 %: Wilson's interval is 0.29 % to 0.54 %.
    const context = { ...CONTEXT, chance: 0.001, classes: 1000, testCount: 10_000 };
    expect(judge([trial({ testAccuracy: 0.004 })], context).learning.answer).toBe("learns");
  });

  test("is inconclusive on a small test set", () => {
    expect(judge([trial({ testAccuracy: 0.2 })], { ...CONTEXT, testCount: 10 }).learning.answer).toBe(
      "inconclusive",
    );
  });

  test("is inconclusive when training diverged", () => {
    expect(answer(trial({ status: "diverged" }))).toBe("inconclusive");
  });

  test("must beat the networks that learned from random labels", () => {
    expect(answer(trial({ testAccuracy: 0.3 }), random({ testAccuracy: 0.4 }))).toBe("inconclusive");
  });
});

describe("judge, on leaks", () => {
  test("suspects one when random labels teach the true ones", () => {
    const { leak, text } = judge([random({ testAccuracy: 0.3, confusion: confusion(0.3) })], CONTEXT);
    expect(leak.suspected).toBe(true);
    expect(text).toContain("Leak alarm");
  });

  test("suspects none at chance", () => {
    expect(judge([random()], CONTEXT).leak).toMatchObject({ suspected: false, bound: 0.001 });
  });

  test("says how many seeds two classes need", () => {
    const two = random({
      confusion: [
        [50, 0],
        [0, 50],
      ],
    });
    const { leak } = judge([two], { ...CONTEXT, classes: 2 });
    expect(leak.suspected).toBeNull();
    expect(leak.reasons).toEqual(["2 classes and 1 seed cannot show a leak: use 10 seeds or more"]);
  });
});

test("a test without any finished trial decides nothing", () => {
  const verdict = judge([], CONTEXT);
  expect([verdict.capacity.answer, verdict.learning.answer, verdict.leak.suspected]).toEqual([
    "inconclusive",
    "inconclusive",
    null,
  ]);
});
