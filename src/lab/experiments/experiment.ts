/**
 * @file What an experiment is: a table or figure of the paper, its trials, and how to read their results.
 */

import { UsageError } from "../../base/errors.ts";
import { unknownName } from "../../base/suggest.ts";
import type { Condition } from "./condition.ts";
import type { Setting } from "./scales.ts";

/** A table or figure of the paper. */
export interface Experiment {
  /** On the command line and in file names: `table-1`. */
  readonly name: string;
  readonly title: string;
  /** Where it is in the paper. */
  readonly source: string;
  /** The paper's models, in its order. */
  readonly models: readonly string[];
  /** Whether it can be done with any other model too. */
  readonly anyModel: boolean;
  /** The conditions of one model. */
  conditions(setting: Setting, model: string): readonly Condition[];
}

/**
 * The models to train: those asked for, or all of the paper's.
 *
 * @throws UsageError if the experiment has none of that name, with the name that was probably meant.
 */
export function modelsOf(experiment: Experiment, asked: readonly string[] | undefined): readonly string[] {
  if (!asked) return experiment.models;
  const stranger = asked.find((model) => !experiment.anyModel && !experiment.models.includes(model));
  if (stranger === undefined) return [...new Set(asked)];
  throw new UsageError(
    `--models: ${experiment.name} has no trials of it: ${unknownName("model", stranger, experiment.models)}`,
  );
}
