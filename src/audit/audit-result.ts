/**
 * @file What `shatter data audit` leaves behind: the JSON document `shatter/audit@1`, its types and its schema.
 *
 * Each section answers one question about the data, in parts that reports draw without knowing what they are about:
 * sentences, tables, plots and pictures; and `numbers`, all that was computed, under stable names, for programs.
 */

import { z } from "zod";
import { plotSchema } from "../document/plot.ts";
import { provenanceSchema } from "../document/provenance.ts";
import { tableSchema } from "../document/table.ts";

const count = z.int().min(0);

/** What was looked for has not been found; is worth knowing; or makes accuracies on these data say something else. */
export const outcomes = ["clear", "notice", "alarm"] as const;

const exampleSchema = z.object({
  split: z.enum(["train", "test"]),
  /** Its place in the split, from 0. */
  index: count,
  /** The class it is labeled with. */
  label: z.string(),
  /** What is to be read below it, where there is more to say; absent where there is not. */
  note: z.string().optional(),
  /** Its picture as the `data:` URL of a PNG; null where nobody has drawn it, as of rows of a table. */
  image: z
    .string()
    .regex(/^data:image\/png;base64,[A-Za-z0-9+/]+=*$/)
    .nullable(),
});

const pictureSchema = z.object({
  /** What the examples have to do with each other. */
  caption: z.string(),
  /** Side by side. */
  examples: z.array(exampleSchema),
});

const sectionSchema = z.object({
  /** Stable, such as `copies`. */
  name: z.string(),
  /** What it is about: "Equal inputs". */
  title: z.string(),
  outcome: z.enum(outcomes),
  /** What was found, a sentence each, with the numbers; the first is the headline. */
  findings: z.array(z.string()).min(1),
  /** How it was looked for, a sentence each, with the source of every method. */
  method: z.array(z.string()),
  /** To be read. */
  tables: z.array(tableSchema),
  plots: z.array(plotSchema),
  /** Tables of single cases, to be looked up: as files, and folded away on pages. */
  lists: z.array(tableSchema),
  pictures: z.array(pictureSchema),
  /** Every number of the section by a stable name, such as `testCopies`; arrays for one a class. */
  numbers: z.record(z.string(), z.union([z.number(), z.null(), z.array(z.number().nullable())])),
});

export const auditResultSchema = z.object({
  schema: z.literal("shatter/audit@1"),
  dataset: z.object({
    name: z.string(),
    /** The name that trials' specs have for it, where that is another. */
    identity: z.string().optional(),
    train: count,
    test: count,
    classNames: z.array(z.string()),
    /** Shape of one example. */
    shape: z.array(count),
    /** SHA-256 of the training and test data, as in specs. */
    hash: z.string(),
  }),
  /** What matters most, in a sentence. */
  headline: z.string(),
  sections: z.array(sectionSchema),
  /** What nobody looked for, a phrase each, and why. */
  notLookedAt: z.array(z.string()),
  /** What was asked for, by the name of the option. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  provenance: provenanceSchema,
});

export type AuditResult = z.infer<typeof auditResultSchema>;
export type AuditSection = z.infer<typeof sectionSchema>;
export type AuditPicture = z.infer<typeof pictureSchema>;
export type AuditExample = z.infer<typeof exampleSchema>;

/** The JSON Schema (draft 2020-12) of the document, as it is published in `schema/audit@1.json`. */
export const auditJsonSchema = (): object => ({
  $id: "shatter/audit@1",
  title: "What was found in a dataset",
  ...z.toJSONSchema(auditResultSchema, { io: "input" }),
});
