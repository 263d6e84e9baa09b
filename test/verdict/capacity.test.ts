import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { fewestExamples } from "../../src/verdict/capacity.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { attempts, CONTEXT, random, trial } from "./trials.ts";

const judged = (trials: readonly TrialResult[], facts: Partial<VerdictContext> = {}) =>
  judge(trials, { ...CONTEXT, ...facts }).capacity;

const unfitted = { trainAccuracy: 0.4, trainLoss: 1.5 };

describe("judge, on capacity", () => {
  test("memorizes when random labels are fitted, and says how much slower, and what it means", () => {
    const capacity = judged([trial({ epochsToFit: 10 }), random({ epochsToFit: 25 })]);
    expect(capacity).toMatchObject({ answer: "memorises", slowdown: 2.5, slowdownSeeds: 1 });
    expect(capacity.reasons.join("; ")).toContain("says nothing about what it has learned");
  });

  test("memorizes when 95 % are fitted", () => {
    expect(judged([random({ trainAccuracy: 0.97 })]).answer).toBe("memorises");
    expect(judged([random({ trainAccuracy: 0.94 })]).answer).toBe("inconclusive");
  });

  test("does not count a fit that was lost again", () => {
    const lost = random({ trainAccuracy: 0.5, epochsToFit: 12, fit: true });
    const capacity = judged([lost]);
    expect(capacity.answer).toBe("inconclusive");
    expect(capacity.reasons.join("; ")).toContain("a fit at epoch 12 was lost again");
    const early = judged([random({ trainAccuracy: 0.5, epochsToFit: 40, fit: true })]);
    expect(early.next).toBe("`--fit-accuracy 1 --fit-loss 0` trains on");
  });

  test("compares the pace of seeds that fitted both, by the recipe as it was asked for", () => {
    const trials = [
      ...[10, 30].map((epochsToFit, seed) => trial({ epochsToFit, seed })),
      random({ epochsToFit: 20, seed: 0 }),
      random({ ...unfitted, seed: 1 }),
      // Twice as long a schedule is another recipe.
      random({ epochsToFit: 70, seed: 1, escalation: 1 }),
    ];
    expect(judged(trials)).toMatchObject({ answer: "memorises", slowdown: 2, slowdownSeeds: 1 });
  });

  test("is inconclusive while attempts are left, and names the flag", () => {
    const capacity = judged(attempts(random, unfitted).slice(0, 2));
    expect(capacity.answer).toBe("inconclusive");
    expect(capacity.next).toContain("--escalations 3");
  });

  test("does not fit when all attempts come to the same", () => {
    expect(judged(attempts(random, unfitted))).toMatchObject({
      answer: "does-not-fit",
      trainAccuracy: { mean: 0.4 },
    });
  });

  test("is inconclusive when the longest run still gained, and asks for twice as long a one", () => {
    const trials = attempts(random, unfitted).map((attempt) => ({
      ...attempt,
      trainAccuracy: 0.4 + attempt.epochs / 1000,
    }));
    expect(judged(trials)).toMatchObject({ answer: "inconclusive", next: "`--epochs 320` may decide" });
  });

  test("is inconclusive when the loss still falls as at a tiny rate, though no accuracy moves", () => {
    const trials = attempts(random, { trainAccuracy: 0.1 }).map((attempt) => ({
      ...attempt,
      trainLoss: 2.3 - attempt.epochs * attempt.learningRate * 1e-4,
    }));
    expect(judged(trials).answer).toBe("inconclusive");
  });

  test("is inconclusive when three times the rate does better", () => {
    const trials = attempts(random, unfitted);
    const capacity = judged([...trials.slice(0, 3), { ...trials[3]!, trainAccuracy: 0.7 }]);
    expect(capacity).toMatchObject({ answer: "inconclusive", next: "`--lr 0.03` may decide" });
  });

  test("memorizes when an escalation does", () => {
    const fitted = random({ escalation: 1, trainAccuracy: 1 });
    expect(judged([random(unfitted), fitted]).answer).toBe("memorises");
  });

  test("is inconclusive when seeds disagree", () => {
    expect(judged([random({ seed: 0 }), random({ seed: 1, ...unfitted })]).answer).toBe("inconclusive");
  });

  test.each(["failed", "stopped"] as const)("does not count a %s trial, and tells of it", (status) => {
    expect(judged([random({ status })]).reasons).toEqual(["no trial with random labels came to its end"]);
    const reasons = judged([random(), random({ status, seed: 1 })]).reasons.join("; ");
    expect(reasons).toContain(`1 seed of 2 came to the end (1 ${status})`);
  });

  test("says nothing of a network that diverged at every rate", () => {
    const trials = attempts(random, { status: "diverged", trainAccuracy: 0.1 });
    expect(judged(trials.map((attempt, index) => ({ ...attempt, learningRate: 3 ** -index })))).toMatchObject(
      {
        answer: "inconclusive",
        reasons: [expect.any(String), "it diverged at every rate tried"],
      },
    );
  });

  test("says nothing of so few examples that luck could fit them", () => {
    // Eleven fair coins fall alike once in 1,024 times; with ten classes, four labels once in 1,000, five in 10,000.
    expect(fewestExamples(2, 0.95)).toBe(11);
    expect(fewestExamples(10, 0.95)).toBe(5);
    expect(judged([random()], { trainCounts: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0] }).answer).toBe("inconclusive");
    expect(judged([random()], { trainCounts: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0] }).reasons[0]).toContain(
      "2 training examples can be guessed by luck",
    );
  });

  test("does not blame the network where equal inputs have different labels", () => {
    const copies = { test: 0, testOtherLabel: 0, testByClass: [], train: 990, trainOtherLabel: 900 };
    const capacity = judged(attempts(random, unfitted), { copies });
    expect(capacity.answer).toBe("inconclusive");
    expect(capacity.reasons[1]).toContain("990 training inputs repeat earlier ones");
    expect(capacity.next).toBe("remove the repeated training inputs");
    // Of what is left, luck could fit all labels.
    const equal = judged(attempts(random, unfitted), { copies: { ...copies, train: 999 } });
    expect(equal.next).toContain("almost all of them are equal");
  });

  test("asks more than the commonest class of permuted labels", () => {
    const trainCounts = [970, 30];
    const capacity = judged([random({ trainAccuracy: 0.97 })], { trainCounts, labels: "permute" });
    expect(capacity.answer).toBe("inconclusive");
    expect(capacity.bound).toBeCloseTo(0.997, 12);
  });
});
