/**
 * @file What an experiment leaves behind: the JSON document `shatter/experiment@1`, its types and its schema.
 *
 * It holds everything a report draws: tables, plots and claims, each number beside the paper's; and the trials
 * they were read from. Accuracies and errors are in `[0, 1]`, losses in nats, times in seconds.
 */

import { z } from "zod";
import { trialSpecSchema } from "../train/spec.ts";
import { provenanceSchema, trialSchema } from "./result.ts";

const count = z.int().min(0);

/** One of our numbers over seeds, beside the paper's. */
const measurement = z.object({
  /** Mean over seeds; null if not measured, or not reached within the epochs allowed. */
  value: z.number().nullable(),
  /** 95 % interval (Student's t); null for fewer than three seeds. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Seeds it is the mean of. */
  n: count,
  /** The paper's value; null if the paper has none. */
  paper: z.number().nullable(),
  /** Ours minus the paper's; null if either is missing. */
  difference: z.number().nullable(),
  /** What a reader must know about this number: "not reached in 64 epochs". */
  note: z.string().nullable(),
});

/**
 * How a number is shown. Shares are shown as percentages; text is shown as it is; a `number` has no unit and any
 * size, such as a norm or a residual.
 */
export const units = [
  "text",
  "count",
  "share",
  "error",
  "ratio",
  "epochs",
  "nats",
  "seconds",
  "bytes",
  "number",
] as const;

const column = z.object({
  key: z.string(),
  title: z.string(),
  unit: z.enum(units),
  /** True if the column's cells are measurements, false if they are plain. */
  measured: z.boolean(),
});

const plainCell = z.object({ text: z.union([z.string(), z.number(), z.boolean()]).nullable() });
const measuredCell = z.object({ measurement });

export const tableSchema = z.object({
  /** For file names: `table-1`. */
  name: z.string(),
  title: z.string(),
  caption: z.string(),
  columns: z.array(column),
  /** Cells by the key of their column; a missing key is an empty cell. */
  rows: z.array(z.record(z.string(), z.union([measuredCell, plainCell]))),
});

const point = z.object({
  x: z.number(),
  y: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
});

const series = z.object({
  /** What the legend says: a model, or a randomization. */
  title: z.string(),
  points: z.array(point),
  /** False where points are corners of a line and not what was measured: they are not marked. True if not given. */
  markers: z.boolean().optional(),
  /** The paper's curve, drawn beside ours; empty if it has none. */
  paper: z.array(z.object({ x: z.number(), y: z.number() })),
});

const axis = z.object({
  label: z.string(),
  unit: z.enum(units),
  /** Smallest and largest value shown; null for what the points need. */
  domain: z.tuple([z.number(), z.number()]).nullable(),
  /** `linear` if not given; on a `log` axis values of 0 or less are not drawn. */
  scale: z.enum(["linear", "log"]).optional(),
});

export const plotSchema = z.object({
  /** For file names: `figure-1b-accuracy`. */
  name: z.string(),
  title: z.string(),
  caption: z.string(),
  x: axis,
  y: axis,
  /** Horizontal lines to compare with, such as chance. */
  guides: z.array(z.object({ label: z.string(), y: z.number() })),
  series: z.array(series),
});

export const claimOutcomes = ["reproduced", "not reproduced", "not tested"] as const;

export const claimSchema = z.object({
  /** Number of the claim in our list of the paper's claims. */
  number: z.int().min(1),
  /** The claim, as a sentence. */
  text: z.string(),
  outcome: z.enum(claimOutcomes),
  /** The numbers that say so, or what is missing, as a sentence. */
  evidence: z.string(),
});

export const experimentResultSchema = z.object({
  schema: z.literal("shatter/experiment@1"),
  /** Tells experiments of one name apart: `figure-1c-custom-3f2a1b`. */
  id: z.string().optional(),
  /** `table-1`, or the name of an experiment file without its extension. */
  name: z.string(),
  title: z.string(),
  /** What it asks, in one sentence. */
  question: z.string().optional(),
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
export type Measurement = z.infer<typeof measurement>;
export type ExperimentTable = z.infer<typeof tableSchema>;
export type Column = z.infer<typeof column>;
export type Cell = ExperimentTable["rows"][number][string];
export type ExperimentPlot = z.infer<typeof plotSchema>;
export type Series = z.infer<typeof series>;
export type Claim = z.infer<typeof claimSchema>;
export type Unit = (typeof units)[number];

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/experiment@1.json`. */
export const experimentJsonSchema = (): object => ({
  $id: "shatter/experiment@1",
  title: "Result of an experiment",
  ...z.toJSONSchema(experimentResultSchema, { io: "input" }),
});
