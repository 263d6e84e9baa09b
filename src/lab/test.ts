/**
 * @file The randomization test with everything it needs on a machine with Node: data files, child processes, a lab.
 */

import { nearAcross } from "../audit/near/across.ts";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { batchSize } from "../data/batches.ts";
import { type ExampleSplits, exampleCount } from "../data/dataset.ts";
import { describedPreprocess } from "../data/node/data-file.ts";
import type { LoadOptions } from "../data/node/load.ts";
import { pathPreprocess } from "../data/preprocess.ts";
import { requireHeld } from "../data/streamed.ts";
import { partOf } from "../data/subset.ts";
import { requireFolder } from "../disk/folders.ts";
import type { Model } from "../nn/model.ts";
import { type Budget, type Limit, parseLimit } from "../paper/budget.ts";
import { courseOf } from "../paper/course.ts";
import { specsOf, type TestRequest, trialsOf } from "../paper/plan.ts";
import { runPlan, testResult } from "../paper/randomization-test.ts";
import { testExperiment, testId } from "../paper/test-experiment.ts";
import { planTest, type TestPlan } from "../paper/test-plan.ts";
import type { TestResult } from "../paper/test-result.ts";
import type { Content } from "../run/contents.ts";
import { shareContents } from "../run/node/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { provenanceOf } from "../run/node/provenance.ts";
import { type EndedTrial, type PlannedTrial, recordTrial, type TrialState } from "../run/record.ts";
import { type Identified, identify, isDataPath, type Library, usualInitialization } from "../run/subject.ts";
import { type Engine, openEngine } from "../train/engine.ts";
import { checkRecipe } from "../train/possible.ts";
import { describeDataset } from "../train/prepare.ts";
import { paperRecipe, type Recipe } from "../train/recipe.ts";
import { trialId } from "../train/spec.ts";
import { stepsOfEpoch, trainedCount } from "../train/validation.ts";
import { timePace } from "./cost.ts";
import { writeKeptOf } from "./export-model.ts";
import type { LabPlace, RunOptions } from "./lab.ts";
import { type LocalLab, openLab } from "./open.ts";
import { type Prepared, runPreparation } from "./pipeline.ts";
import type { PlannedExperiment } from "./plan-experiment.ts";
import { sharesOf, trainPlanned } from "./run.ts";
import { nameModels, requireIndex, type SavedModels } from "./saved-models.ts";
import { drawPictures } from "./test-pictures.ts";

/** What a randomization test is asked; everything but the data has a default. */
export interface TestOptions extends LoadOptions, Omit<RunOptions, "train" | "priority"> {
  readonly dataDir?: string | undefined;
  /** Name of the dataset, or path of one: `./photos`, `./photos?size=64`; or its examples. */
  readonly data: string | ExampleSplits;
  /**
   * Path of a module of your own that prepares the data, see {@link Prepare}: the test is of what it makes of them, and it is
   * run again on permuted labels to see whether it gives labels away. It is run here, with all rights of this process.
   */
  readonly prepare?: string | undefined;
  /** How often it is run on permuted labels; 19 unless told. */
  readonly permutations?: number | undefined;
  /** Name of the model that is trained on these; `linear` unless told. */
  readonly prepareModel?: string | undefined;
  /** Name of the model, or the model; `mlp-1x512` unless told. */
  readonly model?: string | Model | undefined;
  /** `["true"]` unless told. */
  readonly inputs?: TestRequest["inputs"] | undefined;
  /** True labels and random ones, `[0, 1]`, unless told; `[0]` without true inputs. */
  readonly corrupt?: TestRequest["corrupt"] | undefined;
  /** How labels are corrupted: `"redraw"` unless told. */
  readonly labels?: TestRequest["labels"];
  /** Number of repetitions; 1 unless told, and 3 and more while they can decide with `auto` or a budget. */
  readonly seeds?: number | "auto" | undefined;
  /** What all trials together may take: `30m`, `20000 steps`, `1e6 images`; no limit unless told. */
  readonly budget?: string | undefined;
  /** Told what a budget comes to in steps, before anything is trained. */
  readonly onBudget?: ((budget: Budget) => void) | undefined;
  /** The first repetition's seed; 0 unless told. */
  readonly firstSeed?: number | undefined;
  /** What differs from {@link paperRecipe}; data at a path are standardized unless told, and not cropped. */
  readonly recipe?: Partial<Recipe> | undefined;
  /** Escalations of epochs and learning rate before labels count as not fitted; 3 unless told. */
  readonly escalations?: number | undefined;
  /**
   * The lab that it is run in: a folder, or a server and a folder. What the lab has is not trained again, and what is trained
   * is kept there. Unless told, nothing is kept.
   */
  readonly lab?: TestLab | undefined;
  /** Told how many of its trials the lab had already. */
  readonly onReused?: ((trials: number) => void) | undefined;
  /** Folder that the networks trained here, and those the lab keeps, are written to, as ONNX for inference and as safetensors; nowhere unless told. */
  readonly saveModels?: string | undefined;
  /** Whether the result has pictures of examples, where they are images: for its page. Not unless told. */
  readonly pictures?: boolean | undefined;
  /** Told which networks of the test are there, and which are not. */
  readonly onSaved?: ((saved: SavedModels) => void) | undefined;
}

/** The lab of a test. */
export interface TestLab extends Pick<LabPlace, "lab" | "databaseUrl"> {
  /** Whether to go on where it cannot be opened, and keep nothing; `onWarning` is told why. */
  readonly isOptional?: boolean;
}

/**
 * Run a randomization test (Zhang et al., ICLR 2017, section 2) in child processes.
 *
 * @example
 * ```ts
 * import { runRandomizationTest } from "shatter";
 *
 * const { verdict } = await runRandomizationTest({ data: "digits", model: "mlp-1x512", seeds: 3 });
 * console.log(verdict.capacity.answer, verdict.learning.answer);
 * ```
 *
 * In a lab it is an experiment like any other: one that was interrupted and is run again goes on where it was, and the
 * result is the same.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be or the lab cannot be opened, EngineError if the device is not there or cannot train the model: all before any training.
 */
export async function runRandomizationTest(options: TestOptions): Promise<TestResult> {
  const { saveModels, onSaved } = options;
  if (saveModels === undefined) return await train(options);
  await requireFolder("`saveModels`", saveModels);
  await requireIndex(saveModels);
  const result = await train(options);
  let saved = await nameModels(saveModels, result.trials);
  const gone = saved.missing.flatMap(({ id, reason }) => (reason === "not kept" ? [id] : []));
  if (options.lab && gone.length > 0) {
    // A result is worth more than its networks.
    await writeKeptOf(gone, { ...options.lab, onWarning: options.onWarning, out: saveModels }).catch(
      (error) => options.onWarning?.(messageOf(error)),
    );
    saved = await nameModels(saveModels, result.trials);
  }
  onSaved?.(saved);
  return result;
}

async function train(options: TestOptions): Promise<TestResult> {
  const { data, model = "mlp-1x512", device = "cpu", dataDir, memory, n, testN, seed, signal } = options;
  // Whatever can be refused is refused before the data are read.
  const library = openLibrary({ readsPaths: true });
  const asked = await requestOf(options);
  const limit = options.budget === undefined ? undefined : parseLimit(options.budget);
  const shares = sharesOf(options, trialsOf(asked));
  const prepared = await preparedOf(options, asked, library);
  const given = prepared
    ? { model, data: prepared.splits }
    : { model, data, dataDir, memory, n, testN, seed };
  const identified = withContents(await identify(library, given, asked.recipe), prepared?.contents ?? []);
  const { subject, source, contents } = identified;
  const request = { ...asked, model: identified.model };
  await using shared = await shareContents(contents);
  const local = { ...options, ...shares, contents: shared.folder };
  const budget = limit && (await budgetOf(limit, request, identified, local));
  if (budget) options.onBudget?.(budget);
  const near = await nearAcross(subject.splits, () => openHere(shares.threads * shares.jobs));
  const plan = await planTest({ ...request, budget }, source, subject, prepared?.plan, near);
  await using lab = options.lab && (await openOne(options.lab, options));
  const illustrated = async (result: TestResult): Promise<TestResult> => {
    if (!options.pictures) return result;
    // A result is worth more than its pictures.
    const pictures = await drawPictures(result, subject.splits).catch((error) =>
      options.onWarning?.(`the report has no pictures: ${messageOf(error)}`),
    );
    return pictures ? { ...result, pictures } : result;
  };
  if (lab) return await illustrated(await runInLab(plan, identified, lab, { ...options, ...shares }));
  const networks = options.saveModels;
  await using runner = await openProcessPool({ ...shares, device, contents: shared.folder, networks });
  const provenance = provenanceOf(device, shares.threads, shares.jobs, options.command ?? null);
  const { onEvent } = options;
  return await illustrated(await runPlan(plan, { source, runner, provenance, onEvent, signal }));
}

/** An engine of this process, which needs none but for images. */
async function openHere(threads: number): Promise<Engine> {
  const { runtime } = await import("../run/node/runtime.ts");
  return await openEngine(runtime, "cpu", threads);
}

/** Runs that give a p-value of 0.05 where the labels as given are above all of them. */
const PERMUTATIONS = 19;

/** What a preparation makes of the data, if there is one. */
async function preparedOf(
  options: TestOptions,
  { firstSeed, recipe }: Omit<TestRequest, "model">,
  library: Library,
): Promise<Prepared | undefined> {
  const { data, prepare, permutations, prepareModel, dataDir, memory, n, testN, seed } = options;
  if (prepare === undefined) {
    const useless =
      permutations !== undefined ? "permutations" : prepareModel !== undefined && "prepareModel";
    if (useless) throw new UsageError(`\`${useless}\`: expected \`prepare\` with it, got none`);
    return undefined;
  }
  const model = prepareModel ?? "linear";
  // A name, as specs have it, and no path.
  await openLibrary().model(model);
  const wanted = { n, testN, seed };
  const splits =
    typeof data === "string"
      ? await library.splits({ name: data, dataDir, memory, ...wanted })
      : partOf(data, wanted);
  const asked = { prepare, permutations: permutations ?? PERMUTATIONS, model, firstSeed, recipe };
  return await runPreparation(requireHeld(splits, "`prepare`"), asked);
}

/** The contents of a preparation's runs beside those of the model and its examples. */
const withContents = (identified: Identified, more: readonly Content[]): Identified => {
  const known = new Set(identified.contents.map(({ identity }) => identity));
  return {
    ...identified,
    contents: [...identified.contents, ...more.filter(({ identity }) => !known.has(identity))],
  };
};

/** What was asked of a model, with the defaults. */
async function requestOf(options: TestOptions): Promise<Omit<TestRequest, "model">> {
  const { data, model = "mlp-1x512", inputs = ["true"], labels, firstSeed = 0, escalations = 3 } = options;
  const ofPath = typeof data === "string" &&
    isDataPath(data) && { preprocess: (await describedPreprocess(data)) ?? pathPreprocess };
  return {
    inputs,
    corrupt: options.corrupt ?? (inputs.includes("true") ? [0, 1] : [0]),
    labels,
    seeds: options.seeds ?? (options.budget === undefined ? 1 : "auto"),
    firstSeed,
    recipe: checkRecipe({
      ...paperRecipe,
      initialization: usualInitialization(model),
      ...ofPath,
      ...options.recipe,
    }),
    escalations,
  };
}

/** The lab of a test; undefined where it is optional and cannot be opened. */
async function openOne(
  { isOptional = false, ...place }: TestLab,
  { dataDir, onWarning = () => {} }: TestOptions,
): Promise<LocalLab | undefined> {
  try {
    await requireFolder("lab", place.lab);
    return await openLab({ ...place, dataDir, onWarning });
  } catch (error) {
    if (!isOptional || !(error instanceof DataError)) throw error;
    onWarning(
      `${error.message}; this test goes on without a lab: an interruption will cost the trials under way`,
    );
    return undefined;
  }
}

async function runInLab(
  plan: TestPlan,
  identified: Identified,
  lab: LocalLab,
  options: TestOptions,
): Promise<TestResult> {
  const { ended, reused, provenance } = await trainPlanned(await experimentOf(plan, identified), lab, {
    ...options,
    networks: options.saveModels,
  });
  options.onReused?.(reused);
  const { interrupted } = provenance;
  const known = new Map(ended);
  let course = await courseOf(plan, known, interrupted);
  if (course.todo.length > 0) {
    for (const trial of course.todo) known.set(trial.id, unbegun(trial, interrupted));
    course = await courseOf(plan, known, true);
  }
  return testResult(plan, course, provenance);
}

/** A test as an experiment of a lab: what comes next follows from the results so far. */
async function experimentOf(plan: TestPlan, { source, contents }: Identified): Promise<PlannedExperiment> {
  const { request, facts } = plan;
  const experiment = testExperiment(plan);
  const seeds = new Set(specsOf(request, facts.dataset).map((spec) => spec.seed)).size;
  const definition: PlannedExperiment["definition"] = {
    schema: "shatter/definition@1",
    what: { test: plan },
    setting: { scale: "paper" },
    models: [request.model],
    seeds,
    datasets: {},
  };
  const next = async (ended: ReadonlyMap<string, EndedTrial>): Promise<PlannedTrial[]> =>
    (await courseOf(plan, ended)).todo.map((trial) => ({
      ...trial,
      source: { ...trial.source, dataDir: source.dataDir },
    }));
  return {
    id: await testId(plan, definition),
    experiment,
    scale: "custom",
    definition,
    trials: await next(new Map()),
    contents,
    next,
  };
}

/** A trial that was planned and never begun, or was given up elsewhere. */
const unbegun = (trial: TrialState, interrupted: boolean): EndedTrial =>
  recordTrial(trial).end(
    interrupted
      ? { status: "stopped", error: "interrupted before it began" }
      : { status: "failed", error: "it was cancelled or given up; shatter status --trials says why" },
  );

/** A limit in steps; of a time, those that the jobs do in it, as a few steps show. */
async function budgetOf(
  { amount, unit }: Limit,
  request: TestRequest,
  { source, subject: { splits } }: Identified,
  local: TestOptions & { readonly contents: string | undefined },
): Promise<Budget> {
  const { budget, jobs = 1, threads = 1, device = "cpu", contents, signal } = local;
  const { recipe } = request;
  const asked = budget!;
  if (unit === "steps") return { asked, steps: Math.floor(amount), secondsPerStep: null };
  const [train, test] = [exampleCount(splits.train), exampleCount(splits.test)];
  if (unit === "images") {
    const steps = Math.floor(amount / batchSize(recipe.batch, train));
    return { asked, steps, secondsPerStep: null };
  }
  const dataset = await describeDataset(splits);
  const spec = specsOf(request, dataset)[0]!;
  await using timer = await openProcessPool({ jobs: 1, device, threads, contents });
  const pace = await timePace(
    openLibrary({ contents }),
    { id: await trialId(spec), spec, escalation: 0, source },
    timer,
    signal,
  );
  const epoch =
    trainedCount(recipe, train) / pace.trained + (train + test) / pace.evaluated / recipe.evaluate.every;
  const secondsPerStep = epoch / stepsOfEpoch(recipe, train);
  return { asked, steps: Math.floor((USED * jobs * amount) / secondsPerStep), secondsPerStep };
}

/** Share of a time that is planned for: jobs slow each other down, and processes take time to start. */
const USED = 0.7;
