/**
 * @file Plans an experiment with what is on this machine: its data are read, and its trials named.
 */

import { type ExampleSplits, type Splits, takeExamples } from "../data/dataset.ts";
import type { Model } from "../nn/model.ts";
import type { Condition } from "../paper/condition.ts";
import { type Definition, dataKey, experimentId } from "../paper/definition.ts";
import { modelsInDocument, scaleOf } from "../paper/document.ts";
import { type Experiment, modelsOf } from "../paper/experiment.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { Setting } from "../paper/scales.ts";
import { type AnyContent, bytesOf } from "../run/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import type { EndedTrial, PlannedTrial } from "../run/record.ts";
import type { DataSource } from "../run/runner.ts";
import type { Library } from "../run/subject.ts";
import { checkRecipe, requirePossible } from "../train/possible.ts";
import { cropForRecipe, describeDataset } from "../train/prepare.ts";
import type { Recipe } from "../train/recipe.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";

/** What is planned. */
export interface PlanOptions {
  readonly experiment: Experiment;
  /** How it is to be found again: see {@link Definition}. */
  readonly what: Definition["what"];
  readonly setting: Setting;
  /** Models to train; the experiment's unless told. */
  readonly models?: readonly string[] | undefined;
  /** The models of its conditions that are of files. */
  readonly files?: readonly Model[] | undefined;
  /** The examples of its conditions that are of paths. */
  readonly examples?: readonly AnyContent[] | undefined;
  /** Number of repetitions; 1 unless told. */
  readonly seeds?: number | undefined;
  readonly dataDir?: string | undefined;
  /** Bytes of examples that may be held; see `LoadOptions`. */
  readonly memory?: number | undefined;
}

/** An experiment whose data were found: its trials. */
export interface PlannedExperiment {
  /** Its id in a lab: `table-1-paper`. */
  readonly id: string;
  readonly experiment: Pick<Experiment, "name" | "title" | "source">;
  readonly scale: ExperimentResult["scale"];
  readonly definition: Definition;
  /** The trials it begins with; seeds varying slowest: after each seed there is a whole result. */
  readonly trials: readonly PlannedTrial[];
  /** The models and examples of its trials that were given as values; none were unless told. */
  readonly contents?: readonly AnyContent[];
  /** The trials that come next, once all before have ended; none at the end, and none unless told. */
  readonly next?: (ended: ReadonlyMap<string, EndedTrial>) => Promise<readonly PlannedTrial[]>;
}

/**
 * Find out which trials an experiment has.
 *
 * @throws UsageError if the request is not possible.
 * @throws DataError if data are missing or not what they should be.
 */
export async function planExperiment(options: PlanOptions): Promise<PlannedExperiment> {
  const { experiment, what, setting, files = [], examples = [], seeds = 1, dataDir, memory } = options;
  const models = modelsOf(experiment, options.models);
  const conditionsOf = (names: readonly string[]): readonly Condition[] =>
    names.flatMap((model) => experiment.conditions(setting, model));
  const conditions = conditionsOf(models);
  // Whatever can be refused is refused before the data are read.
  const library = openLibrary({ given: examples });
  const contents = [...files.flatMap(({ content }) => content ?? []), ...examples];
  const things = new Map<string, Model>(files.map((model) => [model.content?.identity ?? model.name, model]));
  for (const { model, recipe } of conditions) {
    if (!things.has(model)) things.set(model, await library.model(model));
    checkRecipe(recipe);
  }
  const known = await describeData(library, conditionsOf(modelsInDocument(experiment, models)), {
    dataDir,
    memory,
  });
  for (const condition of conditions) {
    const { model, recipe } = condition;
    const { sample, dataset } = known.get(dataKey(condition))!;
    requirePossible(things.get(model)!, recipe, sample, dataset.train);
  }
  const trials = new Map<string, PlannedTrial>();
  for (let seed = 0; seed < seeds; seed++) {
    for (const condition of conditions) {
      const { data, ...rest } = condition;
      const { dataset } = known.get(dataKey(condition))!;
      const spec: TrialSpec = { schema: "shatter/trial@1", dataset, ...rest, seed };
      const id = await trialId(spec);
      trials.set(id, { id, spec, escalation: 0, source: { ...data, dataDir, memory } });
    }
  }
  const definition: Definition = {
    schema: "shatter/definition@1",
    what,
    setting,
    seeds,
    models: [...models],
    datasets: Object.fromEntries([...known].map(([key, { dataset }]) => [key, dataset])),
  };
  return {
    experiment,
    definition,
    trials: [...trials.values()],
    id: await experimentId(experiment, definition),
    scale: scaleOf(experiment, setting),
    contents: contents.map((content) => ({ ...content, identity: bytesOf(content.identity) })),
  };
}

/** The examples of a source, as a recipe's trials are given them. */
export const readExamples = async (
  library: Library,
  source: DataSource,
  recipe: Recipe,
): Promise<ExampleSplits> => cropForRecipe(await library.splits(source), recipe);

/** What specs say about the data of conditions, and one example of each split, cropped for the recipe; each read once. */
async function describeData(
  library: Library,
  conditions: readonly Condition[],
  place: Pick<DataSource, "dataDir" | "memory">,
) {
  const known = new Map<string, { dataset: TrialSpec["dataset"]; sample: Splits }>();
  for (const condition of conditions) {
    if (known.has(dataKey(condition))) continue;
    const { data, recipe } = condition;
    const splits = await readExamples(library, { ...data, ...place }, recipe);
    const dataset = await describeDataset(splits);
    const first = Int32Array.of(0);
    const sample = { train: takeExamples(splits.train, first), test: takeExamples(splits.test, first) };
    known.set(dataKey(condition), { dataset, sample });
  }
  return known;
}
