/**
 * @file The document of an experiment, from whatever trials there are.
 */

import type { Cell } from "../document/table.ts";
import { modelNames } from "../run/subject.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Condition } from "./condition.ts";
import { CIFAR10, type Experiment, IMAGENET, type PaperData, type Reading } from "./experiment.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import { type KnownTrial, type Results, resultsOf } from "./results.ts";
import type { Setting } from "./scales.ts";

/** What a document is made from. */
export interface DocumentRequest {
  /** Its id in the lab. */
  readonly id: string;
  readonly experiment: Experiment;
  readonly setting: Setting;
  /** The models that were asked for. */
  readonly models: readonly string[];
  /** Everything the lab has, and then what failed just now; otherwise in any order. */
  readonly trials: readonly KnownTrial[];
  /** What specs say about the data of a condition. */
  readonly datasetOf: (condition: Condition) => TrialSpec["dataset"];
  readonly provenance: ExperimentResult["provenance"];
}

/** The scale of a result: what was asked for, or `custom` where it is another size or a user's experiment. */
export function scaleOf({ source }: Pick<Experiment, "source">, setting: Setting): ExperimentResult["scale"] {
  const { data, n, epochs } = setting;
  const isChanged = data !== undefined || n !== undefined || epochs !== undefined;
  return source === null || isChanged ? "custom" : setting.scale;
}

/** The models that any experiment may have trials of without their being asked for: definitions of labs know their data. */
const OTHERS = modelNames.filter((name) => name !== "inception-v3");

/** The models a document speaks of: the experiment's, those asked for, and any other the lab has trials of. */
export function modelsInDocument(experiment: Experiment, asked: readonly string[]): readonly string[] {
  const others = experiment.anyModel ? OTHERS : [];
  return [...new Set([...experiment.models, ...asked, ...others])];
}

const compareIds = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Read the trials of an experiment into its document: all that belong to it, from this run or another. */
export function documentOf(request: DocumentRequest): ExperimentResult {
  const { experiment, setting, datasetOf, provenance } = request;
  // What a document says, and in which order, shall not depend on which trial came to its end first.
  const trials = request.trials.toSorted((a, b) => compareIds(a.result.id, b.result.id));
  const results = resultsOf(trials, datasetOf);
  const idsOf = (model: string): string[] =>
    experiment
      .conditions(setting, model)
      .flatMap((condition) => results.of(condition).map((result) => result.id));
  const spokenOf = modelsInDocument(experiment, request.models).filter(
    (model) => experiment.models.includes(model) || request.models.includes(model) || idsOf(model).length > 0,
  );
  const ids = new Set(spokenOf.flatMap(idsOf));
  const byId = new Map(trials.toReversed().map((trial) => [trial.result.id, trial]));
  const failed = trials.filter(({ result: { status } }) => status === "failed");
  const strange = strangeData(experiment, setting);
  const reading = experiment.read({ setting, models: spokenOf, results });
  return {
    schema: "shatter/experiment@1",
    id: request.id,
    name: experiment.name,
    title: experiment.title,
    ...(experiment.question === undefined ? {} : { question: experiment.question }),
    source: experiment.source,
    scale: scaleOf(experiment, setting),
    ...(strange.length === 0 ? reading : withoutPaper(reading, strange, experiment.data ?? CIFAR10)),
    notes: [...missingNotes(experiment, setting, spokenOf, results), ...reading.notes],
    trials: [
      ...[...ids].flatMap((id) => byId.get(id) ?? []),
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

/** The data of an experiment of the paper that are not the paper's. */
function strangeData(experiment: Experiment, setting: Setting): string[] {
  if (experiment.source === null) return [];
  const conditions = experiment.models.flatMap((model) => experiment.conditions(setting, model));
  const { name: paper, train, test } = experiment.data ?? CIFAR10;
  // ImageNet has no name here: it is given by its path.
  const isWhole = paper === IMAGENET.name && setting.own?.n === train && setting.own.testN === test;
  const names = [...new Set(conditions.map(({ data }) => data.name))].filter(
    (name) => name !== paper && !(isWhole && name === setting.data),
  );
  return names.map((name) => (name === setting.data ? (setting.own?.title ?? name) : name));
}

/** A reading on other data: the paper has nothing to compare with, and no claim is tested, whatever is found. */
function withoutPaper(reading: Reading, strange: readonly string[], { title }: PaperData): Reading {
  const alone = (cell: Cell): Cell =>
    "measurement" in cell ? { measurement: { ...cell.measurement, paper: null, difference: null } } : cell;
  return {
    ...reading,
    tables: reading.tables.map((table) => ({
      ...table,
      rows: table.rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, alone(cell)])),
      ),
    })),
    plots: reading.plots.map((plot) => ({
      ...plot,
      guides: plot.guides.filter(({ label }) => !label.startsWith("paper")),
      series: plot.series.map((series) => ({ ...series, paper: [] })),
    })),
    claims: reading.claims.map((claim) => ({
      ...claim,
      outcome: "not tested",
      evidence: `On ${strange.join(", ")}, and not on the paper's ${title}: ${claim.evidence}`,
    })),
  };
}
