/**
 * @file Finds checkpoints that nothing goes on from any more, and removes them.
 */

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { LocalLab } from "./open.ts";

/** Something that can go. */
export interface Garbage {
  /** A file's name, or `database: trial <id>`. */
  readonly what: string;
  readonly bytes: number;
  /** Why nothing goes on from it, in words. */
  readonly why: string;
}

/** How old a half-written file must be before it counts as left behind, in milliseconds. */
const DRAFT_MS = 3600_000;

const NAME = /^([0-9a-f]{16})\.(.*)$/;

/**
 * Find the checkpoints of a lab that are of no use: of trials that are done, cancelled or unknown, damaged ones, and
 * what killed processes left half written. Those of trials that wait, run or are in quarantine stay.
 *
 * @param remove - Whether to remove them, too.
 */
export async function collectGarbage(lab: LocalLab, remove: boolean): Promise<Garbage[]> {
  const { tables } = lab.database;
  const states = new Map(
    (await tables.selectFrom("trials").select(["id", "state"]).execute()).map(({ id, state }) => [id, state]),
  );
  const uselessness = (trial: string): string | undefined => {
    const state = states.get(trial);
    if (state === undefined) return "its trial is not of this lab";
    return state === "done" || state === "cancelled" ? `its trial is ${state}` : undefined;
  };
  const garbage: Garbage[] = [];
  for (const name of (await readdir(lab.checkpoints).catch(() => [])).sort()) {
    const [, trial, kind] = NAME.exec(name) ?? [];
    if (trial === undefined || kind === undefined) continue;
    const path = join(lab.checkpoints, name);
    const facts = await stat(path).catch(() => undefined);
    if (!facts) continue;
    const isDraft = kind.endsWith(".tmp");
    if (isDraft && Date.now() - facts.mtimeMs < DRAFT_MS) continue;
    const why = kind.startsWith("unusable")
      ? "it is damaged"
      : isDraft
        ? "it was left half written"
        : uselessness(trial);
    if (why === undefined) continue;
    garbage.push({ what: name, bytes: facts.size, why });
    if (remove) await rm(path, { force: true });
  }
  const rows = await tables
    .selectFrom("checkpoints")
    .leftJoin("trials", "trials.id", "checkpoints.trial_id")
    .select(["trial_id", sql<number>`sum(coalesce(length(bytes), 0))::float8`.as("bytes")])
    .where((where) => where.or([where("state", "is", null), where("state", "in", ["done", "cancelled"])]))
    .groupBy("trial_id")
    .orderBy("trial_id")
    .execute();
  for (const { trial_id, bytes } of rows) {
    garbage.push({
      what: `database: trial ${trial_id}`,
      bytes,
      why: uselessness(trial_id) ?? "its trial is gone",
    });
    if (remove) await tables.deleteFrom("checkpoints").where("trial_id", "=", trial_id).execute();
  }
  return garbage;
}
