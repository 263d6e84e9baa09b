/**
 * @file What a lab keeps of a finished trial: the JSON document `shatter/trial-result@1`, and a folder of such documents.
 */

import { z } from "zod";
import { LARGEST_WHOLE } from "../base/limits.ts";
import { provenanceSchema } from "../document/provenance.ts";
import { trialSpecSchema } from "../train/spec.ts";
import { conformanceSchema, trialSchema } from "./trial-record.ts";

export const trialResultSchema = z.object({
  schema: z.literal("shatter/trial-result@1"),
  spec: trialSpecSchema,
  result: trialSchema,
  /** What the checks of its randomized data said; absent in documents of labs before these were kept. */
  conformance: conformanceSchema.optional(),
  provenance: provenanceSchema,
});

export type StoredTrial = z.infer<typeof trialResultSchema>;

/** What of a finished trial cannot be, as its spec is another's, or as it says two things; undefined if all can. */
export function contradictionOf({ spec, result }: StoredTrial): string | undefined {
  const { epochs, learningRate } = spec.recipe;
  const equal: readonly (readonly [field: string, expected: unknown, got: unknown])[] = [
    ["seed", spec.seed, result.seed],
    ["inputs", spec.inputs, result.inputs],
    ["labels.nominal", spec.corrupt, result.labels.nominal],
    ["epochsAllowed", epochs, result.epochsAllowed],
    ["learningRate", learningRate, result.learningRate],
  ];
  const other = equal.find(([, expected, got]) => expected !== got);
  if (other) {
    const [field, expected, got] = other;
    return `result.${field}: expected ${expected}, which its spec says, got ${got}`;
  }
  if (result.status !== "done" && result.status !== "diverged") {
    return `result.status: expected done or diverged, got ${result.status}`;
  }
  const most: readonly (readonly [field: string, most: number, got: number | null | undefined])[] = [
    ["epochs", epochs, result.epochs],
    ["epochsToFit", result.epochs, result.epochsToFit],
    ["epochsTo95", result.epochs, result.epochsTo95],
    ["best.epoch", result.epochs, result.best?.epoch],
    ["history: epoch", result.epochs, result.history.at(-1)?.epoch],
    ["escalation", LARGEST_WHOLE, result.escalation],
  ];
  const large = most.find(([, bound, got]) => (got ?? 0) > bound);
  if (large) return `result.${large[0]}: expected at most ${large[1]}, got ${large[2]}`;
  const epochsMeasured = [0, ...result.history.map(({ epoch }) => epoch)];
  const late = epochsMeasured.findIndex((epoch, index) => index > 0 && epoch <= epochsMeasured[index - 1]!);
  if (late < 0) return undefined;
  return `result.history: expected each epoch once, in their order, got epoch ${epochsMeasured[late]} after ${epochsMeasured[late - 1]}`;
}

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
