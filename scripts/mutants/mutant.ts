/**
 * @file A mutant: a wrong randomization of a kind that people write, and what the conformance checks say of it.
 *
 * A wrong function is asked for the data, and asked again by the checks that draw a second time, as it would be if it stood
 * in `src/data/randomize.ts`: drawing again shows nothing then, and the other checks are on their own.
 */

import { type ConformanceLine, checkConformance } from "../../src/data/conformance.ts";
import { exampleCount, type Splits } from "../../src/data/dataset.ts";
import type { Randomization, SplitName } from "../../src/data/randomization.ts";
import { type Randomized, type Randomizer, randomizer } from "../../src/data/randomize.ts";
import type { DataName } from "./data.ts";

export interface Mutant {
  /** What is wrong, in words. */
  readonly name: string;
  readonly request: Randomization;
  /** The data on which it makes a difference; `"images"` unless told. */
  readonly data?: DataName;
  /** The functions that are wrong. */
  readonly by?: Partial<Randomizer>;
  /** What else goes wrong with the data, beside or after the functions. */
  readonly spoil?: (good: Randomized, original: Splits, seed: number) => Partial<Randomized>;
  /** Words of the check that it is for; others may see it, too. */
  readonly shownBy: string;
}

/** Make data by functions, as `randomize` does by its own. */
export function randomizeBy(
  by: Randomizer,
  original: Splits,
  request: Randomization,
  seed: number,
): Randomized {
  const inputs = (split: SplitName): Splits["train"]["inputs"] => {
    if (request.inputs === "true") return original[split].inputs;
    const all = Array.from({ length: exampleCount(original[split]) }, (_, index) => index);
    return by.redrawInputs(original, split, all, request.inputs, seed);
  };
  return {
    train: {
      ...original.train,
      inputs: inputs("train"),
      labels: by.redrawLabels(original, "train", request, seed),
    },
    test: { ...original.test, inputs: inputs("test") },
    testLabelsCorrupted: by.redrawLabels(original, "test", request, seed),
    realized: 0,
    touched: "",
  };
}

/** The checks that a mutant fails. */
export function failedBy({ request, by, spoil }: Mutant, original: Splits, seed: number): ConformanceLine[] {
  const functions = { ...randomizer, ...by };
  const made = randomizeBy(functions, original, request, seed);
  const data = { ...made, ...spoil?.(made, original, seed) };
  return checkConformance(original, data, request, seed, functions).filter(({ ok }) => !ok);
}
