/**
 * @file All that the page of one trial shows.
 */

import { z } from "zod";
import type { DatabaseLab } from "../lab/open.ts";
import { conformanceSchema } from "../run/trial-record.ts";
import { trialResultSchema } from "../run/trial-result.ts";
import { checkpointsOf } from "../store/checkpoints.ts";
import { readTrial } from "../store/experiments.ts";
import { eventsOf, experimentsOf, lastEvent, resultOf, triesOf } from "../store/read/trial.ts";
import { readLines } from "../store/read/trials.ts";
import { trialSpecSchema } from "../train/spec.ts";
import type { TrialAnswer } from "./api.ts";
import { describeEvent } from "./event-text.ts";
import { notFound } from "./refusal.ts";

/** Events of a trial's page. */
const EVENTS = 200;

/** What the event `prepared` says. */
const prepared = z.object({ touched: z.string(), conformance: conformanceSchema });

/**
 * The page of a trial.
 *
 * @throws Refusal (404) if the lab has no such trial.
 */
export async function trialPage({ database, networks }: DatabaseLab, id: string): Promise<TrialAnswer> {
  const db = database.tables;
  const [line] = await readLines(db, [id]);
  const row = await readTrial(db, id);
  if (!line || !row) throw notFound("trial", id);
  const stored = trialResultSchema.safeParse(await resultOf(db, id)).data;
  const facts = prepared.safeParse(await lastEvent(db, id, "prepared")).data;
  const { history: _, confusion = null, ...result } = stored?.result ?? {};
  return {
    ...line,
    spec: trialSpecSchema.parse(row.spec),
    result: stored ? (result as TrialAnswer["result"]) : null,
    confusion,
    provenance: stored?.provenance ?? null,
    conformance: facts?.conformance ?? [],
    touched: facts?.touched ?? stored?.result.touched ?? null,
    experiments: await experimentsOf(db, id),
    tries: await triesOf(db, id),
    checkpoints: (await checkpointsOf(db, id)).map(({ attempt, epochs, step, size, hash, created_at }) => ({
      attempt,
      epochs,
      step,
      size,
      hash,
      createdAt: created_at.toISOString(),
    })),
    network: { bytes: (await networks.size(id)) ?? null, mostBytes: networks.mostBytes },
    events: (await eventsOf(db, id, EVENTS)).map(({ at, attempt, type, data }) => ({
      at,
      attempt,
      type,
      text: describeEvent(type, data),
    })),
  };
}
