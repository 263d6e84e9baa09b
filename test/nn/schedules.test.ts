import { describe, expect, test } from "vitest";
import { learningRateAt, rateHolds, type ScheduleSettings } from "../../src/nn/schedules.ts";
import { paperRecipe } from "../../src/train/recipe.ts";

const PER_EPOCH = 10;
const RECIPE: ScheduleSettings = { ...paperRecipe, epochs: 20 };
const ratesOf = (changes: Partial<ScheduleSettings>, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => learningRateAt({ ...RECIPE, ...changes }, step, PER_EPOCH));

describe("the rate of a step", () => {
  test("falls by a staircase, by steps or epochs", () => {
    const settings = { learningRate: 8, learningRateDecay: 0.5 };
    expect(ratesOf({ ...settings, learningRateDecayEvery: 2 }, 5)).toEqual([8, 8, 4, 4, 2]);
    expect(ratesOf({ ...settings, learningRateDecayEvery: "epoch" }, 21).slice(9, 21)).toEqual([
      8,
      ...new Array<number>(10).fill(4),
      2,
    ]);
  });

  test("stays above its floor", () => {
    const settings = { learningRate: 8, learningRateDecay: 0.5, learningRateDecayEvery: 1 };
    expect(ratesOf({ ...settings, learningRateFloor: 0.25 }, 5)).toEqual([8, 4, 2, 2, 2]);
    expect(ratesOf({ ...settings, learningRateFloor: 1 }, 3)).toEqual([8, 8, 8]);
  });

  test("is a cosine over all epochs, from all of it to the floor", () => {
    const settings = { learningRate: 8, learningRateDecay: "cosine", learningRateFloor: 0.25 } as const;
    const rates = ratesOf(settings, 200);
    expect(rates[0]).toBe(8);
    expect(rates[100]).toBeCloseTo(5, 14);
    expect(rates.every((rate, step) => step === 0 || rate < rates[step - 1]!)).toBe(true);
    // The step after the last would have the floor: the last is above by 6 (pi / 200)^2 / 4.
    expect(rates.at(-1)! - 2).toBeCloseTo((6 * (Math.PI / 200) ** 2) / 4, 6);
    expect(learningRateAt({ ...RECIPE, ...settings }, 200, PER_EPOCH)).toBeCloseTo(2, 14);
  });

  test("rises first, and then falls as if training began there", () => {
    const cosine = { learningRate: 8, learningRateDecay: "cosine", epochs: 2 } as const;
    expect(ratesOf({ ...cosine, learningRateWarmup: 4 }, 20)).toEqual([
      2,
      4,
      6,
      8,
      ...Array.from({ length: 16 }, (_, step) => 4 * (1 + Math.cos((Math.PI * step) / 16))),
    ]);
    const stairs = { learningRate: 8, learningRateDecay: 0.5, learningRateDecayEvery: 3 };
    expect(ratesOf({ ...stairs, learningRateWarmup: 2 }, 7)).toEqual([4, 8, 8, 8, 8, 4, 4]);
  });
});

test("the rate holds for more than a step unless it rises, follows a cosine or decays in every step", () => {
  const holds = (changes: Partial<ScheduleSettings>): boolean => rateHolds({ ...RECIPE, ...changes });
  expect([{}, { learningRateDecay: 1, learningRateDecayEvery: 1 }].map(holds)).toEqual([true, true]);
  const changing = [
    { learningRateDecayEvery: 1 },
    { learningRateDecay: "cosine" },
    { learningRateWarmup: 1 },
  ] as const;
  expect(changing.map(holds)).toEqual([false, false, false]);
});
