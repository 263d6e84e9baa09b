/**
 * @file A condition: one kind of trial of an experiment, before its data were read and without its seed.
 */

import { canonicalJson, type Json } from "../../base/spec.ts";
import type { LoadOptions } from "../../data/load.ts";
import type { TrialSpec } from "../../train/spec.ts";

/** Which examples a condition trains on and is tested on. */
export interface DataRequest extends Pick<LoadOptions, "n" | "testN"> {
  readonly name: string;
}

/** What trials have in common that differ in nothing but their seed. */
export interface Condition extends Pick<TrialSpec, "model" | "inputs" | "corrupt" | "recipe"> {
  readonly data: DataRequest;
}

/**
 * What a condition is known by: equal for conditions that train the same networks.
 *
 * What is measured on the way is left out: it changes no network.
 */
export function conditionKey({ data, model, inputs, corrupt, recipe }: Condition): string {
  const { evaluate: _, ...training } = recipe;
  return canonicalJson({ data, model, inputs, corrupt, recipe: training } as unknown as Json);
}
