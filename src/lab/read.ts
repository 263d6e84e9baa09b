/**
 * @file The documents of a lab's experiments, made of whatever results it has.
 */

import type { Provenance } from "../document/provenance.ts";
import { courseOf } from "../paper/course.ts";
import { type Definition, datasetOf, experimentId, experimentOf, settingOf } from "../paper/definition.ts";
import { documentOf, modelsInDocument } from "../paper/document.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { type KnownTrial, trialKey } from "../paper/results.ts";
import { testDocument, testId } from "../paper/test-experiment.ts";
import type { TestPlan } from "../paper/test-plan.ts";
import { provenanceOf } from "../run/node/provenance.ts";
import type { EndedTrial } from "../run/record.ts";
import { type StoredTrial, trialResultSchema } from "../run/trial-result.ts";
import type { Tx } from "../store/database.ts";
import { readResults } from "../store/results.ts";
import { trialSpecSchema } from "../train/spec.ts";

/** What a document says besides the trials of its lab. */
export interface DocumentContext {
  /** Trials that failed or were interrupted just now. */
  readonly ended?: readonly EndedTrial[];
  readonly provenance?: ExperimentResult["provenance"];
}

/**
 * Make the document of an experiment.
 *
 * @throws UsageError if this version does not understand the definition.
 */
export async function readDocument(
  tables: Tx,
  definition: Definition,
  context: DocumentContext = {},
): Promise<ExperimentResult> {
  const { what } = definition;
  return "test" in what
    ? await readTest(tables, definition, what.test, context)
    : await readGrid(tables, definition, what, context);
}

/** The documents of trials that are done, by id. */
async function readStored(tables: Tx, ids: readonly string[]): Promise<Map<string, StoredTrial>> {
  const documents = await readResults(tables, ids);
  return new Map([...documents].map(([id, document]) => [id, trialResultSchema.parse(document)]));
}

/** Trials that are done, by id. */
export async function readTrials(tables: Tx, ids: readonly string[]): Promise<Map<string, EndedTrial>> {
  const stored = await readStored(tables, ids);
  return new Map(
    [...stored].map(([id, { spec, result, conformance = [] }]) => [id, { spec, result, conformance }]),
  );
}

/** Follow a test as far as its lab knows. */
async function readTest(
  tables: Tx,
  definition: Definition,
  plan: TestPlan,
  { ended = [], provenance }: DocumentContext,
): Promise<ExperimentResult> {
  const known = new Map(ended.map((one) => [one.result.id, one]));
  let course = await courseOf(plan, known, provenance?.interrupted);
  for (;;) {
    const found = await readTrials(
      tables,
      course.todo.map(({ id }) => id),
    );
    if (found.size === 0) break;
    for (const [id, one] of found) known.set(id, one);
    course = await courseOf(plan, known, provenance?.interrupted);
  }
  const id = await testId(plan, definition);
  return testDocument(id, plan, course, provenance ?? provenanceFor(course.ended));
}

/** Collect every trial that an experiment of the paper, or of a file, has in its lab. */
async function readGrid(
  tables: Tx,
  definition: Definition,
  what: Parameters<typeof experimentOf>[0],
  { ended = [], provenance }: DocumentContext,
): Promise<ExperimentResult> {
  const experiment = experimentOf(what);
  const setting = settingOf(definition);
  const datasets = (condition: Parameters<typeof datasetOf>[1]) => datasetOf(definition, condition);
  const conditions = modelsInDocument(experiment, definition.models).flatMap((model) =>
    experiment.conditions(setting, model),
  );
  const keys = new Set(conditions.map((one) => trialKey({ ...one, dataset: datasets(one) })));
  const models = [...new Set(conditions.map(({ model }) => model))];
  const done = await tables
    .selectFrom("trials")
    .select(["id", "spec"])
    .where("state", "=", "done")
    .where("model", "in", models)
    .execute();
  const ours = done.filter(({ spec }) => {
    const parsed = trialSpecSchema.safeParse(spec);
    return parsed.success && keys.has(trialKey(parsed.data));
  });
  const found = await readStored(
    tables,
    ours.map(({ id }) => id),
  );
  // What the checks said is for the pages of trials; an experiment's document never held it.
  const trials = [...found.values()].map(({ conformance: _, ...trial }) => trial);
  const failed = ended.filter(({ result }) => result.status === "failed");
  return documentOf({
    experiment,
    setting,
    models: definition.models,
    datasetOf: datasets,
    id: await experimentId(experiment, definition),
    trials: [...trials, ...failed.map(({ spec, result }) => ({ spec, result }))],
    provenance: provenance ?? provenanceFor(trials),
  });
}

/** Of a document that nobody ran just now: this program, and the time its trials took. */
const provenanceFor = (trials: readonly KnownTrial[]): Provenance => ({
  ...provenanceOf("cpu", 1, 1, null),
  seconds: trials.reduce((total, { result }) => total + result.seconds, 0),
  interrupted: false,
});
