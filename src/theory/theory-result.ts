/**
 * @file What a computation of the paper's theory leaves behind: the JSON document `shatter/theory@1`, its types and
 * its schema.
 *
 * It holds everything a report draws, in the parts experiments are made of (tables, plots, claims), and `numbers`: all
 * that was computed, under stable names, for programs.
 */

import { z } from "zod";
import { claimSchema } from "../document/claims.ts";
import { plotSchema } from "../document/plot.ts";
import { provenanceSchema } from "../document/provenance.ts";
import { tableSchema } from "../document/table.ts";

/** What can be computed, in the order of the paper, then what others asked after it, and the learning-rate range test. */
export const theories = [
  "rademacher",
  "stability",
  "expressivity",
  "kernel",
  "implicit",
  "memorization",
  "measures",
  "double-descent",
  "lr",
] as const;

export const theoryResultSchema = z.object({
  schema: z.literal("shatter/theory@1"),
  name: z.enum(theories),
  title: z.string(),
  /** What it asks, in one sentence. */
  question: z.string(),
  /** What came out, a sentence each, with the numbers; the first is the headline. */
  findings: z.array(z.string()),
  /** Where it is in the paper: "Section 4, Theorem 1". */
  source: z.string(),
  /** How it was computed, a sentence each, with the source of every method. */
  method: z.array(z.string()),
  /** What was chosen and what differs from the paper, a sentence each. */
  notes: z.array(z.string()),
  /** What was asked for, by the name of the option. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  tables: z.array(tableSchema),
  plots: z.array(plotSchema),
  claims: z.array(claimSchema),
  /** Every number of the result by a stable name, such as `testError`; arrays for one a class, or one a size. */
  numbers: z.record(z.string(), z.union([z.number(), z.null(), z.array(z.number().nullable())])),
  provenance: provenanceSchema,
});

export type TheoryResult = z.infer<typeof theoryResultSchema>;
export type TheoryName = (typeof theories)[number];

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/theory@1.json`. */
export const theoryJsonSchema = (): object => ({
  $id: "shatter/theory@1",
  title: "Result of a computation of the paper's theory",
  ...z.toJSONSchema(theoryResultSchema, { io: "input" }),
});
