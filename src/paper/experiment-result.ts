/**
 * @file What an experiment leaves behind: the JSON document `shatter/experiment@1`, its types and its schema.
 *
 * It holds everything a report draws: tables, plots and claims, each number beside the paper's; and the trials
 * they were read from. Accuracies and errors are in `[0, 1]`, losses in nats, times in seconds.
 */

import { z } from "zod";
import { claimSchema } from "../document/claims.ts";
import { plotSchema } from "../document/plot.ts";
import { provenanceSchema } from "../document/provenance.ts";
import { tableSchema } from "../document/table.ts";
import { trialSchema } from "../run/trial-record.ts";
import { trialSpecSchema } from "../train/spec.ts";

export const experimentResultSchema = z.object({
  schema: z.literal("shatter/experiment@1"),
  /** Tells experiments of one name apart: `figure-1c-custom-3f2a1b`. */
  id: z.string().optional(),
  /** `table-1`, or the name of an experiment file without its extension. */
  name: z.string(),
  title: z.string(),
  /** What it asks, in one sentence. */
  question: z.string().optional(),
  /** What came out, in a sentence or two; absent where nobody says. */
  summary: z.string().optional(),
  /** Where it is in the paper; null for an experiment of a user. */
  source: z.string().nullable(),
  /** `paper`, `small`, `smoke`, or `custom` for an experiment of a user. */
  scale: z.enum(["paper", "small", "smoke", "custom"]),
  /** What was chosen and what differs from the paper, a sentence each. */
  notes: z.array(z.string()),
  tables: z.array(tableSchema),
  plots: z.array(plotSchema),
  claims: z.array(claimSchema),
  trials: z.array(z.object({ spec: trialSpecSchema, result: trialSchema })),
  provenance: provenanceSchema,
});

export type ExperimentResult = z.infer<typeof experimentResultSchema>;

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/experiment@1.json`. */
export const experimentJsonSchema = (): object => ({
  $id: "shatter/experiment@1",
  title: "Result of an experiment",
  ...z.toJSONSchema(experimentResultSchema, { io: "input" }),
});
