import { describe, expect, test } from "vitest";
import { findModel } from "../../../src/nn/models.ts";
import { runtime } from "../../../src/run/node/runtime.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import type { Drawn, Fitted } from "../../../src/theory/measures/measures.ts";
import { measureNetwork } from "../../../src/theory/measures/network-measures.ts";
import { measuresResult } from "../../../src/theory/measures/result.ts";
import { measuresOf } from "../../../src/theory/node/measures.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";
import { openEngine } from "../../../src/train/engine.ts";
import { paperRecipe } from "../../../src/train/recipe.ts";

const engine = await openEngine(runtime, "cpu", 1);
const splits = gaussianRows({ n: 60, testN: 2, d: 2, seed: 0 });

describe("measureNetwork", () => {
  const model = findModel("mlp-1x2");
  /** A network that answers the side of (1, -1), one layer `factor` times as large and the other as much smaller. */
  const stateOf = (factor: number) => ({
    "hidden1.weight": Float32Array.of(factor, -factor, -factor, factor),
    "hidden1.bias": new Float32Array(2),
    "output.weight": Float32Array.of(1 / factor, 0, 0, 3 / factor),
    "output.bias": new Float32Array(2),
  });
  const labels = Int32Array.from({ length: 60 }, (_, row) =>
    Number(splits.train.inputs[2 * row + 1]! > splits.train.inputs[2 * row]!),
  );
  const train = { ...splits.train, labels };

  test("measures norms and the margin as their formulas say", async () => {
    const { norm, pathNorm, margin } = await measureNetwork(engine, model, train, stateOf(1), 0);
    expect(norm).toBe(4 + 1 + 9);
    // Four paths of product 1 or 3: 1 + 1 + 9 + 9.
    expect(pathNorm).toBeCloseTo(Math.sqrt(20), 12);
    const inputs = train.inputs as Float32Array;
    const margins = Array.from({ length: 60 }, (_, row) => {
      const side = inputs[2 * row]! - inputs[2 * row + 1]!;
      return side > 0 ? side : -3 * side;
    });
    expect(margin).toBeCloseTo(margins.sort((a, b) => a - b)[6]! ** -2, 3);
  });

  test("relative sharpness and path norm do not see how large a layer is beside the next", async () => {
    // By powers of two nothing is rounded, so the very same answers come of the same relative noise.
    const [one, other] = [
      await measureNetwork(engine, model, train, stateOf(1), 0),
      await measureNetwork(engine, model, train, stateOf(8), 0),
    ];
    expect(other.relativeSharpness).toBe(one.relativeSharpness);
    expect(other.pathNorm).toBe(one.pathNorm);
    expect(other.margin).toBe(one.margin);
    expect(other.norm).toBeGreaterThan(one.norm);
    expect(other.sharpness).toBeGreaterThan(one.sharpness);
  });
});

describe("claims", () => {
  const network = { layers: 1, units: 16, learningRate: 0.01, batch: 8, weightDecay: 0 };
  const fitted = (rank: number, sharpness: number, testError: number): Fitted => ({
    epochs: rank,
    testError,
    norm: -rank,
    pathNorm: -rank,
    margin: rank,
    sharpness,
    relativeSharpness: -rank,
  });
  const outcomesOf = (drawn: readonly Drawn[]): string[] =>
    measuresResult(
      splits,
      { recipe: paperRecipe, loss: 0.01, networks: drawn.length, pairs: 2, seed: 0 },
      drawn,
    ).claims.map(({ number, outcome }) => `${number} ${outcome}`);
  /** Networks in the order of their errors but for the first two, of two shapes in turn; some on random labels, too. */
  const drawn = (random: readonly (Fitted | null)[], count = 12): Drawn[] =>
    Array.from({ length: count }, (_, at) => ({
      network: { ...network, units: at % 2 === 0 ? 16 : 64 },
      truth: fitted(at + 1, at + 1, 0.1 + (at < 2 ? 1 - at : at) / 100),
      random: random[at],
    }));
  const large = fitted(20, 20, 0.5);

  test("hold where sharpness orders errors and random labels", () => {
    const sharp = drawn([large]).map((one, at) => ({
      ...one,
      truth: { ...one.truth!, relativeSharpness: at },
      random: one.random && { ...one.random, relativeSharpness: 20 },
    }));
    // The norms fall where it rises; but within shapes all pairs agree, so there is no interval.
    expect(outcomesOf(sharp)).toEqual(["19 reproduced", "22 not tested", "23 reproduced"]);
    // Two errors of a shape change places.
    const [tenth, twelfth] = [sharp[9]!.truth, sharp[11]!.truth];
    const mixed = sharp
      .with(9, { ...sharp[9]!, truth: { ...tenth, testError: twelfth.testError } })
      .with(11, { ...sharp[11]!, truth: { ...twelfth, testError: tenth.testError } });
    expect(outcomesOf(mixed)[1]).toBe("22 reproduced");
    // A path norm that tells more.
    const normed = mixed.map((one) => ({ ...one, truth: { ...one.truth, pathNorm: one.truth.testError } }));
    expect(outcomesOf(normed)[1]).toBe("22 not reproduced");
  });

  test("do not hold where random labels are not fitted, or told of", () => {
    expect(outcomesOf(drawn([large, null]))[0]).toBe("19 not reproduced");
    // Not one fits them.
    expect(outcomesOf(drawn([null, null]))[0]).toBe("19 not reproduced");
    expect(outcomesOf(drawn([fitted(20, 20, 0.3)]))[0]).toBe("19 not reproduced");
    // Relative sharpness and norms that order networks alike differ by nothing, without spread.
    expect(outcomesOf(drawn([]))).toEqual(["19 not tested", "22 not tested", "23 not tested"]);
  });

  test("are not reproduced by few, and may be refuted by them", () => {
    expect(outcomesOf(drawn([large], 9))).toEqual(["19 not tested", "22 not tested", "23 not reproduced"]);
  });
});

test("a small one makes a document", async () => {
  const options = {
    data: "digits",
    n: 40,
    testN: 40,
    networks: 4,
    pairs: 1,
    loss: 0.5,
    recipe: { epochs: 60 },
  };
  const result = theoryResultSchema.parse(JSON.parse(JSON.stringify(await measuresOf(options))));
  expect(result.claims.map(({ number }) => number)).toEqual([19, 22, 23]);
  // Four networks have no interval.
  expect(result.findings[0]).not.toContain("interval");
  expect(result.claims.map(({ outcome }) => outcome)).not.toContain("reproduced");
  await expect(measuresOf({ ...options, loss: 1e-9, recipe: { epochs: 1 } })).rejects.toThrow(
    /at least 3 networks/,
  );
});
