/**
 * @file Which code, engine and machine made a document.
 */

import { z } from "zod";
import { hideSecrets } from "../base/secrets.ts";

const count = z.int().min(0);

/** Which code, engine and machine made a result, and when. */
export const provenanceSchema = z.object({
  /** Version of Shatter. */
  version: z.string(),
  /** Commit of its sources, with `+changes` where they were modified; null outside a checkout. */
  commit: z.string().nullable(),
  engine: z.string(),
  device: z.string(),
  /** What computed there, and the layout of images it was given; absent where nobody wrote it down. */
  provider: z.string().optional(),
  layout: z.string().optional(),
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

export type Provenance = z.infer<typeof provenanceSchema>;

/** What is known before the time of a run is. */
export type RunProvenance = Omit<Provenance, "seconds" | "interrupted">;
