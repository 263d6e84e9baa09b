/**
 * @file The trials of a lab by the condition they are of.
 */

import { canonicalJson, type Json } from "../base/json.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Condition } from "./condition.ts";

/** A trial with its spec, wherever it was kept. */
export interface KnownTrial {
  readonly spec: TrialSpec;
  readonly result: TrialResult;
}

/** What the conditions of an experiment came to. */
export interface Results {
  /** The trials of a condition that came to their own end, by seed; none if it was not measured. */
  of(condition: Condition): readonly TrialResult[];
}

/** What trials of one condition have in common: all of their specs but the seed and what is measured on the way. */
export function trialKey({
  dataset,
  model,
  inputs,
  corrupt,
  labels,
  recipe,
}: Omit<TrialSpec, "seed" | "schema">): string {
  const { evaluate: _, ...training } = recipe;
  return canonicalJson({ dataset, model, inputs, corrupt, labels, recipe: training } as unknown as Json);
}

/**
 * Find the trials of conditions.
 *
 * Where a lab has the same training measured at several rates, the rate asked for counts, or else the finest.
 *
 * @param datasetOf - What the specs of a condition say about its data.
 */
export function resultsOf(
  trials: readonly KnownTrial[],
  datasetOf: (condition: Condition) => TrialSpec["dataset"],
): Results {
  const byKey = Map.groupBy(
    trials.filter(({ result }) => result.status === "done" || result.status === "diverged"),
    ({ spec }) => trialKey(spec),
  );
  return {
    of(condition) {
      const found = byKey.get(trialKey({ ...condition, dataset: datasetOf(condition) })) ?? [];
      const asked = condition.recipe.evaluate;
      const rank = ({ spec: { recipe } }: KnownTrial): number =>
        recipe.evaluate.every === asked.every && recipe.evaluate.test === asked.test
          ? 0
          : recipe.evaluate.every;
      const bySeed = Map.groupBy(found, ({ spec }) => spec.seed);
      return [...bySeed.entries()]
        .sort(([a], [b]) => a - b)
        .map(([, same]) => same.reduce((best, next) => (rank(next) < rank(best) ? next : best)).result);
    },
  };
}
