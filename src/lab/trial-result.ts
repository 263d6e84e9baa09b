/**
 * @file What a lab keeps of a trial: the JSON document `shatter/trial-result@1`.
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
