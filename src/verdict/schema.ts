/**
 * @file What a verdict and the summary that it rests on look like in documents.
 */

import { z } from "zod";
import { inputsNames } from "../data/randomization.ts";
import { estimateSchema } from "../document/measurement.ts";

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** A row a kind of trial, over its seeds. */
export const summaryRow = z.object({
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
  /** Shares among the first five answers; of many classes only. */
  trainTopFive: estimateSchema.optional(),
  testTopFive: estimateSchema.optional(),
});

/** An interval of a share, or of R squared, over seeds and test examples, and what guessing gets. */
const score = z.number().max(1);
const intervalSchema = z.object({ mean: score, low: score, high: score, guessing: share });

/** Test examples that stand in training, and the like, of so many. */
export const copiesSchema = z.object({
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
});

/** What of the test rows the training rows follow, as a preparation makes them; null where it cannot be told. */
export const followsSchema = z.object({
  /** Whether training rows become others where test rows have other labels. */
  testLabels: z.boolean().nullable(),
  /** Whether they do where test rows have other inputs. */
  testInputs: z.boolean().nullable(),
  /** Number of given rows that stand in both splits. */
  inBoth: count.nullable(),
  /** Whether inputs of test rows become others where their labels do, and training rows do not; absent where not. */
  labelsInInputs: z.literal(true).optional(),
});

export type Follows = z.infer<typeof followsSchema>;

/** Whether answers are the random labels of twins. */
const twinCheckSchema = z.object({
  /** Whether answers follow the twins' labels. */
  suspected: z.boolean(),
  /** Test examples that have a twin; pairs of these, a network; networks. */
  tests: count,
  pairs: z.number(),
  seeds: count,
  /** Share of pairs answered with the twin's label, and that expected of answers that know nothing of it. */
  share,
  expected: share,
  pValue: z.number(),
  bound: z.number(),
  /** Share of pairs that are answered from the twin, estimated. */
  fromTwin: share,
  /** Test examples that every network answered with a twin's label, where answers follow them; a thousand at most. */
  named: z.array(count),
  reasons: z.array(z.string()),
});

export const verdictSchema = z.object({
  capacity: z.object({
    answer: z.enum(["memorises", "does-not-fit", "inconclusive"]),
    /** Training accuracy on random labels, over seeds, of the attempt that fitted best. */
    trainAccuracy: estimateSchema.nullable(),
    epochsToFit: estimateSchema.nullable(),
    /** Epochs to fit random labels over epochs to fit true ones, by the same recipe. */
    slowdown: z.number().nullable(),
    /** Seeds that fitted both, over which that is. */
    slowdownSeeds: count.default(0),
    /** Accuracy from which random labels count as memorized. */
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
     * with the given confidence. `balanced` is the mean of the classes' accuracies; of numbers there is none, and `accuracy` is R
     * squared. Hits on copies do not count.
     */
    intervals: z
      .object({ confidence: share, accuracy: intervalSchema, balanced: intervalSchema.optional() })
      .nullable()
      .default(null),
    /** Of numbers: where R squared on true targets stands among that of so many networks trained on permuted ones. */
    permutation: z.object({ pValue: share, networks: count }).optional(),
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
  /** What a preparation of the user's own gives away of permuted labels; absent where there was none. */
  pipeline: z
    .object({
      /** The last part of the module's path, and the SHA-256 of its source. */
      module: z.object({ name: z.string(), hash: z.string() }),
      /** The model that the check trains. */
      model: z.string(),
      /** Number of permutations that came to their end. */
      permutations: count,
      /** Whether anything below says so; null where nothing could be tested. */
      suspected: z.boolean().nullable(),
      follows: followsSchema,
      /** One-sided p-value of the permutation test of the test labels. */
      pValue: z.number().nullable(),
      bound: z.number(),
      /** Over permutations, on the permuted labels of their test splits. */
      testAccuracy: estimateSchema.nullable(),
      expected: z.number().nullable(),
      /** Of the same model on the labels as given, and the share of permutations that get as many right. */
      givenTestAccuracy: share.nullable(),
      givenPValue: share.nullable(),
      /** Ids of its trials. */
      trials: z.array(z.string()),
      reasons: z.array(z.string()),
      next: z.string().optional(),
    })
    .optional(),
  /** Test examples with exactly the inputs of a training example, and repeated training inputs; null if not counted. */
  copies: copiesSchema.nullable().default(null),
  /**
   * The twin test: of test examples with exactly the inputs of a training example, how often networks trained on random
   * labels answer with the twin's. Null where there is no such example, or no network; absent before it was made.
   */
  twins: twinCheckSchema.nullable().optional(),
  /** Test images that nearly equal a training image, and the twin test of these; absent where nobody looked. */
  nearTwins: z
    .object({
      /** Test images that were looked at, of all; of these, those with a near twin. */
      looked: count,
      of: count,
      tests: count,
      /** Those that are as like several training images as twins are, of which none can be told; absent where there are none. */
      crowded: count.optional(),
      /** Null where there is none, or no network tells. */
      check: twinCheckSchema.nullable(),
    })
    .optional(),
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
  /** Leaks that would have been seen, and those that nothing here can see. */
  lookedAt: z.array(z.string()).optional(),
  notLookedAt: z.array(z.string()).optional(),
  /** The verdict in plain words, a few sentences. */
  text: z.string(),
});

export type SummaryRow = z.infer<typeof summaryRow>;
export type TwinCheck = z.infer<typeof twinCheckSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
