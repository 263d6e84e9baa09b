import { describe, expect, test } from "vitest";
import { learningRateAt } from "../../src/nn/schedules.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { nextRung, stretched, unrest } from "../../src/verdict/escalation.ts";
import { random } from "./trials.ts";

/** What is tried one after another, as epochs and rate, where attempts at these rates diverge. */
function ladder(allowed: number, diverges: (rate: number) => boolean = () => false): [number, number][] {
  const attempts: TrialResult[] = [];
  const run = (escalation: number, learningRate: number): void => {
    const status = diverges(learningRate) ? "diverged" : "done";
    attempts.push(random({ escalation, learningRate, status, trainAccuracy: 0.3 }));
  };
  run(0, 0.01);
  const tried: [number, number][] = [];
  for (let rung = nextRung(attempts, allowed); rung; rung = nextRung(attempts, allowed)) {
    const { epochs, learningRate } = stretched(paperRecipe, rung);
    tried.push([epochs, Number(learningRate.toPrecision(3))]);
    run(rung.escalation, rung.learningRate);
  }
  return tried;
}

describe("nextRung", () => {
  test("tries longer runs, and a tripled rate beside one, never instead of it", () => {
    expect(ladder(5)).toEqual([
      [128, 0.01],
      [256, 0.01],
      [256, 0.03],
      [512, 0.01],
      [512, 0.03],
    ]);
  });

  test("does not try a rate again that diverged", () => {
    expect(ladder(5, (rate) => rate > 0.02)).toEqual([
      [128, 0.01],
      [256, 0.01],
      [256, 0.03],
      [512, 0.01],
    ]);
    expect(ladder(4, (rate) => rate > 0.005)).toEqual([
      [128, 0.00333],
      [256, 0.00333],
      [512, 0.00333],
    ]);
  });
});

test("numbers come to rest by what is fitted of them, not by what a bad beginning lost", () => {
  // A loss of 1 answers the mean. R squared of 0.040 after 0.035 is an eighth more, though it began at -0.53.
  const ran = (escalation: number, trainAccuracy: number) =>
    random({
      escalation,
      trainAccuracy,
      trainLoss: 1 - trainAccuracy,
      told: "numbers",
      epochs: 20 * 2 ** escalation,
    });
  const begun = (trial: TrialResult): TrialResult => ({
    ...trial,
    history: trial.history.map((row, at) => (at === 0 ? { ...row, fitLoss: 1.53 } : row)),
  });
  expect(unrest([begun(ran(0, 0.035)), begun(ran(1, 0.04))])?.why).toMatch("still gaining");
  expect(unrest([begun(ran(0, 0.0398)), begun(ran(1, 0.04))])).toBeUndefined();
});

test("a stretched recipe decays as much over all of its epochs", () => {
  const { epochs, learningRateDecay } = stretched(paperRecipe, {
    escalation: 2,
    doublings: 2,
    learningRate: 1,
  });
  expect(epochs).toBe(256);
  expect(Number(learningRateDecay) ** 256).toBeCloseTo(paperRecipe.learningRateDecay ** 64, 12);
});

test("a stretched cosine ends with the longer training", () => {
  const recipe = { ...paperRecipe, learningRateDecay: "cosine" as const, learningRateFloor: 0.1, epochs: 10 };
  const longer = stretched(recipe, { escalation: 2, doublings: 2, learningRate: 0.02 });
  expect(longer).toEqual({ ...recipe, epochs: 40, learningRate: 0.02 });
  for (const share of [0, 0.25, 0.5, 0.75]) {
    const [short, long] = [recipe, longer].map((asked) => learningRateAt(asked, share * asked.epochs * 7, 7));
    expect(long! / longer.learningRate).toBeCloseTo(short! / recipe.learningRate, 14);
  }
});
