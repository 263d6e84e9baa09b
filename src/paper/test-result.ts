/**
 * @file What `shatter test` leaves behind: the JSON document `shatter/test@1`, its types and its schema.
 *
 * The document is stable: fields may be added within version 1, none is removed or changes its meaning.
 * Accuracies are in `[0, 1]`, losses in nats, times in seconds.
 */

import { z } from "zod";
import { inputsNames } from "../data/randomization.ts";
import { provenanceSchema } from "../document/provenance.ts";
import { findingSchema } from "../import/finding.ts";
import { conformanceSchema, trialSchema } from "../run/trial-record.ts";
import { recipeSchema } from "../train/recipe.ts";
import { summaryRow, verdictSchema } from "../verdict/schema.ts";
import { groupsSchema, targetSchema } from "./test-plan.ts";

const count = z.int().min(0);

/** A picture as the `data:` URL of a PNG. */
const image = z.string().regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/);

/** Pictures of examples, by their indices among the examples used; labels are classes. */
const picturesSchema = z.object({
  /** The seed of the randomizations shown. */
  seed: count,
  /** The same training examples in each kind of trial, with their true label and the one that was taught. */
  randomized: z.array(
    z.object({
      inputs: z.enum(inputsNames),
      nominal: z.number().min(0).max(1),
      examples: z.array(z.object({ index: count, label: count, given: count, image })),
    }),
  ),
  /** Examples that the networks find hard. */
  examples: z.array(z.object({ split: z.enum(["train", "test"]), index: count, image })),
});

export const testResultSchema = z.object({
  schema: z.literal("shatter/test@1"),
  dataset: z.object({
    name: z.string(),
    /** The name that trials' specs have for it, where that is another: of data at a path it is of their bytes alone. */
    identity: z.string().optional(),
    train: count,
    test: count,
    classes: count,
    /** What the classes are called. */
    classNames: z.array(z.string()).optional(),
    /** The number to be told, its mean and deviation in training, in its own unit; absent for classes. All accuracies are R squared then. */
    target: targetSchema.optional(),
    /** `[classes]`: number of training and of test examples by true class; absent where numbers are told. */
    counts: z.object({ train: z.array(count), test: z.array(count) }).optional(),
    /** Number of groups in each split, where examples are grouped: they are the number that counts. */
    groups: groupsSchema.optional(),
    /** Shape of one example as the network sees it. */
    shape: z.array(count),
    /** SHA-256 of the unrandomized training and test data. */
    hash: z.string(),
  }),
  model: z.object({
    name: z.string(),
    parameters: count,
    /** Of a model file: what specs call it by, its hash and how it is read, and what its check found. */
    file: z.object({ identity: z.string(), findings: z.array(findingSchema) }).optional(),
  }),
  // Not strict, as recipes are: later versions may have more to say.
  recipe: z.object({ ...recipeSchema.shape, fit: z.object(recipeSchema.shape.fit.shape) }),
  trials: z.array(trialSchema),
  /** One row a kind of trial, over its seeds. */
  summary: z.array(summaryRow),
  conformance: conformanceSchema,
  verdict: verdictSchema,
  /** Of images, where pictures were asked for. */
  pictures: picturesSchema.optional(),
  provenance: provenanceSchema,
});

export type TestResult = z.infer<typeof testResultSchema>;

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/test@1.json`. */
export const testJsonSchema = (): object => ({
  $id: "shatter/test@1",
  title: "Result of a randomization test",
  // As input, so that documents with fields of later versions are valid too.
  ...z.toJSONSchema(testResultSchema, { io: "input" }),
});
