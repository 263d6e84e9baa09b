/**
 * @file Exports a lab as a folder of plain files, and takes such a folder into another lab.
 */

import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { csvFormat } from "d3-dsv";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { makeFolder } from "../base/process-files.ts";
import { checkpointsOf, importCheckpoint, readCheckpoint } from "../store/checkpoints.ts";
import type { Database } from "../store/database.ts";
import { allExperiments, planExperiment, trialsOf } from "../store/experiments.ts";
import { readResults } from "../store/results.ts";
import { positionOf } from "../train/checkpoint.ts";
import { trialId } from "../train/spec.ts";
import { type Bundle, bundleSchema } from "./bundle.ts";
import { newestFile } from "./process-checkpoints.ts";
import { importTrialFiles } from "./process-import.ts";
import type { LocalLab } from "./process-lab.ts";
import { version } from "./process-provenance.ts";
import { openTrialStore } from "./process-store.ts";
import { trialResultSchema } from "./trial-result.ts";
import { trialRow } from "./trial-row.ts";

/** What an export or an import moved. */
export interface Moved {
  readonly experiments: number;
  /** Trials that are done, and trials that are not. */
  readonly done: number;
  readonly open: number;
  readonly checkpoints: number;
}

/** Trials read at once: their documents hold whole histories. */
const BATCH = 500;

/**
 * Write a lab, or one of its experiments, into a folder: `lab.json`, `trials/<id>.json`, `trials.csv`, `epochs.csv`, and
 * the newest checkpoint of every trial that is not done.
 *
 * @throws UsageError if the folder has something in it already.
 */
export async function exportLab(lab: LocalLab, out: string, experiment?: string): Promise<Moved> {
  const folder = resolve(out);
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UsageError(`--out: expected a folder, got ${out}: ${error.message}`);
  });
  if (there.length > 0) {
    throw new UsageError(`--out: expected an empty folder or none, got ${out} with ${there.length} entries`);
  }
  await makeFolder(folder);
  const { tables } = lab.database;
  const all = (await allExperiments(tables)).toReversed();
  const chosen = all.filter(({ id }) => experiment === undefined || id === experiment);
  if (experiment !== undefined && chosen.length === 0) {
    throw new UsageError(
      `--experiment: expected one of this lab (${all.map(({ id }) => id).join(", ") || "it has none"}), got "${experiment}"`,
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
  const done = ours.filter(({ state }) => state === "done").map(({ id }) => id);
  const open = ours.filter(({ state }) => state !== "done");
  await writeTrials(lab.database, folder, done);
  const checkpoints = await writeCheckpoints(
    lab,
    folder,
    open.map(({ id }) => id),
  );
  const bundle: Bundle = {
    ...{ schema: "shatter/lab@1", version, exported: new Date().toISOString(), experiments, done },
    open: open.map(({ state, spec, source, ...rest }) =>
      bundleSchema.shape.open.element.parse({
        ...{ ...rest, spec, source, state: state === "running" ? "waiting" : state },
      }),
    ),
  };
  // Last: a folder with this file is a whole export.
  await writeFile(join(folder, "lab.json"), `${JSON.stringify(bundle, null, 1)}\n`);
  return { experiments: experiments.length, done: done.length, open: open.length, checkpoints };
}

/** Write the documents of finished trials, and what they say as CSV. */
async function writeTrials(database: Database, folder: string, ids: readonly string[]): Promise<void> {
  const store = openTrialStore(join(folder, "trials"));
  const trials: string[] = [];
  const epochs: string[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const documents = await readResults(database.tables, ids.slice(start, start + BATCH));
    const parsed = [...documents.values()].map((document) => trialResultSchema.parse(document));
    for (const trial of parsed) await store.write(trial);
    const flat = parsed.map(
      ({ spec, result: { history: _, confusion, touched, labels, best, ...numbers } }) => ({
        ...{ model: spec.model, dataset: spec.dataset.name, n: spec.dataset.train },
        ...{ corrupt: labels.nominal, realised: labels.realised },
        ...numbers,
      }),
    );
    const points = parsed.flatMap(({ result: { id, history } }) => history.map((row) => ({ id, ...row })));
    trials.push(withoutHeader(csvFormat(flat), start > 0));
    if (points.length > 0) epochs.push(withoutHeader(csvFormat(points), epochs.length > 0));
  }
  await writeFile(join(folder, "trials.csv"), `${trials.join("\n")}\n`);
  await writeFile(join(folder, "epochs.csv"), `${epochs.join("\n")}\n`);
}

const withoutHeader = (csv: string, isLater: boolean): string =>
  isLater ? csv.slice(csv.indexOf("\n") + 1) : csv;

/** Write the newest checkpoints of trials, from the database or from the lab's own folder. */
async function writeCheckpoints(lab: LocalLab, folder: string, ids: readonly string[]): Promise<number> {
  const target = join(folder, "checkpoints");
  let written = 0;
  for (const id of ids) {
    const [facts] = await checkpointsOf(lab.database.tables, id);
    if (!facts) continue;
    await makeFolder(target);
    const bytes = await readCheckpoint(lab.database.tables, facts);
    if (bytes) await writeFile(newestFile(target, id), bytes);
    else {
      // A file that is gone is no loss: the trial begins anew.
      const here = newestFile(lab.checkpoints, id);
      if (!(await stat(here).catch(() => undefined))) continue;
      await copyFile(here, newestFile(target, id));
    }
    written++;
  }
  return written;
}

/** Largest `lab.json` that is read: a hundred thousand open trials. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * Take an exported lab into another: what that one has already stays as it is.
 *
 * @throws DataError if the folder is not an export, or not of this version; nothing is taken in then.
 */
export async function importLab(
  lab: LocalLab,
  from: string,
  onWarning: (message: string) => void,
): Promise<Moved> {
  const folder = resolve(from);
  const bundle = await readBundle(folder);
  for (const { id, spec } of bundle.open) {
    const real = await trialId(spec);
    if (real !== id) {
      throw new DataError(
        `${join(folder, "lab.json")}: expected the spec of trial ${id}, got that of ${real}`,
      );
    }
  }
  const { tables } = lab.database;
  const done = await importTrialFiles(lab.database, join(folder, "trials"), onWarning);
  const open = new Map(bundle.open.map((trial) => [trial.id, trial]));
  const finished = new Set(bundle.done);
  for (const { trials, definition, ...experiment } of bundle.experiments) {
    const rows = trials.flatMap((id) => {
      const trial = open.get(id);
      return trial ? [trialRow(trial)] : [];
    });
    await planExperiment(tables, { ...experiment, definition: JSON.stringify(definition ?? null) }, rows);
    const places = trials.map((trial_id, position) => ({ experiment_id: experiment.id, trial_id, position }));
    const known = new Set(
      (
        await tables
          .selectFrom("trials")
          .select("id")
          .where("id", "in", trials.length ? trials : [""])
          .execute()
      ).map(({ id }) => id),
    );
    for (let start = 0; start < places.length; start += 2000) {
      const part = places.slice(start, start + 2000).filter(({ trial_id }) => known.has(trial_id));
      if (part.length === 0) continue;
      await tables
        .insertInto("experiment_trials")
        .values(part)
        .onConflict((conflict) => conflict.columns(["experiment_id", "trial_id"]).doNothing())
        .execute();
    }
    const missing = trials.filter((id) => finished.has(id) && !known.has(id)).length;
    if (missing > 0)
      onWarning(`${experiment.id}: ${missing} finished trials of it have no file that can be read`);
  }
  const given = bundle.open.filter(({ state }) => state !== "waiting");
  for (const { id, state, error } of given) {
    await tables
      .updateTable("trials")
      .set({ state, error })
      .where("id", "=", id)
      .where("state", "=", "waiting")
      .execute();
  }
  await lab.requeue();
  return {
    ...{ experiments: bundle.experiments.length, done, open: bundle.open.length },
    checkpoints: await takeCheckpoints(
      lab,
      folder,
      bundle.open.map(({ id }) => id),
      onWarning,
    ),
  };
}

async function readBundle(folder: string): Promise<Bundle> {
  const path = join(folder, "lab.json");
  let document: unknown;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new Error(`${size} bytes, more than ${MOST_BYTES}`);
    document = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new DataError(
      `${path}: expected what shatter export wrote, got ${isAbsent ? "no such file (an export that was interrupted?)" : messageOf(error)}`,
    );
  }
  const { schema } = Object(document) as { schema?: unknown };
  if (schema !== "shatter/lab@1") {
    throw new DataError(`${path}: expected schema "shatter/lab@1", got ${JSON.stringify(schema)}`);
  }
  const parsed = bundleSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { path: field, message } = parsed.error.issues[0]!;
  throw new DataError(`${path}: ${field.join(".")}: ${message}`);
}

/**
 * Put checkpoints to where trials look for them: beside a lab in a folder, or into the database of one on a server. One
 * that is there stays.
 */
async function takeCheckpoints(
  lab: LocalLab,
  folder: string,
  ids: readonly string[],
  onWarning: (message: string) => void,
): Promise<number> {
  let taken = 0;
  for (const id of ids) {
    const from = newestFile(join(folder, "checkpoints"), id);
    if (!(await stat(from).catch(() => undefined))) continue;
    if (lab.database.kind === "pglite") {
      const to = newestFile(lab.checkpoints, id);
      if (await stat(to).catch(() => undefined)) continue;
      await makeFolder(lab.checkpoints);
      await copyFile(from, to);
    } else {
      try {
        const bytes = await readFile(from);
        const hash = createHash("sha256").update(bytes).digest("hex");
        const facts = { ...positionOf(bytes), size: bytes.length, hash, path: null, bytes };
        await importCheckpoint(lab.database.tables, id, facts);
      } catch (error) {
        onWarning(`${from}: ${messageOf(error)}; its trial begins anew`);
        continue;
      }
    }
    taken++;
  }
  return taken;
}
