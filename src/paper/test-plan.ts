/**
 * @file The plan of a randomization test: what was asked, and what its data turned out to be. Whoever has it can follow the
 * test from the results of its trials alone.
 */

import { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { whole } from "../base/limits.ts";
import { countCopies } from "../data/copies.ts";
import { classCounts, exampleCount, hasNumbers } from "../data/dataset.ts";
import { groupCount, groupWorth } from "../data/groups.ts";
import { inputsNames, type LabelsName, labelsNames } from "../data/randomization.ts";
import { checkFile } from "../import/check.ts";
import { findingSchema } from "../import/finding.ts";
import { isFileModel } from "../import/model.ts";
import { summarizeModel } from "../nn/profile.ts";
import type { DataSource } from "../run/runner.ts";
import { checkRecipe, requirePossible, requireWarmup } from "../train/possible.ts";
import { describeDataset, networkShape } from "../train/prepare.ts";
import { recipeSchema } from "../train/recipe.ts";
import { targetScale } from "../train/regression.ts";
import { trialSpecSchema } from "../train/spec.ts";
import type { Subject } from "../train/trial.ts";
import { type NearAcross, nearAcrossSchema } from "../train/twins.ts";
import { copiesSchema } from "../verdict/schema.ts";
import { type PipelinePlan, pipelinePlanSchema } from "./pipeline.ts";
import { conditionsOf, fitToBudget, type TestRequest } from "./plan.ts";

const counts = z.array(z.int().min(0));

/** A number that is to be told, in its own unit: its name, and its mean and deviation in training. */
export const targetSchema = z.object({ name: z.string(), mean: z.number(), deviation: z.number() });

/** Numbers of groups in training and test, and how many independent test examples these are worth (Kish, 1965). */
export const groupsSchema = z.object({
  train: z.int().min(1),
  test: z.int().min(1),
  testWorth: z.number(),
});

/** A request within its budget, the place of its examples, and all that a verdict needs to know of them. */
export const testPlanSchema = z.object({
  request: z.object({
    model: z.string(),
    inputs: z.array(z.enum(inputsNames)),
    corrupt: z.array(z.number()),
    labels: z.enum(labelsNames).optional(),
    seeds: z.union([whole(1), z.literal("auto")]),
    budget: z
      .object({ asked: z.string(), steps: z.number(), secondsPerStep: z.number().nullable() })
      .optional(),
    firstSeed: whole(0),
    recipe: recipeSchema,
    escalations: whole(0),
  }),
  source: z.object({
    name: z.string(),
    n: z.int().optional(),
    testN: z.int().optional(),
    seed: z.int().optional(),
  }),
  facts: z.object({
    dataset: trialSpecSchema.shape.dataset,
    /** What people call the model, where its identity is no name. */
    modelName: z.string().optional(),
    /** What people call the data, where the name in specs is of their bytes alone. */
    dataTitle: z.string().optional(),
    /** What the check of a model file found. */
    findings: z.array(findingSchema).optional(),
    classNames: z.array(z.string()),
    /** Shape of one example as the network sees it. */
    shape: counts,
    parameters: z.int(),
    /** `[classes]`: number of training and of test examples by true class. */
    trainCounts: counts,
    testCounts: counts,
    copies: copiesSchema.omit({ testCount: true }).nullable(),
    /** Near twins across splits; absent where nobody was asked. */
    near: nearAcrossSchema.optional(),
    /** The number to be told; absent for classes. */
    target: targetSchema.optional(),
    /** Number of groups in each split, where examples are grouped. */
    groups: groupsSchema.optional(),
  }),
  /** Of data that a preparation of the user's own made. */
  pipeline: pipelinePlanSchema.optional(),
});

export type TestPlan = z.infer<typeof testPlanSchema>;

/**
 * Plan a test.
 *
 * @param pipeline - What a preparation made of the data, if there was one.
 * @param near - Near twins of the examples used, where somebody looked.
 * @param subject - The model that the request names, and the examples used, cropped for the recipe but not randomized.
 * @throws UsageError if the recipe, the model, the budget or a probability is not possible, or the model cannot train on such
 *   examples or batches, or the recipe's augmentation is not possible on them.
 */
export async function planTest(
  asked: TestRequest,
  source: DataSource,
  { model, splits }: Subject,
  pipeline?: PipelinePlan,
  near?: NearAcross,
): Promise<TestPlan> {
  const recipe = checkRecipe(asked.recipe);
  const train = exampleCount(splits.train);
  requirePossible(model, recipe, splits, train);
  const { seeds } = asked;
  if (seeds !== "auto" && !(Number.isInteger(seeds) && seeds >= 1)) {
    throw new UsageError(`\`seeds\`: expected a whole number of at least 1, got ${seeds}`);
  }
  const isNumber = hasNumbers(splits.train);
  const labels = isNumber ? permutedOnly(asked.labels) : asked.labels;
  // Refuses what is impossible.
  conditionsOf(asked);
  const { dataDir: _, memory: __, ...place } = source;
  const { classNames } = splits.train;
  const shape = networkShape(splits, recipe);
  const findings = isFileModel(model) ? checkFile(model, shape, classNames.length).findings : undefined;
  const request = fitToBudget({ ...asked, labels, recipe }, train);
  requireWarmup(request.recipe, train);
  const plan = {
    request,
    source: place,
    facts: {
      dataset: await describeDataset(splits),
      modelName: model.name === asked.model ? undefined : model.name,
      dataTitle: splits.train.title,
      ...(findings && { findings: [...findings] }),
      classNames,
      shape,
      parameters: summarizeModel(model, shape, classNames.length).count,
      trainCounts: classCounts(splits.train),
      testCounts: classCounts(splits.test),
      copies: countCopies(splits),
      near,
      ...(splits.train.groups && {
        groups: {
          train: groupCount(splits.train)!,
          test: groupCount(splits.test)!,
          testWorth: groupWorth(splits.test),
        },
      }),
      ...(isNumber && { target: { name: classNames[0]!, ...targetScale(splits.train) } }),
    },
    pipeline,
  };
  // As it will be read again, so that a test that is followed later is the same test.
  const kept: TestPlan = JSON.parse(JSON.stringify(plan));
  testPlanSchema.parse(kept);
  return kept;
}

/** How numbers are randomized: there is no class to redraw them from, so they change places. */
function permutedOnly(labels: LabelsName | undefined): LabelsName {
  if (labels !== "redraw") return "permute";
  throw new UsageError(
    "`labels` redraw: numbers are permuted, as y-scrambling does; say permute, or read them as classes by `targetType` class",
  );
}
