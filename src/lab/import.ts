/**
 * @file Takes finished trials from files into a lab: those of a lab of version 0.1, which kept a file a trial, those
 * that a full disk drove elsewhere, and those of an exported bundle.
 */

import type { StoredTrial } from "../run/trial-result.ts";
import type { Tx } from "../store/database.ts";
import { doneTrials, importResult } from "../store/results.ts";
import { resultRow } from "./result-row.ts";
import { openTrialStore } from "./trial-files.ts";
import { trialRow } from "./trial-row.ts";

/**
 * Take in those trials of a folder that the lab does not have; the files stay. Returns how many.
 *
 * @param onAside - Told which files were put aside, as they are no trials; without it, one such file is refused.
 */
export async function importTrialFiles(
  tables: Tx,
  folder: string,
  onAside?: (message: string) => void,
): Promise<number> {
  const store = openTrialStore(folder, onAside);
  const there = await store.ids();
  if (there.length === 0) return 0;
  const done = await doneTrials(tables);
  let taken = 0;
  for (const id of there.filter((one) => !done.has(one))) {
    const trial = await store.read(id);
    if (trial && (await importTrial(tables, trial))) taken++;
  }
  return taken;
}

/** Take in a finished trial; false if the lab has it. */
export async function importTrial(tables: Tx, trial: StoredTrial): Promise<boolean> {
  const { spec, result } = trial;
  const { name, train, test } = spec.dataset;
  const source = { name, n: train, testN: test };
  await tables
    .insertInto("trials")
    .values(trialRow({ id: result.id, spec, source, escalation: result.escalation }))
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  const row = { trial_id: result.id, attempt: 0, ...(await resultRow(trial)) };
  return await importResult(tables, row, result.history);
}
