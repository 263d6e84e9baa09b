/**
 * @file What a test will run: its trials, from what was asked.
 */

import { UsageError } from "../base/errors.ts";
import type { InputsName, LabelsName } from "../data/randomization.ts";
import type { Recipe } from "../train/recipe.ts";
import type { TrialSpec } from "../train/spec.ts";
import { stepsOfEpoch } from "../train/validation.ts";
import type { Budget } from "./budget.ts";

/** Seeds that `auto` begins with, so that there is an interval over seeds. */
export const FIRST_SEEDS = 3;

/** What a randomization test is asked. */
export interface TestRequest {
  readonly model: string;
  /** How inputs are randomized; labels stay true but for `true` inputs. */
  readonly inputs: readonly InputsName[];
  /** Probabilities that a label is corrupted; with `true` inputs only, as in the paper. */
  readonly corrupt: readonly number[];
  /** How labels are corrupted; redrawn unless told. */
  readonly labels?: LabelsName | undefined;
  /** Number of repetitions; `auto` begins with three and adds some while they can decide. */
  readonly seeds: number | "auto";
  /** What all trials together may take; no limit unless told. */
  readonly budget?: Budget | undefined;
  /** The first repetition's seed; the others follow. */
  readonly firstSeed: number;
  readonly recipe: Recipe;
  /** The last escalation of epochs and learning rate before labels count as not fitted; see {@link nextRung}. */
  readonly escalations: number;
}

/** One kind of trial: the conditions of a test. */
type Condition = Pick<TrialSpec, "inputs" | "corrupt" | "labels">;

/** The part of a spec that says how labels are corrupted: nothing where they are redrawn, or not at all. */
export const labelsOfSpec = (corrupt: number, labels: LabelsName | undefined): Pick<TrialSpec, "labels"> =>
  labels === "permute" && corrupt > 0 ? { labels } : {};

/**
 * The conditions of a test: every corruption with true inputs, and true labels with every other input.
 *
 * @throws UsageError if there would be none, or a probability is not in `[0, 1]`.
 */
export function conditionsOf({
  inputs,
  corrupt,
  labels,
}: Pick<TestRequest, "inputs" | "corrupt" | "labels">): Condition[] {
  for (const probability of corrupt) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new UsageError(`\`corrupt\`: expected probabilities in [0, 1], got ${probability}`);
    }
  }
  if (!inputs.includes("true") && corrupt.some((probability) => probability > 0)) {
    throw new UsageError(
      '`corrupt`: labels are corrupted with true inputs only, as in the paper: add "true" to `inputs`',
    );
  }
  const levels = [...new Set(corrupt)].sort((a, b) => a - b);
  const conditions = [...new Set(inputs)].flatMap((name): Condition[] =>
    name === "true"
      ? levels.map((level) => ({ inputs: name, corrupt: level, ...labelsOfSpec(level, labels) }))
      : [{ inputs: name, corrupt: 0 }],
  );
  if (conditions.length === 0)
    throw new UsageError("expected at least one of `inputs` and `corrupt`, got none");
  return conditions;
}

/** The trials a test begins with, seeds varying fastest. */
export const specsOf = (request: TestRequest, dataset: TrialSpec["dataset"]): TrialSpec[] =>
  conditionsOf(request).flatMap((condition) =>
    Array.from({ length: seedsOf(request.seeds) }, (_, repetition) => ({
      schema: "shatter/trial@1" as const,
      dataset,
      ...condition,
      model: request.model,
      recipe: request.recipe,
      seed: request.firstSeed + repetition,
    })),
  );

/** Share of a budget that the trials as asked for may take; the rest is for what they leave undecided. */
const FIRST_SHARE = 0.5;

/** Number of trials that a test begins with. */
export const trialsOf = (request: Pick<TestRequest, "inputs" | "corrupt" | "labels" | "seeds">): number =>
  conditionsOf(request).length * seedsOf(request.seeds);

const seedsOf = (seeds: TestRequest["seeds"]): number => (seeds === "auto" ? FIRST_SEEDS : seeds);

/**
 * A request whose first trials fit into half of its budget, by fewer epochs where they must be.
 *
 * @param examples - Number of training examples.
 * @throws UsageError if not even one epoch of each fits.
 */
export function fitToBudget(request: TestRequest, examples: number): TestRequest {
  const { budget, recipe } = request;
  if (!budget) return request;
  const trials = trialsOf(request);
  const epoch = trials * stepsOfEpoch(recipe, examples);
  const epochs = Math.min(recipe.epochs, Math.floor((FIRST_SHARE * budget.steps) / epoch));
  if (epochs < 1) {
    throw new UsageError(
      `\`budget\` ${budget.asked}: ${budget.steps} steps; expected at least ${2 * epoch}, for one epoch of ${trials} trials and as much again to decide: ask for more, or for fewer \`n\` or \`seeds\``,
    );
  }
  return { ...request, recipe: { ...recipe, epochs } };
}
