/**
 * @file What a replay leaves: the JSON document `shatter/replay@1`, its types and its schema.
 *
 * Accuracies are in `[0, 1]`, losses in nats.
 */

import { z } from "zod";
import { provenanceSchema } from "../document/provenance.ts";

const count = z.int().min(0);

const comparisonSchema = z.object({
  /** Whether the randomized data are equal; null where their hash was not recorded. */
  data: z.boolean().nullable(),
  /** Whether what the trial came to is, byte for byte. */
  outcome: z.boolean(),
  history: z.boolean(),
  /** Whether the trained parameters are; null where their hash was not recorded. */
  parameters: z.boolean().nullable(),
  /** Fields of the outcome that differ. */
  fields: z.array(z.string()),
  /** Largest distance of two accuracies, and of two losses; null where there are none to compare. */
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
});

/** What of code, engine and machine is not what it was. */
const changeSchema = z.object({ field: z.string(), before: z.string(), now: z.string() });

export const replayResultSchema = z.object({
  schema: z.literal("shatter/replay@1"),
  /** The document that was replayed. */
  of: z.object({ schema: z.string(), title: z.string(), started: z.string() }),
  trials: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** `failed`: trained again, it did not come to its end. `not compared`: it did not when it was recorded. */
      answer: z.enum(["equal", "different", "failed", "not compared"]),
      /** Why it was not compared. */
      reason: z.string().optional(),
      /** Null where there is nothing to compare. */
      comparison: comparisonSchema.nullable(),
      /** What differs in how it was made; may explain a difference. */
      changes: z.array(changeSchema),
    }),
  ),
  equal: count,
  different: count,
  failed: count,
  notCompared: count,
  /** Of the replay. */
  provenance: provenanceSchema,
});

export type ReplayResult = z.infer<typeof replayResultSchema>;
export type ReplayedTrial = ReplayResult["trials"][number];

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/replay@1.json`. */
export const replayJsonSchema = (): object => ({
  $id: "shatter/replay@1",
  title: "Result of a replay",
  ...z.toJSONSchema(replayResultSchema, { io: "input" }),
});
