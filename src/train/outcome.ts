/**
 * @file What a trial leaves behind.
 */

import { z } from "zod";
import { type Hard, hardSchema } from "./hard.ts";
import { scoreSchema, type TopFive, topFiveSchema } from "./history.ts";
import { type Memorizing, memorizingSchema } from "./noise-apart.ts";
import { type Regression, regressionSchema } from "./regression.ts";
import { answersSchema, type Twins, twinsSchema } from "./twins.ts";
import { type Stopping, stoppingSchema } from "./validation.ts";

/** How a trial ended, and what the trained network does. */
export interface TrialOutcome {
  readonly status: "done" | "diverged";
  readonly epochs: number;
  readonly steps: number;
  readonly fit: boolean;
  readonly epochsToFit: number | null;
  readonly epochsTo95: number | null;
  /** The best test accuracy on the way and its first epoch: what early stopping could have had at most. */
  readonly best: { readonly epoch: number; readonly testAccuracy: number } | null;
  /** What early stopping had on held-out training examples; absent where the recipe holds none out. */
  readonly stopping?: Stopping | undefined;
  /** On the training data, after the last epoch; null if it is not finite. */
  readonly trainLoss: number | null;
  /** In `[0, 1]`; of numbers R squared, 1 at most. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Of many classes: shares whose label is among the first five answers. */
  readonly topFive?: TopFive | undefined;
  /** Test accuracy against test labels corrupted with the trial's probability. */
  readonly testAccuracyCorrupted: number;
  /**
   * `[classes][classes]`: number of test examples by true class and predicted class; null for numbers, and of more than
   * {@link MOST_CONFUSED} classes.
   */
  readonly confusion: readonly (readonly number[])[] | null;
  /** `[classes]`: number of test examples that are right, by class; where there are too many classes for all that is confused. */
  readonly hits?: number[] | undefined;
  /** Where numbers were told: how far the answers are off, and what the verdict needs; absent for classes. */
  readonly regression?: Regression | undefined;
  /** When memorizing began, where labels were changed; absent if none was. */
  readonly memorising?: Memorizing | undefined;
  /** Answers to test examples with an equal in training, where all labels were redrawn; absent where there is none. */
  readonly twins?: Twins | undefined;
  /** Examples it fitted last, and misses; absent for numbers, and where it diverged. */
  readonly hard?: Hard | undefined;
  /** Classes answered to some test images ({@link answersSchema}), where all labels were redrawn; absent for other inputs. */
  readonly answers?: string | undefined;
  /** SHA-256 of the trained parameters, in the model's order. */
  readonly parametersHash: string;
}

/** Most classes of which a trial keeps what was taken for what: of ImageNet's that would be a million numbers a trial. */
export const MOST_CONFUSED = 200;

const count = z.int().min(0);

/** An outcome as it comes from a file. */
export const trialOutcomeSchema: z.ZodType<TrialOutcome> = z.strictObject({
  status: z.enum(["done", "diverged"]),
  epochs: count,
  steps: count,
  fit: z.boolean(),
  epochsToFit: count.nullable(),
  epochsTo95: count.nullable(),
  best: z.strictObject({ epoch: count, testAccuracy: scoreSchema }).nullable(),
  stopping: stoppingSchema.optional(),
  trainLoss: z.number().nullable(),
  trainAccuracy: scoreSchema,
  testAccuracy: scoreSchema,
  topFive: topFiveSchema.optional(),
  testAccuracyCorrupted: scoreSchema,
  confusion: z.array(z.array(count)).nullable(),
  hits: z.array(count).optional(),
  regression: regressionSchema.optional(),
  memorising: memorizingSchema.optional(),
  twins: twinsSchema.optional(),
  hard: hardSchema.optional(),
  answers: answersSchema.optional(),
  parametersHash: z.string(),
});
