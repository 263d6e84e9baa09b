/**
 * @file A few of the mutants of model files that `scripts/fuzz-models.ts` tries by the ten thousand.
 */

import { expect, test } from "vitest";
import { mutantOf } from "./mutate.ts";
import { outcomeOf } from "./outcome.ts";

const MUTANTS = 500;

/** Milliseconds that none takes, on a machine that others use, too. */
const PATIENCE_MS = 5000;

test("mutants of model files are refused, or become a step of training", async () => {
  const ends = new Map<string, number>();
  for (let index = 0; index < MUTANTS; index++) {
    const { file, changes, bytes, example } = mutantOf(0, index);
    const began = performance.now();
    const { end } = await outcomeOf(bytes, example).catch((error) => {
      throw new Error(`mutant ${index} of ${file} (${changes.join(", ")})`, { cause: error });
    });
    expect(performance.now() - began, `mutant ${index}`).toBeLessThan(PATIENCE_MS);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  // Neither all nor none of them are networks still.
  expect([...ends.keys()].sort()).toEqual(["blocked", "refused", "step"]);
});
