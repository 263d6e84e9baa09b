/**
 * @file What a lab says about itself, as an export has it; and the same kept beside a database in a folder.
 */

import { join, resolve } from "node:path";
import { UsageError } from "../base/errors.ts";
import { writeWhole } from "../disk/whole-files.ts";
import { version } from "../run/node/version.ts";
import { type TrialStore, trialResultSchema } from "../run/trial-result.ts";
import type { Tx } from "../store/database.ts";
import { allExperiments, trialsOf } from "../store/experiments.ts";
import { doneTrials, readResults } from "../store/results.ts";
import { type Bundle, bundleSchema } from "./bundle-document.ts";

/** Trials read at once: their documents hold whole histories. */
export const BATCH = 500;

/** What a lab, or one of its experiments, says about itself. */
export async function describeLab(tables: Tx, experiment?: string): Promise<Bundle> {
  const all = (await allExperiments(tables)).toReversed();
  const chosen = all.filter(({ id }) => experiment === undefined || id === experiment);
  if (experiment !== undefined && chosen.length === 0) {
    throw new UsageError(
      `\`experiment\`: expected one of this lab (${all.map(({ id }) => id).join(", ") || "it has none"}), got "${experiment}"`,
    );
  }
  const experiments: Bundle["experiments"] = [];
  for (const { id, name, title, scale, source, definition, priority } of chosen) {
    const trials = (await trialsOf(tables, id)).map((trial) => trial.id);
    experiments.push({ id, name, title, scale, source, definition, priority, trials });
  }
  const rows = await tables
    .selectFrom("trials")
    .select(["id", "spec", "source", "escalation", "state", "error"])
    .orderBy("id")
    .execute();
  const wanted = new Set(experiments.flatMap(({ trials }) => trials));
  const ours = rows.filter(({ id }) => experiment === undefined || wanted.has(id));
  const open = ours.filter(({ state }) => state !== "done");
  return {
    schema: "shatter/lab@1",
    version,
    exported: new Date().toISOString(),
    experiments,
    done: ours.filter(({ state }) => state === "done").map(({ id }) => id),
    open: open.map(({ state, spec, source, ...rest }) =>
      bundleSchema.shape.open.element.parse({
        ...rest,
        spec,
        source,
        state: state === "running" ? "waiting" : state,
      }),
    ),
  };
}

/** Write what a lab says about itself; a folder with this file is a whole export. */
export const writeBundle = (bundle: Bundle, folder: string): Promise<void> =>
  writeWhole(join(folder, "lab.json"), `${JSON.stringify(bundle, null, 1)}\n`);

/** Write what a lab says about itself, as an export has it, beside its database. */
export const backUpLab = async (tables: Tx, lab: string): Promise<void> =>
  await writeBundle(await describeLab(tables), resolve(lab));

/** Write the results of a lab that have no file beside its database yet. */
export async function backUpResults(tables: Tx, store: TrialStore): Promise<void> {
  const there = new Set(await store.ids());
  const missing = [...(await doneTrials(tables))].filter((id) => !there.has(id));
  for (let start = 0; start < missing.length; start += BATCH) {
    for (const document of (await readResults(tables, missing.slice(start, start + BATCH))).values()) {
      await store.write(trialResultSchema.parse(document));
    }
  }
}
