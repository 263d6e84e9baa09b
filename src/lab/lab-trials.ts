/**
 * @file Finds trials in a lab for whoever trains them again, and brings what they need to this machine.
 */

import { DataError } from "../base/errors.ts";
import type { PlannedTrial } from "../run/record.ts";
import type { DataSource } from "../run/runner.ts";
import { type StoredTrial, trialResultSchema } from "../run/trial-result.ts";
import { readResults } from "../store/results.ts";
import { type TrialSpec, trialId, trialSpecSchema } from "../train/spec.ts";
import type { LabPlace } from "./lab.ts";
import { openExistingLab } from "./open.ts";

/** What a lab knows of a trial. */
export interface LabTrial extends PlannedTrial {
  /** What it came to; undefined where it is not done there. */
  readonly stored: StoredTrial | undefined;
}

/** Trials that were found, and the folder of their contents. */
interface Found {
  readonly trials: ReadonlyMap<string, LabTrial>;
  readonly contents: string;
}

/**
 * Find trials in a lab.
 *
 * @param wanted - Their ids; or the first digits of one, of which two are found at most.
 * @throws UsageError if there is no lab; DataError if it cannot be opened, or what it says of a trial cannot be read.
 */
export async function findInLab(
  wanted: readonly string[] | string,
  place: Pick<LabPlace, "lab" | "databaseUrl">,
  onWarning: LabPlace["onWarning"],
): Promise<Found> {
  await using lab = await openExistingLab({ ...place, onWarning });
  const { tables } = lab.database;
  const all = tables.selectFrom("trials").select(["id", "spec", "source", "escalation"]);
  const rows = await (typeof wanted === "string"
    ? all.where("id", "like", `${wanted}%`).limit(2)
    : all.where("id", "in", wanted)
  ).execute();
  const stored = await readResults(
    tables,
    rows.map(({ id }) => id),
  );
  const trials = new Map<string, LabTrial>();
  for (const { id, escalation, ...row } of rows) {
    const spec = trialSpecSchema.safeParse(row.spec);
    if (!spec.success || (await trialId(row.spec as TrialSpec)) !== id) {
      throw new DataError(`trial ${id}: expected its spec in the lab, got one of another version of Shatter`);
    }
    const source = row.source as DataSource;
    await lab.contents.fetch(spec.data, source);
    const document = trialResultSchema.safeParse(stored.get(id));
    trials.set(id, { id, spec: spec.data, source, escalation, stored: document.data });
  }
  return { trials, contents: lab.contents.files.folder };
}
