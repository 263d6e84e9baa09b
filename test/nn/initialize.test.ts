import { describe, expect, test } from "vitest";
import { input, sizeOf } from "../../src/graph/value.ts";
import { type Initialization, initializations, initialize } from "../../src/nn/initialize.ts";
import type { Parameter } from "../../src/nn/scope.ts";
import goldens from "../golden/initialization.json" with { type: "json" };

const INPUTS = 600;
const UNITS = 400;
const SEED = 7;

const fans = { fanIn: INPUTS, fanOut: UNITS };
const weight: Parameter = {
  name: "weight",
  role: "weight",
  ...fans,
  value: input("weight", [INPUTS, UNITS]),
};
const bias: Parameter = { name: "bias", role: "bias", ...fans, value: input("bias", [UNITS]) };

const meanOf = (x: Float32Array): number => x.reduce((total, element) => total + element, 0) / x.length;
const deviationOf = (x: Float32Array): number =>
  Math.sqrt(x.reduce((total, element) => total + element ** 2, 0) / x.length);
const largestOf = (x: Float32Array): number =>
  x.reduce((largest, element) => Math.max(largest, Math.abs(element)), 0);

/** Standard deviation of each initialization's weights, and the bound of the uniform ones. */
const expected: {
  readonly [I in Exclude<Initialization, "truncated-normal">]: {
    readonly deviation: number;
    readonly bound?: number;
  };
} = {
  "he-normal": { deviation: Math.sqrt(2 / INPUTS) },
  "he-uniform": { deviation: Math.sqrt(2 / INPUTS), bound: Math.sqrt(6 / INPUTS) },
  "glorot-uniform": { deviation: Math.sqrt(2 / (INPUTS + UNITS)), bound: Math.sqrt(6 / (INPUTS + UNITS)) },
  pytorch: { deviation: Math.sqrt(1 / (3 * INPUTS)), bound: Math.sqrt(1 / INPUTS) },
};

test("truncated-normal ends at two deviations: 0.1 in convolutions, 0.01 in dense layers", () => {
  const filters = { ...weight, value: input("filters", [400, 600, 1, 1]) };
  // The variance of a normal number within two deviations is 1 - 4 phi(2) / (2 Phi(2) - 1), and its kurtosis below 3.
  const inside = Math.sqrt(1 - (4 * 0.053991) / 0.9545);
  for (const [parameter, deviation] of [
    [filters, 0.1],
    [weight, 0.01],
  ] as const) {
    const drawn = initialize(parameter, "truncated-normal", SEED, 0);
    expect(largestOf(drawn)).toBeLessThanOrEqual(Math.fround(2 * deviation));
    const error = 4 * deviation * Math.sqrt(2 / (4 * drawn.length));
    expect(Math.abs(deviationOf(drawn) - inside * deviation)).toBeLessThanOrEqual(error);
  }
});

describe.each(initializations.filter((kind) => kind !== "truncated-normal"))("%s", (kind) => {
  const { deviation, bound } = expected[kind];
  const drawn = initialize(weight, kind, SEED, 0);
  const count = sizeOf(weight.value.shape);
  /** Four standard errors of an estimated deviation: its variance is `deviation^2 (kurtosis - 1) / (4 count)`. */
  const allowed = (kurtosis: number, n: number): number =>
    4 * deviation * Math.sqrt((kurtosis - 1) / (4 * n));
  const kurtosis = bound === undefined ? 3 : 9 / 5;

  test("has mean zero and its standard deviation, within four sigma", () => {
    expect(drawn.length).toBe(count);
    expect(Math.abs(meanOf(drawn))).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(count));
    expect(Math.abs(deviationOf(drawn) - deviation)).toBeLessThanOrEqual(allowed(kurtosis, count));
  });

  test("has PyTorch's standard deviation, within four sigma of two samples", () => {
    const golden = goldens[kind];
    expect([golden.inputs, golden.units]).toEqual([INPUTS, UNITS]);
    expect(Math.abs(deviationOf(drawn) - golden.weight.deviation)).toBeLessThanOrEqual(
      Math.SQRT2 * allowed(kurtosis, count),
    );
  });

  if (bound !== undefined) {
    test("fills its interval to the ends, as PyTorch does", () => {
      // The largest of n uniform numbers is short of the bound by bound / (n + 1) on average; more than 20 times that has probability e^-20.
      const short = (20 * bound) / count;
      for (const largest of [largestOf(drawn), goldens[kind].weight.largest]) {
        expect(largest).toBeLessThanOrEqual(Math.fround(bound));
        expect(largest).toBeGreaterThanOrEqual(bound - short);
      }
    });
  }

  test("starts biases as PyTorch does: at zero, but for pytorch", () => {
    const drawnBias = initialize(bias, kind, SEED, 1);
    const golden = goldens[kind].bias;
    if (kind !== "pytorch") {
      expect([largestOf(drawnBias), golden.largest]).toEqual([0, 0]);
      return;
    }
    for (const sample of [deviationOf(drawnBias), golden.deviation]) {
      expect(Math.abs(sample - deviation)).toBeLessThanOrEqual(allowed(kurtosis, UNITS));
    }
  });

  test("starts the shift of a normalization at zero", () => {
    expect(largestOf(initialize({ ...bias, fanIn: 0 }, kind, SEED, 1))).toBe(0);
  });

  test("draws the same for the same seed, and other numbers for another seed or place", () => {
    expect(initialize(weight, kind, SEED, 0)).toEqual(drawn);
    expect(initialize(weight, kind, SEED + 1, 0)).not.toEqual(drawn);
    expect(initialize(weight, kind, SEED, 1)).not.toEqual(drawn);
  });
});
