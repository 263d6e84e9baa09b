/**
 * @file What is known of a trial when it has ended, as every document tells it.
 *
 * Accuracies are in `[0, 1]`, losses in nats, times in seconds; of numbers, see `told`.
 */

import { z } from "zod";
import { inputsNames } from "../data/randomization.ts";
import { hardSchema } from "../train/hard.ts";
import { scoreSchema, topFiveSchema } from "../train/history.ts";
import { apartSchema, memorizingSchema } from "../train/noise-apart.ts";
import { regressionSchema } from "../train/regression.ts";
import { answersSchema, twinsSchema } from "../train/twins.ts";
import { stoppingSchema } from "../train/validation.ts";

const share = z.number().min(0).max(1);
/** An accuracy, or R squared where the trial has `regression`. */
const score = scoreSchema;
const count = z.int().min(0);

const historyRow = z.object({
  epoch: z.int().min(1),
  /** Mean over the epoch's batches, each measured before its update; of smoothed labels where the recipe smooths them. */
  trainLoss: z.number().nullable(),
  /** Mean loss after the epoch, on the labels trained on; null if not measured. */
  fitLoss: z.number().nullable().default(null),
  /** Measured after the epoch, on the labels trained on; null if this epoch was not measured. */
  trainAccuracy: score.nullable(),
  /** Measured after the epoch, on the true labels. */
  testAccuracy: score.nullable(),
  /** Shares whose label is among the first five answers; of 20 classes and more. */
  topFive: topFiveSchema.optional(),
  /** On held-out training examples, with the labels training would have been told; absent where none were held out. */
  validationAccuracy: score.optional(),
  /** Changed labels and the others apart, where some were corrupted; absent if none was, or this epoch was not measured. */
  apart: apartSchema.optional(),
});

export const trialStatuses = ["done", "diverged", "stopped", "failed"] as const;

export const trialSchema = z.object({
  /** Hash of the trial's canonical spec. */
  id: z.string(),
  inputs: z.enum(inputsNames),
  labels: z.object({
    /** Probability that a label was corrupted. */
    nominal: share,
    /** Share of the training labels that really differ from the true ones; null if they were never made. */
    realised: share.nullable(),
    /** Labels changed places, so that classes kept their counts; redrawn where this is absent. */
    permuted: z.literal(true).optional(),
  }),
  seed: count,
  /** Which inputs and labels of which split were touched, as sentences; null if the data were never made. */
  touched: z.string().nullable().optional(),
  /** `stopped`: interrupted before its end. `failed`: its process died or threw; see `error`. */
  status: z.enum(trialStatuses),
  error: z.string().optional(),
  /** Epochs trained. */
  epochs: count,
  /** Epochs the budget allowed. */
  epochsAllowed: count,
  steps: count,
  /** Whether the fit criterion of the recipe was met. */
  fit: z.boolean(),
  epochsToFit: count.nullable(),
  /** First epoch with a training accuracy of at least 0.95, the paper-like criterion of Fig. 1b. */
  epochsTo95: count.nullable(),
  /** The best test accuracy measured on the way, and its first epoch: what early stopping could have had at most. */
  best: z
    .object({ epoch: z.int().min(1), testAccuracy: score })
    .nullable()
    .default(null),
  /** What early stopping had that sees held-out training examples only; absent where the recipe holds none out. */
  stopping: stoppingSchema.optional(),
  /** When memorizing began, where labels were changed; absent if none was, or the trial did not come to its end. */
  memorising: memorizingSchema.optional(),
  /** Answers to test examples with an equal in training, where all labels were redrawn; absent where there is none. */
  twins: twinsSchema.optional(),
  /** Examples it fitted last, and misses; absent for numbers, where it diverged, and in older documents. */
  hard: hardSchema.optional(),
  /**
   * Classes answered to test images, where all labels were redrawn: to all, or to a thousand that are drawn at random, in their
   * order, with spaces between; absent for other inputs.
   */
  answers: answersSchema.optional(),
  /** 0 for the recipe as asked; 1, 2, ... for the escalations tried because it did not fit. */
  escalation: count,
  /** The learning rate this trial started with (escalations change it). */
  learningRate: z.number(),
  /** Measured after the last epoch. */
  trainLoss: z.number().nullable(),
  trainAccuracy: score.nullable(),
  testAccuracy: score.nullable(),
  /** Shares whose label is among the first five answers, measured after the last epoch; of 20 classes and more. */
  topFive: topFiveSchema.optional(),
  /** Test accuracy against test labels corrupted with the same probability. */
  testAccuracyCorrupted: score.nullable(),
  seconds: z.number(),
  /** `[classes][classes]`: number of test examples by true class and predicted class, after the last epoch; null of more than 200 classes. */
  confusion: z.array(z.array(count)).nullable(),
  /** `[classes]`: number of test examples that are right, by class; of more than 200 classes. */
  hits: z.array(count).optional(),
  /** What labels stand for, where they are no classes: all accuracies are R squared then, and losses squared errors in training deviations. */
  told: z.literal("numbers").optional(),
  /** Of numbers: errors in the target's own unit, and what the verdict rests on; absent for classes. */
  regression: regressionSchema.optional(),
  /** SHA-256 of the randomized data, before preprocessing; null if the trial ended before it was made. */
  dataHash: z.string().nullable(),
  /** SHA-256 of the trained parameters: equal specs give equal hashes. */
  parametersHash: z.string().nullable(),
  history: z.array(historyRow),
});

const conformanceLine = z.object({
  /** Which data was checked, such as `"labels p=0.5 seed 0"`. */
  randomization: z.string(),
  check: z.string(),
  ok: z.boolean(),
  value: z.number(),
  bound: z.number(),
});

/** What the checks of a randomization say. */
export const conformanceSchema = z.array(conformanceLine);

export type TrialResult = z.infer<typeof trialSchema>;
export type HistoryRow = z.infer<typeof historyRow>;
export type ConformanceLine = z.infer<typeof conformanceLine>;
