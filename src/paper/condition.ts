/**
 * @file A condition: one kind of trial of an experiment, before its data were read and without its seed.
 */

import type { LoadOptions } from "../data/node/load.ts";
import type { TrialSpec } from "../train/spec.ts";

/** Which examples a condition trains on and is tested on. */
export interface DataRequest extends Pick<LoadOptions, "n" | "testN"> {
  readonly name: string;
}

/** What trials have in common that differ in nothing but their seed. */
export interface Condition extends Pick<TrialSpec, "model" | "inputs" | "corrupt" | "labels" | "recipe"> {
  readonly data: DataRequest;
}
