/**
 * @file The work of the helper: pictures of examples, files of reports, what a network gets wrong.
 */

import { DataError } from "../base/errors.ts";
import { augmentExamples, drawsWindows, isAugmented } from "../data/augment.ts";
import {
  type Dataset,
  type ExampleSplits,
  exampleCount,
  exampleShape,
  labelName,
  requireClasses,
  takeExamples,
} from "../data/dataset.ts";
import { oneOfEachClass } from "../data/gallery.ts";
import { exampleUrl, sheetPng } from "../data/node/example-image.ts";
import type { InputsName, SplitName } from "../data/randomization.ts";
import { corruptLabels, redrawInputs } from "../data/randomize.ts";
import { describeTouched } from "../data/touched.ts";
import type { DrawingTools } from "../report/drawn-files.ts";
import { reportFiles } from "../report/files.ts";
import { formats } from "../report/formats.ts";
import type { Library } from "../run/subject.ts";
import { decodeCheckpoint, stateOf } from "../train/checkpoint.ts";
import type { Engine } from "../train/engine.ts";
import { cropForRecipe, framed, prepareTrial } from "../train/prepare.ts";
import { paperRecipe } from "../train/recipe.ts";
import { readSafetensors } from "../train/safetensors.ts";
import { createEvaluator } from "../train/session.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import { buildStep } from "../train/step.ts";
import { onnxOfSafetensors } from "../train/trained.ts";
import type { GridAnswer, MisfitAnswer, MisfitExample } from "./api.ts";
import type { HelperJobs } from "./helper.ts";

/** What the work needs from the process it is done in. */
export interface Tools {
  readonly library: Library;
  /** The engine, opened when it is first asked for. */
  readonly engine: () => Promise<Engine>;
  /** What charts are drawn with. */
  readonly drawing: () => Promise<DrawingTools>;
  /** Seconds on a clock that only goes forward. */
  readonly seconds: () => number;
}

type Ask<K extends keyof HelperJobs> = HelperJobs[K]["ask"];

/** Some training examples with their randomized inputs. */
const randomizedExamples = (
  splits: ExampleSplits,
  indices: readonly number[],
  inputs: InputsName,
  seed: number,
): Dataset => ({
  ...takeExamples(splits.train, indices),
  inputs: redrawInputs(splits, "train", indices, inputs, seed),
});

/** Examples of every class of a dataset under a randomization. */
export async function drawGrid(job: Ask<"grid">, { library }: Tools): Promise<GridAnswer> {
  const { source, inputs, corrupt, seed, count } = job;
  const splits = cropForRecipe(await library.splits(source), paperRecipe);
  const indices = oneOfEachClass(splits.train, count);
  const shown = randomizedExamples(splits, indices, inputs, seed);
  const given = corruptLabels(splits.train, corrupt, seed, "train").labels;
  const { labels } = splits.train;
  const examples = indices.map(async (index, row) => ({
    index,
    image: await exampleUrl(shown, row),
    label: labelName(splits.train, given[index]!),
    trueLabel: labelName(splits.train, labels[index]!),
  }));
  return { examples: await Promise.all(examples), touched: describeTouched({ inputs, corrupt }) };
}

/** Columns of a sheet of examples, and its pixels for one of an image. */
const COLUMNS = 16;
const ZOOM = 2;

/** The first training examples of a trial as an epoch sees them, before whitening. */
export async function drawExamples(job: Ask<"examples">, { library }: Tools): Promise<Uint8Array> {
  const { spec, source, epoch, count } = job;
  const { recipe, seed, inputs } = spec;
  const splits = cropForRecipe(await library.splits(source), recipe);
  const shown = Math.min(count, exampleCount(splits.train));
  const rows = Array.from({ length: shown }, (_, row) => row);
  const still = randomizedExamples(splits, rows, inputs, seed);
  const seen = isAugmented(recipe.augment)
    ? augmentExamples(still, rows, recipe.augment, seed, epoch - 1)
    : still;
  return await sheetPng(seen, COLUMNS, ZOOM);
}

/** Examples asked in one go. */
const PART = 500;

/** Training examples that the network of a checkpoint does not answer as it was taught. */
export async function findMisfits(job: Ask<"misfit">, tools: Tools): Promise<MisfitAnswer> {
  const { spec, source, checkpoint: bytes, count, seconds } = job;
  const { model, splits: whole } = await tools.library.subject(spec, source);
  const splits = cropForRecipe(whole, spec.recipe);
  requireClasses(splits.train, "a list of what is not answered as taught");
  const { train } = await prepareTrial(splits, spec);
  const of = exampleCount(train);
  const trial = await trialId(spec);
  const checkpoint = await decodeCheckpoint(bytes, { trial, program: programIn(bytes) });
  const epoch = checkpoint.history.length;
  if (checkpoint.outcome !== null) {
    const reason = "This trial has come to its end, and its parameters were not kept.";
    return { epoch: null, reason, asked: 0, of, total: 0, examples: [], test: null };
  }
  const { classNames } = train;
  const step = buildStep(model, spec.recipe, exampleShape(train), classNames.length, of);
  const state = stateOf(checkpoint, step);
  const engine = await tools.engine();
  await using evaluator = await createEvaluator(engine, model, exampleShape(train), classNames.length);
  const misfits: { index: number; answer: number }[] = [];
  const end = tools.seconds() + seconds;
  let asked = 0;
  while (asked < of && (asked === 0 || tools.seconds() < end)) {
    const rows = Array.from({ length: Math.min(PART, of - asked) }, (_, row) => asked + row);
    const part = takeExamples(train, rows);
    const { predicted } = await evaluator.answer(state, part);
    rows.forEach((index, row) => {
      if (predicted[row] !== part.labels[row]) misfits.push({ index, answer: predicted[row]! });
    });
    asked += rows.length;
  }
  const said = misfits
    .slice(0, count)
    .map(({ index, answer }) => ({ index, label: train.labels[index]!, answer, since: null }));
  const examples = await picturesOf(said, "train", splits, spec);
  return { epoch, reason: null, asked, of, total: misfits.length, examples, test: null };
}

/** What a trial that has ended fitted last, and what it misses, as its record has it. */
export async function drawHard(job: Ask<"hard">, { library }: Tools): Promise<MisfitAnswer> {
  const { spec, source, epochs, count } = job;
  const { trainMissed, trainLast = [], testMissed, testSurest } = job.hard;
  const splits = cropForRecipe(await library.splits(source), spec.recipe);
  const late = trainLast.map(([index, label, answer, since]) => ({ index, label, answer, since }));
  const missed = testSurest.map(([index, label, answer]) => ({ index, label, answer, since: null }));
  const of = exampleCount(splits.train);
  return {
    epoch: epochs,
    reason: null,
    asked: of,
    of,
    total: trainMissed,
    examples: await picturesOf(late.slice(0, count), "train", splits, spec),
    test: {
      total: testMissed,
      examples: await picturesOf(missed.slice(0, count), "test", splits, spec),
    },
  };
}

/** An example by its index, and classes: what it was taught as, and what is answered. */
interface Said {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  readonly since: number | null;
}

/** Examples as the network sees them, with their classes by name. */
async function picturesOf(
  said: readonly Said[],
  split: SplitName,
  splits: ExampleSplits,
  { inputs, seed, recipe }: TrialSpec,
): Promise<MisfitExample[]> {
  if (said.some(({ index }) => index >= exampleCount(splits[split]))) {
    throw new DataError("trial: expected examples of its data, got others");
  }
  const rows = said.map(({ index }) => index);
  const taken = takeExamples(splits[split], rows);
  const seen = { ...taken, inputs: redrawInputs(splits, split, rows, inputs, seed) };
  const images = drawsWindows(recipe.augment) ? framed(seen, recipe) : seen;
  const name = (label: number): string => splits[split].classNames[label]!;
  return await Promise.all(
    said.map(async ({ index, label, answer, since }, row) => ({
      index,
      image: await exampleUrl(images, row),
      label: name(label),
      trueLabel: name(taken.labels[row]!),
      answer: name(answer),
      since,
    })),
  );
}

/** Who made a checkpoint: for a look at what it knows, unlike for going on, that may be anybody. */
function programIn(bytes: Uint8Array): string {
  const { program } = Object(JSON.parse(readSafetensors(bytes).metadata["checkpoint"] ?? "null"));
  return String(program);
}

/** The ONNX file of a network that a lab keeps. */
export const networkFile = async (
  { spec, file, hash }: Ask<"network">,
  { library }: Tools,
): Promise<Uint8Array> => await onnxOfSafetensors(file, await library.model(spec.model), hash);

/** One file of an experiment's report. */
export async function drawFile(
  { document: result, name }: Ask<"file">,
  tools: Tools,
): Promise<string | Uint8Array> {
  const found = reportFiles(result, await tools.drawing(), formats).find(([file]) => file === name);
  if (!found) throw new DataError(`report: there is no file ${name}`);
  return await found[1]();
}
