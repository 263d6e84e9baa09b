/**
 * @file What `shatter test` leaves behind: the JSON document `shatter/test@1`, its types and its schema.
 *
 * The document is stable: fields may be added within version 1, none is removed or changes its meaning.
 * Accuracies are in `[0, 1]`, losses in nats, times in seconds.
 */

import { z } from "zod";
import { hideSecrets } from "../base/secrets.ts";
import { inputsNames } from "../data/randomize.ts";
import { apartSchema, memorisingSchema } from "../train/noise-apart.ts";
import { recipeSchema } from "../train/recipe.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** A mean over seeds with its 95 % interval (Student's t); below three seeds there is none, two are both given. */
export const estimateSchema = z.object({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
  values: z.array(z.number()).optional(),
});

const historyRow = z.object({
  epoch: z.int().min(1),
  /** Mean over the epoch's batches, each measured before its update. */
  trainLoss: z.number().nullable(),
  /** Mean loss after the epoch, on the labels trained on; null if not measured. */
  fitLoss: z.number().nullable().default(null),
  /** Measured after the epoch, on the labels trained on; null if this epoch was not measured. */
  trainAccuracy: share.nullable(),
  /** Measured after the epoch, on the true labels. */
  testAccuracy: share.nullable(),
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
    .object({ epoch: z.int().min(1), testAccuracy: share })
    .nullable()
    .default(null),
  /** When memorising began, where labels were changed; absent if none was, or the trial did not come to its end. */
  memorising: memorisingSchema.optional(),
  /** 0 for the recipe as asked; 1, 2, ... for the escalations tried because it did not fit. */
  escalation: count,
  /** The learning rate this trial started with (escalations change it). */
  learningRate: z.number(),
  /** Measured after the last epoch. */
  trainLoss: z.number().nullable(),
  trainAccuracy: share.nullable(),
  testAccuracy: share.nullable(),
  /** Test accuracy against test labels corrupted with the same probability. */
  testAccuracyCorrupted: share.nullable(),
  seconds: z.number(),
  /** `[classes][classes]`: number of test examples by true class and predicted class, after the last epoch. */
  confusion: z.array(z.array(count)).nullable(),
  /** SHA-256 of the randomised data, before preprocessing; null if the trial ended before it was made. */
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

const summaryRow = z.object({
  inputs: z.enum(inputsNames),
  nominal: share,
  permuted: z.literal(true).optional(),
  escalation: count,
  n: count,
  realised: z.number().nullable(),
  fitted: count,
  epochsToFit: estimateSchema.nullable(),
  trainLoss: estimateSchema.nullable(),
  trainAccuracy: estimateSchema.nullable(),
  testAccuracy: estimateSchema.nullable(),
  testAccuracyCorrupted: estimateSchema.nullable(),
});

/** An interval of a share over seeds and test examples, and what guessing gets. */
const intervalSchema = z.object({ mean: share, low: share, high: share, guessing: share });

const verdict = z.object({
  capacity: z.object({
    answer: z.enum(["memorises", "does-not-fit", "inconclusive"]),
    /** Training accuracy on random labels, over seeds, of the attempt that fitted best. */
    trainAccuracy: estimateSchema.nullable(),
    epochsToFit: estimateSchema.nullable(),
    /** Epochs to fit random labels over epochs to fit true ones, by the same recipe. */
    slowdown: z.number().nullable(),
    /** Seeds that fitted both, over which that is. */
    slowdownSeeds: count.default(0),
    /** Accuracy from which random labels count as memorised. */
    bound: share,
    reasons: z.array(z.string()),
    /** What to do next. */
    next: z.string().optional(),
  }),
  learning: z.object({
    answer: z.enum(["learns", "does-not-learn", "inconclusive"]),
    testAccuracy: estimateSchema.nullable(),
    /** Best accuracy that ignores the input: the share of the commonest test class. */
    chance: share,
    randomLabelsTestAccuracy: estimateSchema.nullable(),
    /**
     * What was judged: intervals over seeds and test examples (one seed: over test examples), which hold together
     * with the given confidence. `balanced` is the mean of the classes' accuracies. Hits on copies do not count.
     */
    intervals: z
      .object({ confidence: share, accuracy: intervalSchema, balanced: intervalSchema })
      .nullable()
      .default(null),
    reasons: z.array(z.string()),
    next: z.string().optional(),
    /** True where it is the seeds that differ too much. */
    needsSeeds: z.boolean().optional(),
  }),
  /** The label check: it sees true labels that reached training, and no other leak. */
  leak: z.object({
    /** Null where it could not be tested. */
    suspected: z.boolean().nullable(),
    /** One-sided p-value of the renaming test; null without random-label trials. */
    pValue: z.number().nullable(),
    bound: z.number(),
    testAccuracy: estimateSchema.nullable(),
    expected: z.number().nullable(),
    reasons: z.array(z.string()),
    next: z.string().optional(),
    /** Number of seeds from which it can be tested, where there are fewer. */
    needsSeeds: count.optional(),
  }),
  /** Test examples with exactly the inputs of a training example, and repeated training inputs; null if not counted. */
  copies: z
    .object({
      test: count,
      /** Of these, those whose label no equal training example has. */
      testOtherLabel: count,
      testByClass: z.array(count),
      /** Test examples that repeat another one, and how many independent ones each class is worth; absent before these were counted. */
      testRepeats: count.optional(),
      testWorthByClass: z.array(z.number()).optional(),
      testCount: count,
      train: count,
      trainOtherLabel: count,
    })
    .nullable()
    .default(null),
  /** What the test was allowed to spend, and what it could not decide for want of more; null without a limit. */
  budget: z
    .object({
      asked: z.string(),
      steps: count,
      used: count,
      /** Steps that what was left undecided would take next; 0 if nothing was left for want of them. */
      lacking: count,
      secondsPerStep: z.number().nullable(),
    })
    .nullable()
    .default(null),
  /** Leaks that nothing here can see. */
  notLookedAt: z.array(z.string()).optional(),
  /** The verdict in plain words, a few sentences. */
  text: z.string(),
});

/** Which code, engine and machine made a result, and when. */
export const provenanceSchema = z.object({
  /** Version of Shatter. */
  version: z.string(),
  /** Commit of its sources, with `+changes` where they were modified; null outside a checkout. */
  commit: z.string().nullable(),
  engine: z.string(),
  device: z.string(),
  threads: count,
  jobs: count,
  node: z.string(),
  machine: z.string(),
  // Labs and results of before may hold a password.
  command: z.string().overwrite(hideSecrets).nullable(),
  started: z.string(),
  seconds: z.number(),
  /** True if the run was interrupted and some trials are missing. */
  interrupted: z.boolean(),
});

export const testResultSchema = z.object({
  schema: z.literal("shatter/test@1"),
  dataset: z.object({
    name: z.string(),
    train: count,
    test: count,
    classes: count,
    /** What the classes are called. */
    classNames: z.array(z.string()).optional(),
    /** Shape of one example as the network sees it. */
    shape: z.array(count),
    /** SHA-256 of the unrandomised training and test data. */
    hash: z.string(),
  }),
  model: z.object({ name: z.string(), parameters: count }),
  // Not strict, as recipes are: later versions may have more to say.
  recipe: z.object({ ...recipeSchema.shape, fit: z.object(recipeSchema.shape.fit.shape) }),
  trials: z.array(trialSchema),
  /** One row a kind of trial, over its seeds. */
  summary: z.array(summaryRow),
  conformance: conformanceSchema,
  verdict,
  provenance: provenanceSchema,
});

export type TestResult = z.infer<typeof testResultSchema>;
export type TrialResult = z.infer<typeof trialSchema>;
export type HistoryRow = z.infer<typeof historyRow>;
export type ConformanceLine = z.infer<typeof conformanceLine>;
export type SummaryRow = z.infer<typeof summaryRow>;
export type Verdict = z.infer<typeof verdict>;

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/test@1.json`. */
export const testJsonSchema = (): object => ({
  $id: "shatter/test@1",
  title: "Result of a randomization test",
  // As input, so that documents with fields of later versions are valid too.
  ...z.toJSONSchema(testResultSchema, { io: "input" }),
});
