/**
 * @file The trials of a pipeline check: the same model on what a preparation made of the labels as given, and of permuted
 * ones.
 */

import { z } from "zod";
import type { EndedTrial, PlannedTrial } from "../run/record.ts";
import { trialId, trialSpecSchema } from "../train/spec.ts";
import type { PipelineTrials } from "../verdict/context.ts";
import { followsSchema } from "../verdict/schema.ts";
import type { TestRequest } from "./plan.ts";

/** What a preparation made of the data, run by run; the first of labels as they were given. */
export const pipelinePlanSchema = z.object({
  /** The last part of the module's path, and the SHA-256 of its source. */
  module: z.object({ name: z.string(), hash: z.string() }),
  /** Name of the model that is trained on each. */
  model: z.string(),
  follows: followsSchema,
  /** Whether examples have groups; labels are permuted one by one all the same. */
  isGrouped: z.literal(true).optional(),
  runs: z.array(
    z.object({
      /** Identity of the prepared examples. */
      source: z.string(),
      dataset: trialSpecSchema.shape.dataset,
    }),
  ),
});

export type PipelinePlan = z.infer<typeof pipelinePlanSchema>;

/** The trials of a check, each run with a seed of its own. */
export const pipelineTrials = (
  { module, model, runs }: PipelinePlan,
  { recipe, firstSeed }: Pick<TestRequest, "recipe" | "firstSeed">,
): Promise<PlannedTrial[]> =>
  Promise.all(
    runs.map(async ({ source, dataset }, run) => {
      const spec = {
        schema: "shatter/trial@1" as const,
        dataset,
        inputs: "true" as const,
        corrupt: 0,
        model,
        recipe,
        seed: firstSeed + run,
      };
      const labels = run === 0 ? "labels as given" : `permuted labels, run ${run}`;
      const title = `${module.name} on ${labels}`;
      return { id: await trialId(spec), spec, escalation: 0, source: { name: source }, title };
    }),
  );

/** What has become of them, for the verdict. */
export function pipelineEnded(
  { module, model, follows, isGrouped }: PipelinePlan,
  trials: readonly PlannedTrial[],
  known: ReadonlyMap<string, EndedTrial>,
): PipelineTrials {
  const resultsOf = (some: readonly PlannedTrial[]) => some.flatMap(({ id }) => known.get(id)?.result ?? []);
  return {
    module,
    model,
    follows,
    isGrouped: isGrouped ?? false,
    onTrue: resultsOf(trials.slice(0, 1)),
    onPermuted: resultsOf(trials.slice(1)),
  };
}
