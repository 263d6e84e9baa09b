import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { holdTo, type Judged, parseCondition } from "../../src/verdict/conditions.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { CONTEXT, random, trial } from "./trials.ts";

const COUNTED: VerdictContext = {
  ...CONTEXT,
  copies: {
    test: 0,
    testOtherLabel: 0,
    testByClass: CONTEXT.testCounts.map(() => 0),
    train: 0,
    trainOtherLabel: 0,
  },
};

const judged = (trials: readonly TrialResult[], context = COUNTED): Judged => ({
  trials,
  verdict: judge(trials, context),
});

/** True labels fitted in 20 epochs, random ones in 30; test accuracies of 50, 60 and 70 %. */
const THREE = judged(
  [0, 1, 2].flatMap((seed) => [
    trial({ seed, testAccuracy: 0.5 + seed / 10 }),
    random({ seed, epochsToFit: 30 }),
  ]),
);

const hold = (text: string, of: Judged) => holdTo([parseCondition(text)], of)[0]!;

describe("answers", () => {
  test.each(["memorises", "memorizes", "learns", "no-leak", "no-copies"])("%s is met", (text) => {
    expect(hold(text, THREE).isMet).toBe(true);
  });

  test.each(["does-not-fit", "does-not-learn"])("%s is not, and the verdict is told", (text) => {
    expect(hold(text, THREE)).toMatchObject({
      isMet: false,
      told: `expected "${text}", but the verdict is memorises, learns, no-copies, no-leak`,
    });
  });

  test("a silent label check is no want of leaks where copies were not counted", () => {
    const uncounted = judged(THREE.trials, CONTEXT);
    expect(hold("no-leak", uncounted).isMet).toBe(false);
    expect(hold("no-copies", uncounted).isMet).toBe(false);
  });

  test("what is not decided is not met", () => {
    const alone = judged([trial()]);
    expect(hold("memorises", alone).told).toBe(
      'expected "memorises", but the verdict is inconclusive, learns, no-copies',
    );
  });
});

describe("comparisons", () => {
  test.each([
    ["test-accuracy>0.59", true],
    ["test-accuracy>0.6", false],
    ["test-accuracy>=0.6", true],
    ["test-accuracy<0.6", false],
    ["test-accuracy<=0.6", true],
    ["train-accuracy>=1", true],
    ["balanced-accuracy>0.5", true],
    ["random-train-accuracy>=0.99", true],
    ["random-test-accuracy<0.2", true],
    ["slowdown>1.49", true],
    ["slowdown > 1.5", false],
    ["copies<1", true],
  ])("%s is met: %s", (text, isMet) => {
    expect(hold(text, THREE).isMet).toBe(isMet);
  });

  test("tell the mean that is compared, and its interval", () => {
    expect(hold("test-accuracy>0.9", THREE).told).toBe(
      "expected test-accuracy>0.9, got 0.6 (95 % interval over 3 seeds 0.3516 to 0.8484)",
    );
    expect(hold("slowdown>2", THREE).got).toBe("1.5 (3 seeds that fitted both)");
    expect(hold("balanced-accuracy>0.9", THREE).got).toMatch(
      /^0\.6 \([\d.]+ % interval over seeds and test examples 0\.\d+ to 0\.\d+\)$/,
    );
    expect(hold("test-accuracy>0.9", judged([trial()])).got).toBe("0.5 (1 seed)");
    const two = judged([trial({ seed: 0 }), trial({ seed: 1, testAccuracy: 0.7 })]);
    expect(hold("test-accuracy>0.9", two).got).toBe("0.6 (mean of 2 seeds)");
  });

  test("round no number onto the other side of its bound", () => {
    const close = judged([trial({ testAccuracy: 0.8999999 })]);
    expect(hold("test-accuracy>=0.9", close)).toMatchObject({ isMet: false, got: "0.8999999 (1 seed)" });
  });

  test("are of the attempt of each seed that fitted best, as the verdict is", () => {
    const escalated = judged([
      trial({ trainAccuracy: 0.4, escalation: 0 }),
      trial({ trainAccuracy: 0.8, escalation: 1, epochs: 80 }),
    ]);
    expect(hold("train-accuracy>0.5", escalated).got).toBe("0.8 (1 seed)");
  });

  test.each([
    ["slowdown>0", "no seed fitted both true and random labels within the epochs that were asked for"],
    ["random-train-accuracy>0", "no trial with random labels came to its end"],
    ["random-test-accuracy<1", "no trial with random labels came to its end"],
    ["copies<=1", "copies were not counted"],
  ])("%s is not met where it was not measured", (text, why) => {
    const alone = judged([trial()], CONTEXT);
    expect(hold(text, alone)).toMatchObject({
      isMet: false,
      told: `expected ${text}, but it was not measured: ${why}`,
    });
  });

  test.each([
    "train-accuracy>=0",
    "test-accuracy>=0",
    "balanced-accuracy>=0",
  ])("%s is not met without a trial on true labels", (text) => {
    expect(hold(text, judged([random()]))).toMatchObject({ isMet: false });
  });
});

describe("what is no condition", () => {
  test.each([
    ["lerns", 'unknown answer or measure "lerns"; did you mean "learns"? (known: memorises, does-not-fit,'],
    ["test-acuracy>0.9", 'unknown measure "test-acuracy"; did you mean "test-accuracy"? (known: train-'],
    ["test-accuracy", 'expected a comparison in quotes, such as "test-accuracy>0.5"'],
    ["learns>0.5", "`expect` learns: expected the answer alone"],
    ["test-accuracy=0.5", 'expected one of >, >=, <, <=, got "="'],
    ["test-accuracy!=0.5", 'expected one of >, >=, <, <=, got "!="'],
    ["test-accuracy>90", 'expected a number in [0, 1], a share and no percentage, got "90"'],
    ["test-accuracy>", 'got ""'],
    ["test-accuracy>90%", 'got "90%"'],
    ["slowdown>-1", 'expected a number of at least 0, got "-1"'],
    ["slowdown>Infinity", 'got "Infinity"'],
    ["slowdown<1<2", 'got "1<2"'],
    ["", 'unknown answer or measure ""'],
    ["constructor>1", 'unknown measure "constructor"'],
  ])("%j is refused", (text, message) => {
    expect(() => parseCondition(text)).toThrow(message);
  });
});
