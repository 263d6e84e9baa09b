/**
 * @file The document of an experiment, from whatever trials there are.
 */

import { models } from "../../nn/models.ts";
import type { TrialSpec } from "../../train/spec.ts";
import type { Claim, ExperimentResult } from "../experiment-result.ts";
import type { Condition } from "./condition.ts";
import type { Experiment } from "./experiment.ts";
import { type KnownTrial, type Results, resultsOf } from "./results.ts";
import type { Setting } from "./scales.ts";

/** What a document is made from. */
export interface DocumentRequest {
  readonly experiment: Experiment;
  readonly setting: Setting;
  /** The models that were asked for. */
  readonly models: readonly string[];
  /** Everything the lab has, and what failed just now. */
  readonly trials: readonly KnownTrial[];
  /** What specs say about the data of a condition. */
  readonly datasetOf: (condition: Condition) => TrialSpec["dataset"];
  readonly provenance: ExperimentResult["provenance"];
}

/** The scale of a result: what was asked for, or `custom` where it is another size or a user's experiment. */
export function scaleOf({ source }: Experiment, setting: Setting): ExperimentResult["scale"] {
  const { data, n, epochs } = setting;
  const isChanged = data !== undefined || n !== undefined || epochs !== undefined;
  return source === null || isChanged ? "custom" : setting.scale;
}

/** The models a document speaks of: the experiment's, those asked for, and any other the lab has trials of. */
export function modelsInDocument(experiment: Experiment, asked: readonly string[]): readonly string[] {
  const others = experiment.anyModel ? [...models.keys()] : [];
  return [...new Set([...experiment.models, ...asked, ...others])];
}

/** Read the trials of an experiment into its document: all that belong to it, from this run or another. */
export function documentOf(request: DocumentRequest): ExperimentResult {
  const { experiment, setting, trials, datasetOf, provenance } = request;
  const results = resultsOf(trials, datasetOf);
  const idsOf = (model: string): string[] =>
    experiment
      .conditions(setting, model)
      .flatMap((condition) => results.of(condition).map((result) => result.id));
  const spokenOf = modelsInDocument(experiment, request.models).filter(
    (model) => experiment.models.includes(model) || request.models.includes(model) || idsOf(model).length > 0,
  );
  const ids = new Set(spokenOf.flatMap(idsOf));
  const failed = trials.filter(({ result: { status } }) => status === "failed");
  const reading = experiment.read({ setting, models: spokenOf, results });
  return {
    schema: "shatter/experiment@1",
    name: experiment.name,
    title: experiment.title,
    source: experiment.source,
    scale: scaleOf(experiment, setting),
    notes: [...missingNotes(experiment, setting, spokenOf, results), ...reading.notes],
    tables: reading.tables,
    plots: reading.plots,
    claims: reading.claims.map((claim) => onItsData(claim, experiment, setting)),
    trials: [
      ...trials.filter(({ result }) => ids.has(result.id)),
      ...failed.filter(({ result }) => !ids.has(result.id)),
    ],
    provenance,
  };
}

/** Which conditions have no trial. */
function missingNotes(
  experiment: Experiment,
  setting: Setting,
  spokenOf: readonly string[],
  results: Results,
): string[] {
  const missing = spokenOf.flatMap((model) => {
    const conditions = experiment.conditions(setting, model);
    const absent = conditions.filter((condition) => results.of(condition).length === 0).length;
    if (absent === 0) return [];
    return [
      absent === conditions.length ? model : `${absent} of ${conditions.length} conditions of ${model}`,
    ];
  });
  return missing.length === 0 ? [] : [`Not measured: ${missing.join(", ")}.`];
}

/** A claim of the paper is about CIFAR-10: on other data it is not tested, whatever is found. */
function onItsData(claim: Claim, experiment: Experiment, setting: Setting): Claim {
  const data = new Set(
    experiment.models.flatMap((model) => experiment.conditions(setting, model).map((c) => c.data.name)),
  );
  const strange = [...data].filter((name) => name !== "cifar10");
  if (strange.length === 0) return claim;
  return {
    ...claim,
    outcome: "not tested",
    evidence: `On ${strange.join(", ")}, where the paper has nothing to compare with: ${claim.evidence}`,
  };
}
