/**
 * @file The trials that a document describes, with their specs: an experiment says them, of a test they follow from what
 * it says.
 */

import { kindOfTrial, nameEscalated } from "../run/kinds.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import { stretched } from "../verdict/escalation.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import { labelsOfSpec } from "./plan.ts";
import type { TestResult } from "./test-result.ts";

/** A trial of a document. */
export interface DescribedTrial {
  readonly result: TrialResult;
  /** The same as it was read: without what later versions have added. */
  readonly recorded: object;
  /** Such as `Random labels, seed 2`. */
  readonly name: string;
  /**
   * Undefined where the document does not say all of it, as its id shows: model or data were given as values, or something
   * was changed.
   */
  readonly spec: TrialSpec | undefined;
}

/** What of a document as it was read is looked at. */
interface Recorded {
  readonly recipe: TestResult["recipe"];
  readonly trials: readonly object[];
}

/**
 * The trials of a document, in its order.
 *
 * @param read - The same document as it was read. A trial's id is the hash of the spec that its own version knew, without
 *   fields that were added since.
 */
export async function describedTrials(
  document: TestResult | ExperimentResult,
  read: unknown,
): Promise<DescribedTrial[]> {
  const { recipe, trials } = read as Recorded;
  const found =
    document.schema === "shatter/experiment@1"
      ? document.trials.map(({ result, spec }, index) => {
          const own = trials[index] as { readonly result: object; readonly spec: TrialSpec };
          return { result, recorded: own.result, spec, own: own.spec };
        })
      : document.trials.map((result, index) => {
          const spec = specOf(document, result);
          const own = specOf({ ...document, recipe }, result);
          return { result, recorded: trials[index]!, spec, own };
        });
  return await Promise.all(
    found.map(async ({ result, recorded, spec, own }) => ({
      result,
      recorded,
      name: `${nameEscalated(kindOfTrial(result))}, seed ${result.seed}`,
      spec: (await trialId(own)) === result.id ? spec : undefined,
    })),
  );
}

/** What the spec of a test's trial is, if the model is known by name or is a file, and the data are known by name. */
function specOf({ dataset, model, recipe }: TestResult, trial: TrialResult): TrialSpec {
  const { inputs, labels, seed, escalation, learningRate, epochsAllowed } = trial;
  const { name, identity = name, hash, train, test } = dataset;
  const doublings = Math.log2(epochsAllowed / recipe.epochs);
  return {
    schema: "shatter/trial@1",
    dataset: { name: identity, hash, train, test },
    inputs,
    corrupt: labels.nominal,
    ...labelsOfSpec(labels.nominal, labels.permuted ? "permute" : "redraw"),
    model: model.file?.identity ?? model.name,
    recipe: stretched(recipe, { escalation, doublings, learningRate }),
    seed,
  };
}
