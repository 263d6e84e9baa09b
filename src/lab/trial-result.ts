/**
 * @file What a lab keeps of a finished trial: the JSON document `shatter/trial-result@1`, and a folder of such documents.
 */

import { z } from "zod";
import { trialSpecSchema } from "../train/spec.ts";
import { provenanceSchema, trialSchema } from "./result.ts";

export const trialResultSchema = z.object({
  schema: z.literal("shatter/trial-result@1"),
  spec: trialSpecSchema,
  result: trialSchema,
  provenance: provenanceSchema,
});

export type StoredTrial = z.infer<typeof trialResultSchema>;

/** Finished trials as files. Several processes may use one folder at once. */
export interface TrialStore {
  /** Where its files are. */
  readonly folder: string;
  /** Ids of the trials there are. */
  ids(): Promise<string[]>;
  /** Every trial there is. */
  all(): Promise<StoredTrial[]>;
  /** One trial; undefined if it is not there. */
  read(id: string): Promise<StoredTrial | undefined>;
  /**
   * Keep a trial.
   *
   * @throws DataError if it cannot be written.
   */
  write(trial: StoredTrial): Promise<void>;
}
