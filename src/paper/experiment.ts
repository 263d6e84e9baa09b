/**
 * @file What an experiment is: its trials, and how to read their results.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Condition } from "./condition.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import type { Results } from "./results.ts";
import type { Setting } from "./scales.ts";

/** What an experiment says about its results: the part of the document that is its own. */
export type Reading = Pick<ExperimentResult, "summary" | "notes" | "tables" | "plots" | "claims">;

/** What a reading is made of. */
export interface Findings {
  readonly setting: Setting;
  /** The models to speak of, measured or not. */
  readonly models: readonly string[];
  readonly results: Results;
}

/** Data that the paper trains on. */
export interface PaperData {
  /** As people call them. */
  readonly title: string;
  /** In specs, where they have a name. */
  readonly name: string;
  /** Number of training and of test examples, by which data that were given by their path are known. */
  readonly train: number;
  readonly test: number;
}

export const CIFAR10: PaperData = { title: "CIFAR-10", name: "cifar10", train: 50_000, test: 10_000 };
export const IMAGENET: PaperData = { title: "ImageNet", name: "imagenet", train: 1_281_167, test: 50_000 };

/** A table or figure of the paper, or an experiment of a user. */
export interface Experiment {
  /** On the command line and in file names: `table-1`. */
  readonly name: string;
  readonly title: string;
  /** What it asks, in one sentence; an experiment of a user does not say. */
  readonly question?: string;
  /** Where it is in the paper; null for an experiment of a user. */
  readonly source: string | null;
  /** The data of the paper; CIFAR-10 unless told. */
  readonly data?: PaperData;
  /** Its models, in the paper's order. */
  readonly models: readonly string[];
  /** Whether it can be done with any other model too. */
  readonly anyModel: boolean;
  /** The conditions of one model. */
  conditions(setting: Setting, model: string): readonly Condition[];
  /** What its results say, as far as there are any. */
  read(findings: Findings): Reading;
}

/**
 * The models to train: those asked for, or all of the experiment's.
 *
 * @throws UsageError if the experiment has none of that name, with the name that was probably meant.
 */
export function modelsOf(experiment: Experiment, asked: readonly string[] | undefined): readonly string[] {
  if (!asked) return experiment.models;
  const stranger = asked.find((model) => !experiment.anyModel && !experiment.models.includes(model));
  if (stranger === undefined) return [...new Set(asked)];
  throw new UsageError(
    `\`models\`: ${experiment.name} has no trials of it: ${unknownName("model", stranger, experiment.models)}`,
  );
}
