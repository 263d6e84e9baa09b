/**
 * @file Conjugate gradients where it is known what they do.
 */

import { expect, test } from "vitest";
import { conjugateGradients } from "../../../src/base/linear/conjugate-gradients.ts";
import { randomStream } from "../../../src/base/random.ts";

test("conjugate gradients without a preconditioner end after as many steps as there are eigenvalues", async () => {
  const diagonal = Float64Array.from({ length: 60 }, (_, at) => [1, 10, 100][at % 3]!);
  const apply = async (v: Float64Array): Promise<Float64Array> => v.map((value, at) => value * diagonal[at]!);
  const same = async (v: Float64Array): Promise<Float64Array> => v.slice();
  const random = randomStream(0, "test-vectors");
  const targets = Float64Array.from({ length: 60 }, () => random.normal());
  const { iterations, residuals } = await conjugateGradients(apply, same, targets, 1, {
    tolerance: 1e-12,
    mostIterations: 50,
  });
  expect(iterations).toBe(3);
  expect(residuals[0]).toBeLessThan(1e-12);
});

test("right-hand sides of zeros have a solution of zeros, beside others", async () => {
  const apply = async (v: Float64Array): Promise<Float64Array> => v.map((value) => 2 * value);
  const { solution, residuals } = await conjugateGradients(apply, apply, Float64Array.of(1, 0, 3, 0), 2, {
    tolerance: 1e-12,
    mostIterations: 9,
  });
  expect([...solution]).toEqual([0.5, 0, 1.5, 0]);
  expect([...residuals]).toEqual([0, 0]);
});
