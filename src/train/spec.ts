/**
 * @file A trial is its spec: everything that decides its result, and nothing else.
 */

import { z } from "zod";
import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import { storable, whole } from "../base/limits.ts";
import { inputsNames } from "../data/randomization.ts";
import { recipeSchema } from "./recipe.ts";

/** Shape and limits of a trial's spec. */
export const trialSpecSchema = z.strictObject({
  schema: z.literal("shatter/trial@1"),
  dataset: z.strictObject({
    name: storable(),
    /** SHA-256 of the examples used, before randomization: the same name may hold other bytes elsewhere. */
    hash: storable(),
    /** Number of training and of test examples used. */
    train: whole(1),
    test: whole(1),
    /** What labels stand for: classes where this is absent. */
    told: z.literal("numbers").optional(),
  }),
  inputs: z.enum(inputsNames),
  /** Probability that a label is corrupted. */
  corrupt: z.number().min(0).max(1),
  /** How: redrawn where this is absent, as it was before there was a choice, so that ids stay what they are. */
  labels: z.literal("permute").optional(),
  model: storable(),
  recipe: recipeSchema,
  /** One seed stands for one repetition of everything: corruption, initialization, order, dropout. */
  seed: whole(0),
});

export type TrialSpec = z.infer<typeof trialSpecSchema>;

/** The trial's name: the first 16 digits of the SHA-256 of its canonical spec. */
export async function trialId(spec: TrialSpec): Promise<string> {
  return (await sha256(canonicalJson(spec as unknown as Json))).slice(0, 16);
}
