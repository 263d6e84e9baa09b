/**
 * @file What an exported lab says about itself: the JSON document `shatter/lab@1`, beside a file a trial.
 */

import { z } from "zod";
import { trialSpecSchema } from "../train/spec.ts";

const trialId = z.string().regex(/^[0-9a-f]{16}$/);

/** A list in which nothing stands twice. */
const once = <T extends z.ZodType>(item: T, idOf: (item: z.infer<T>) => string) =>
  z.array(item).superRefine((items, context) => {
    const seen = new Set<string>();
    for (const [index, one] of items.entries()) {
      const id = idOf(one);
      if (seen.has(id)) context.addIssue({ code: "custom", path: [index], message: `expected ${id} once` });
      seen.add(id);
    }
  });

/** A trial that is not done. */
const openTrialSchema = z.object({
  id: trialId,
  spec: trialSpecSchema,
  /** Where its examples come from, but for the folder. */
  source: z.object({
    name: z.string(),
    n: z.int().optional(),
    testN: z.int().optional(),
    seed: z.int().optional(),
  }),
  escalation: z.int32(),
  state: z.enum(["waiting", "quarantined", "cancelled"]),
  error: z.string().nullable(),
});

export const bundleSchema = z.object({
  schema: z.literal("shatter/lab@1"),
  /** Version of Shatter that wrote it. */
  version: z.string(),
  exported: z.string(),
  experiments: once(
    z.object({
      id: z.string().min(1).max(200),
      name: z.string(),
      title: z.string(),
      scale: z.string(),
      source: z.string().nullable(),
      definition: z.unknown(),
      priority: z.int32(),
      /** Ids of its trials, in its order. */
      trials: once(trialId, (id) => id),
    }),
    ({ id }) => id,
  ),
  /** Trials that are done: each has a file `trials/<id>.json`. */
  done: z.array(trialId),
  open: once(openTrialSchema, ({ id }) => id),
});

export type Bundle = z.infer<typeof bundleSchema>;
