import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../src/run/trial-record.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { CONTEXT, random } from "./trials.ts";

const judged = (trials: readonly TrialResult[], facts: Partial<VerdictContext> = {}) =>
  judge(trials, { ...CONTEXT, ...facts });

const TWO = { trainCounts: [50, 50], testCounts: [50, 50] };
const knowing = (seed: number) =>
  random({
    seed,
    confusion: [
      [50, 0],
      [0, 50],
    ],
  });

describe("the label check", () => {
  test("suspects true labels when random ones teach them", () => {
    const { leak, text } = judged([random({ testAccuracy: 0.3 })]);
    expect(leak.suspected).toBe(true);
    expect(text).toContain("Label alarm");
  });

  test("sees nothing at chance, and says what was not looked at", () => {
    const { leak, text } = judged([random()]);
    expect(leak).toMatchObject({ suspected: false, bound: 0.001 });
    expect(text).toContain("Not looked at: near copies of test examples in training");
    expect(text).not.toContain("No leak");
  });

  test("says of which test labels it speaks where training lacks a class", () => {
    expect(judged([random()]).leak.reasons[0]).toContain("of the test labels are right");
    expect(judged([random()], { trainCounts: CONTEXT.trainCounts.with(9, 0) }).leak.reasons[0]).toContain(
      "of the test labels of classes that training has are right, 11.1 % are expected",
    );
  });

  test("says how many seeds two classes need, and shows a leak with as many", () => {
    const { leak } = judged([knowing(0)], TWO);
    expect(leak.suspected).toBeNull();
    expect(leak.next).toBe("`--seeds 10` can show it");
    expect(
      judged(
        Array.from({ length: 10 }, (_, seed) => knowing(seed)),
        TWO,
      ).leak.suspected,
    ).toBe(true);
  });

  test("tells what was not asked for from what failed", () => {
    const failed = random({ status: "failed", confusion: null, testAccuracy: null });
    expect(judged([failed]).leak.next).toBe("see the trials' errors");
    expect(judged([]).leak.next).toBe("add 1 to `--corrupt`");
  });

  test("does not pass a test set too small to show anything", () => {
    const testCounts = [1, ...new Array<number>(9).fill(0)];
    const confusion = testCounts.map((count) => testCounts.map((_, name) => (name === 1 ? count : 0)));
    const missed = random({ confusion, testAccuracy: 0 });
    const { leak } = judged([missed], { testCounts });
    expect(leak).toMatchObject({ suspected: null, needsSeeds: 4 });
    expect(leak.reasons[0]).toBe(
      "10 classes, 1 of them in the test set, and 1 seed have too few renamings to show it",
    );
    const apart = { testCounts, trainCounts: [0, ...new Array<number>(9).fill(100)] };
    const { reasons } = judged([missed], apart).leak;
    expect(reasons).toEqual(["no test example of a class trained on is named as one"]);
  });

  test("renames only classes that labels are drawn from", () => {
    // Class 9 is not in training: with nine classes, 11.1 % of the others' examples are expected.
    const trainCounts = [...new Array<number>(9).fill(100), 0];
    const { leak } = judged([random()], { trainCounts });
    expect(leak.suspected).toBe(false);
    expect(leak.expected).toBeCloseTo(1 / 9, 2);
  });

  test("cannot rename permuted labels of classes of different size", () => {
    const trainCounts = [150, 50, ...new Array<number>(8).fill(100)];
    expect(judged([random()], { trainCounts, labels: "permute" }).leak.suspected).toBeNull();
    expect(judged([random()], { labels: "permute" }).leak.suspected).toBe(false);
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
