import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { attempts, CONTEXT, confusionOf, random, trial } from "./trials.ts";

const judged = (trials: readonly TrialResult[], facts: Partial<VerdictContext> = {}) =>
  judge(trials, { ...CONTEXT, ...facts }).learning;

/** A trial that gets a share of each class right. */
function classified(
  testCounts: readonly number[],
  shares: readonly number[],
  facts: Partial<TrialResult> = {},
) {
  const confusion = confusionOf(testCounts, shares);
  const hits = confusion.reduce((total, row, label) => total + row[label]!, 0);
  return trial({ confusion, testAccuracy: hits / testCounts.reduce((a, b) => a + b), ...facts });
}

describe("judge, on learning", () => {
  test.each([
    [0.5, "learns"],
    [0.1, "does-not-learn"],
    // 98 % intervals of 1,000 examples: 0.135 to 0.189, 0.117 to 0.168, 0.089 to 0.135.
    [0.16, "learns"],
    [0.14, "inconclusive"],
    [0.11, "does-not-learn"],
    [0.02, "does-not-learn"],
  ])("at a test accuracy of %d of ten balanced classes the answer is %s", (testAccuracy, expected) => {
    expect(judged([trial({ testAccuracy })]).answer).toBe(expected);
  });

  test("says the same of hits by class alone, and that confused labels cannot be looked at then", () => {
    const whole = [trial({ testAccuracy: 0.4 }), random()];
    const alone = whole.map(
      (each): TrialResult => ({
        ...each,
        confusion: null,
        hits: each.confusion!.map((row, label) => row[label]!),
      }),
    );
    const { learning, leak } = judge(alone, CONTEXT);
    expect(learning).toEqual(judge(whole, CONTEXT).learning);
    expect(leak).toMatchObject({ suspected: null });
    expect(leak.reasons[0]).toContain("of more than 200 classes");
  });

  test("knows a perfect classifier of a rare class", () => {
    const testCounts = [970, 30];
    const learning = judged([classified(testCounts, [1, 1])], { testCounts });
    expect(learning).toMatchObject({ answer: "learns", chance: 0.97 });
    expect(learning.intervals!.balanced!.guessing).toBe(0.5);
    expect(learning.reasons[0]).toContain(
      "97.0 % by always guessing the commonest class; balanced over classes",
    );
  });

  test("knows 94 % of right answers where guessing gives 90 %", () => {
    const testCounts = [900, 100];
    expect(judged([classified(testCounts, [0.989, 0.5])], { testCounts }).answer).toBe("learns");
    expect(judged([classified(testCounts, [1, 0])], { testCounts }).answer).toBe("does-not-learn");
  });

  test("knows a rare class that is found at the price of accuracy", () => {
    const testCounts = [9900, 100];
    const learning = judged([classified(testCounts, [0.9, 0.8])], { testCounts });
    expect(learning.testAccuracy!.mean).toBeLessThan(0.99);
    expect(learning.answer).toBe("learns");
  });

  test("counts less as learning where chance is less", () => {
    const testCounts = new Array<number>(1000).fill(10);
    const confusion = testCounts.map((count, label) => {
      const row = new Array<number>(1000).fill(0);
      row[(label + 1) % 1000] = count - (label < 60 ? 1 : 0);
      row[label] = label < 60 ? 1 : 0;
      return row;
    });
    expect(
      judged([trial({ confusion, testAccuracy: 0.006 })], { testCounts, trainCounts: testCounts }).answer,
    ).toBe("learns");
  });

  test.each([
    ["of one class", [60, 0], "of one class"],
    ["of one example", [1, 0], "of one class"],
    ["that is too small", [6, 6], "too few test examples"],
  ])("is inconclusive on a test set %s", (_, testCounts, why) => {
    const learning = judged([classified(testCounts, [0.7, 0.7])], { testCounts, trainCounts: [50, 50] });
    expect(learning.answer).toBe("inconclusive");
    expect(learning.reasons.join("; ")).toContain(why);
    expect(learning.next).toContain("--test-n");
  });

  test("gives a size that does decide", () => {
    const shares = [0.62, 0.62];
    const small = judged([classified([40, 40], shares)], { testCounts: [40, 40], trainCounts: [50, 50] });
    expect(small.answer).toBe("inconclusive");
    const needed = Number(/about ([\d,]+) test/.exec(small.next!)![1]!.replaceAll(",", ""));
    const testCounts = [needed / 2, needed / 2].map(Math.ceil);
    expect(judged([classified(testCounts, shares)], { testCounts, trainCounts: [50, 50] }).answer).toBe(
      "learns",
    );
    expect(needed).toBeLessThan(1000);
  });

  test("does not say of a network that had not settled that it does not learn", () => {
    const early = { testAccuracy: 0.1, trainAccuracy: 0.1, trainLoss: 2.29, epochs: 1 };
    const learning = judged([trial(early)]);
    expect(learning.answer).toBe("inconclusive");
    expect(learning.reasons.join("; ")).toContain("no run twice as long was tried");
    expect(judged(attempts(trial, { testAccuracy: 0.1, trainAccuracy: 0.3, trainLoss: 1.9 })).answer).toBe(
      "does-not-learn",
    );
  });

  test("does not call luck of an initialization learning: a network that hardly trained, right on two clusters", () => {
    const testCounts = [100, 100];
    const facts = { testCounts, trainCounts: testCounts };
    const lucky = (loss: number) =>
      classified(testCounts, [0.9, 0.9], {
        epochs: 1,
        trainAccuracy: 0.9,
        trainLoss: loss,
        history: [{ epoch: 1, trainLoss: 0.6, fitLoss: loss, trainAccuracy: 0.9, testAccuracy: 0.9 }],
      });
    const learning = judged([lucky(0.5999)], facts);
    expect(learning.answer).toBe("inconclusive");
    expect(learning.reasons.join("; ")).toContain("luck of its initialization");
    expect(judged([lucky(0.4)], facts).answer).toBe("learns");
    // Nor where luck makes it right on nearly all of training.
    expect(judged([{ ...lucky(0.5999), trainAccuracy: 0.97 }], facts).answer).toBe("inconclusive");
  });

  test("pools its seeds: many that agree are as sure as one", () => {
    const shares = (seed: number) => 0.16 + 0.008 * Math.sin(7 * seed);
    const power = (seeds: number) =>
      judged(Array.from({ length: seeds }, (_, seed) => trial({ testAccuracy: shares(seed), seed }))).answer;
    expect([1, 3, 10].map(power)).toEqual(["learns", "learns", "learns"]);
  });

  test("loses no power with seeds: 15 % against 10 %, as simulated", () => {
    const runs = 100;
    const learned = (seeds: number): number =>
      Array.from({ length: runs }, (_, run) => {
        const trials = Array.from({ length: seeds }, (__, seed) => {
          const stream = randomStream(seed, "power", run);
          const confusion = CONTEXT.testCounts.map((count, label) => {
            const row = new Array<number>(10).fill(0);
            for (let i = 0; i < count; i++) row[stream.uniform() < 1 / 18 ? label : stream.below(10)]!++;
            return row;
          });
          const hits = confusion.reduce((total, row, label) => total + row[label]!, 0);
          return trial({ confusion, testAccuracy: hits / 1000, seed });
        });
        return Number(judged(trials).answer === "learns");
      }).reduce((a, b) => a + b);
    // 15.0 % are right; a margin of five points above 10 % passes half of single runs, whatever the interval.
    const [one, ten] = [learned(1), learned(10)];
    expect(ten).toBeGreaterThanOrEqual(one - 4 * Math.sqrt(runs / 4));
  });

  test("lets a noisy control near chance not raise the floor", () => {
    expect(judged([trial({ testAccuracy: 0.16 }), random({ testAccuracy: 0.115 })]).answer).toBe("learns");
  });

  test("knows that two clusters are named right or wrong as a whole by networks of random labels", () => {
    // One network in two names both clusters right by luck; its renaming is as likely.
    const testCounts = [100, 100];
    const [sure, lucky] = [
      [0.99, 0.99],
      [0.98, 0.99],
    ].map((shares) => classified(testCounts, shares));
    const trials = [sure!, { ...lucky!, labels: { nominal: 1, realised: 0.5 } }];
    expect(judged(trials, { testCounts, trainCounts: testCounts }).answer).toBe("learns");
  });

  test("must beat networks that know the test labels from random ones", () => {
    const learning = judged([trial({ testAccuracy: 0.4 }), random({ testAccuracy: 0.4 })]);
    expect(learning.answer).toBe("inconclusive");
    expect(judged([trial({ testAccuracy: 0.8 }), random({ testAccuracy: 0.4 })]).answer).toBe("learns");
  });

  test("asks for a smaller rate when training diverged, and takes the attempt that did not", () => {
    const diverged = trial({ status: "diverged" });
    expect(judged([diverged]).next).toContain("--lr 0.0033");
    expect(judged([diverged, trial({ seed: 1 })]).reasons).toEqual([
      "training on true labels diverged (1 of 2 seeds)",
    ]);
    expect(judged([diverged, trial({ escalation: 1, learningRate: 0.0033 })]).answer).toBe("learns");
  });

  test("gives no credit for hits that memory may have made", () => {
    const half = CONTEXT.testCounts.map(() => 50);
    const copies = { test: 500, testOtherLabel: 0, testByClass: half, train: 0, trainOtherLabel: 0 };
    // 55 % right: all 500 copies, and chance on the rest.
    const learning = judged([trial({ testAccuracy: 0.55 })], { copies });
    expect(learning.answer).toBe("inconclusive");
    expect(judged([trial({ testAccuracy: 0.75 })], { copies }).answer).toBe("learns");
  });

  test("does not take guessing the commonest class for labels that were fitted", () => {
    const guessing = trial({
      trainAccuracy: 0.95,
      confusion: [
        [9500, 0],
        [500, 0],
      ],
    });
    const learning = judged([guessing], { trainCounts: [950, 50], testCounts: [9500, 500] });
    expect(learning.answer).toBe("inconclusive");
    expect(learning.next).toMatch(/--epochs|--escalations/);
  });

  test("tells of classes that training lacks", () => {
    expect(judged([trial()], { trainCounts: CONTEXT.trainCounts.with(9, 0) }).reasons).toContain(
      "100 test examples can only be wrong, as training has none of their class",
    );
  });

  test("counts test examples that repeat others for no more than they are worth", () => {
    const none = CONTEXT.testCounts.map(() => 0);
    const copies = {
      test: 0,
      testOtherLabel: 0,
      testByClass: none,
      train: 0,
      trainOtherLabel: 0,
      // One image a class, a hundred times each.
      testRepeats: 990,
      testWorthByClass: CONTEXT.testCounts.map(() => 1),
    };
    const { learning, text } = judge([trial({ testAccuracy: 0.1 })], { ...CONTEXT, copies });
    expect(learning.answer).toBe("inconclusive");
    expect(learning.reasons[0]).toContain("1,000 test examples, worth 10 as some repeat");
    expect(learning.next).toContain("different test examples would decide");
    expect(text).toContain("990 test examples repeat others.");
    expect(judged([trial({ testAccuracy: 0.1 })]).answer).toBe("does-not-learn");
  });

  test("knows that without the copies another class may be the commonest", () => {
    // Of 50 and 50 test examples 45 of one class are copies: always naming the other is right 50 times in 55.
    const testCounts = [50, 50];
    const copies = { test: 45, testOtherLabel: 0, testByClass: [0, 45], train: 0, trainOtherLabel: 0 };
    const confusion = [
      [50, 0],
      [50, 0],
    ];
    const constant = trial({ testAccuracy: 0.5, confusion });
    const facts = { trainCounts: testCounts, testCounts };
    expect(judged([constant], { ...facts, copies }).answer).not.toBe("learns");
    const all = { ...copies, test: 50, testByClass: [0, 50] };
    expect(judged([constant], { ...facts, copies: all }).reasons[0]).toContain("are of one class");
  });

  test("does not call it rest where the fit that was asked for ended training", () => {
    const early = attempts(trial, { trainAccuracy: 0.12, testAccuracy: 0.1, epochsToFit: 2, fit: true }).map(
      (one) => ({
        ...one,
        epochs: 2,
      }),
    );
    const learning = judged(early);
    expect(learning.answer).toBe("inconclusive");
    expect(learning.next).toBe("`--fit-accuracy 1 --fit-loss 0` may decide");
  });

  test("does not reassure where every test example stands in training", () => {
    const copies = {
      test: 1000,
      testOtherLabel: 0,
      testByClass: CONTEXT.testCounts,
      train: 0,
      trainOtherLabel: 0,
    };
    const { learning, text } = judge([trial({ testAccuracy: 1 }), random()], { ...CONTEXT, copies });
    expect(learning.answer).toBe("inconclusive");
    expect(text).toContain(
      "1,000 test examples of 1,000 (100.0 %) have exactly the inputs of a training example",
    );
  });
});
