/**
 * @file Exports a lab as a folder of plain files, and takes such a folder into another lab.
 */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { csvFormat } from "d3-dsv";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { whyUnstorable } from "../base/limits.ts";
import { makeFolder } from "../disk/folders.ts";
import { isAbsent } from "../disk/refusals.ts";
import { copyWhole, writeWhole } from "../disk/whole-files.ts";
import { type AnyContent, contentOf, contentsOf } from "../run/contents.ts";
import { newestFile } from "../run/node/checkpoints.ts";
import { type ContentFolder, openContents } from "../run/node/contents.ts";
import { hashOfFile } from "../run/node/splits-file.ts";
import { trialResultSchema } from "../run/trial-result.ts";
import { checkpointsOf, importCheckpoint, readCheckpoint } from "../store/checkpoints.ts";
import { type Database, inTransaction, type Tx } from "../store/database.ts";
import { importExperiment } from "../store/experiments.ts";
import { readResults } from "../store/results.ts";
import { positionOf } from "../train/checkpoint.ts";
import { trialId } from "../train/spec.ts";
import { BATCH, describeLab, writeBundle } from "./back-up.ts";
import { type Bundle, bundleSchema } from "./bundle-document.ts";
import { importTrialFiles } from "./import.ts";
import type { LocalLab } from "./open.ts";
import { openTrialStore } from "./trial-files.ts";
import { trialRow } from "./trial-row.ts";

/** What an export or an import moved. */
export interface Moved {
  readonly experiments: number;
  /** Trials that are done, and trials that are not. */
  readonly done: number;
  readonly open: number;
  readonly checkpoints: number;
}

/**
 * Write a lab, or one of its experiments, into a folder: `lab.json`, `trials/<id>.json`, `trials.csv`, `epochs.csv`, and
 * of every trial that is not done the newest checkpoint, and what it is about if that was given as a value.
 *
 * @throws UsageError if the folder has something in it already.
 */
export async function exportLab(lab: LocalLab, out: string, experiment?: string): Promise<Moved> {
  const folder = resolve(out);
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (isAbsent(error)) return [];
    throw new UsageError(`\`out\`: expected a folder, got ${out}: ${error.message}`);
  });
  if (there.length > 0) {
    throw new UsageError(
      `\`out\`: expected an empty folder or none, got ${out} with ${there.length} entries`,
    );
  }
  await makeFolder(folder);
  const { tables } = lab.database;
  const bundle = await describeLab(tables, experiment);
  const { experiments, done, open } = bundle;
  await writeTrials(lab.database, folder, done);
  const { read, files } = lab.contents;
  await copyContents(open, { read, find: files.find }, openContents(join(folder, "contents")).write);
  const checkpoints = await writeCheckpoints(
    lab,
    folder,
    open.map(({ id }) => id),
  );
  // Last: a folder with this file is a whole export.
  await writeBundle(bundle, folder);
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
        model: spec.model,
        dataset: spec.dataset.name,
        n: spec.dataset.train,
        corrupt: labels.nominal,
        labels: spec.labels ?? "redraw",
        realised: labels.realised,
        ...numbers,
      }),
    );
    const points = parsed.flatMap(({ result: { id, history } }) => history.map((row) => ({ id, ...row })));
    trials.push(withoutHeader(csvFormat(flat), start > 0));
    if (points.length > 0) epochs.push(withoutHeader(csvFormat(points), epochs.length > 0));
  }
  await writeWhole(join(folder, "trials.csv"), `${trials.join("\n")}\n`);
  await writeWhole(join(folder, "epochs.csv"), `${epochs.join("\n")}\n`);
}

const withoutHeader = (csv: string, isLater: boolean): string =>
  isLater ? csv.slice(csv.indexOf("\n") + 1) : csv;

/** Largest file that Node reads at once, in bytes. */
const MOST_AT_ONCE = 2 ** 31 - 1;

/** Where contents are: as files, or else as bytes. */
type ContentPlace = Pick<ContentFolder, "read" | "find">;

/** Copy the models and examples that were given as values, of trials that are not done. */
async function copyContents(
  open: Bundle["open"],
  { read, find }: ContentPlace,
  write: (content: AnyContent) => Promise<void>,
): Promise<void> {
  const identities = new Set(open.flatMap(({ spec, source }) => contentsOf(spec, source)));
  for (const identity of identities) {
    const file = await find(identity);
    if (file && file.size > MOST_AT_ONCE) {
      if (`sha256:${await hashOfFile(file.path)}` === identity) await write(file);
      continue;
    }
    const bytes = await read(identity);
    const content = bytes && (await contentOf(bytes));
    // One that is gone or damaged is for the trial's process to miss.
    if (content?.identity === identity) await write(content);
  }
}

/** Write the newest checkpoints of trials, from the database or from the lab's own folder. */
async function writeCheckpoints(lab: LocalLab, folder: string, ids: readonly string[]): Promise<number> {
  const target = join(folder, "checkpoints");
  let written = 0;
  for (const id of ids) {
    const [facts] = await checkpointsOf(lab.database.tables, id);
    if (!facts) continue;
    const bytes = await readCheckpoint(lab.database.tables, facts);
    if (bytes) await writeWhole(newestFile(target, id), bytes);
    else {
      // A file that is gone is no loss: the trial begins anew.
      const here = newestFile(lab.checkpoints, id);
      if (!(await stat(here).catch(() => undefined))) continue;
      await copyWhole(here, newestFile(target, id));
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
 * @throws DataError if the folder is not an export, not of this version, or has a result that cannot be of its spec;
 *   nothing is taken in then.
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
  const ids = bundle.open.map(({ id }) => id);
  const given = openContents(join(folder, "contents"));
  await copyContents(bundle.open, given, (content) => lab.contents.keep([content]));
  const done = await inTransaction(lab.database.tables, (tx) =>
    importBundle(tx, bundle, folder, onWarning),
  ).catch((error) => {
    if (error instanceof DataError) throw error;
    throw new DataError(`${folder}: ${lab.database.where} took nothing of it: ${messageOf(error)}`, {
      cause: error,
    });
  });
  await lab.requeue();
  await lab.backUp();
  return {
    experiments: bundle.experiments.length,
    done,
    open: ids.length,
    checkpoints: await takeCheckpoints(lab, folder, ids, onWarning),
  };
}

/** Take in everything but checkpoints. Returns how many results were taken in. */
async function importBundle(
  tx: Tx,
  bundle: Bundle,
  folder: string,
  onWarning: (message: string) => void,
): Promise<number> {
  const done = await importTrialFiles(tx, join(folder, "trials"));
  const open = new Map(bundle.open.map((trial) => [trial.id, trial]));
  for (const { trials, definition, ...experiment } of bundle.experiments) {
    const rows = trials.flatMap((id) => {
      const trial = open.get(id);
      return trial ? [{ ...trialRow(trial), state: trial.state, error: trial.error }] : [];
    });
    const row = { ...experiment, definition: JSON.stringify(definition ?? null) };
    const missing = await importExperiment(tx, row, rows, trials);
    if (missing.length > 0) {
      onWarning(`${experiment.id}: ${missing.length} finished trials of it have no file`);
    }
  }
  return done;
}

/**
 * What an exported folder says of its lab.
 *
 * @throws DataError if it is not an export, or not of this version.
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const path = join(resolve(folder), "lab.json");
  let document: unknown;
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new Error(`${size} bytes, more than ${MOST_BYTES}`);
    document = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new DataError(
      `${path}: expected what shatter export wrote, got ${isAbsent(error) ? "no such file (an export that was interrupted?)" : messageOf(error)}`,
    );
  }
  const { schema } = Object(document) as { schema?: unknown };
  if (schema !== "shatter/lab@1") {
    throw new DataError(`${path}: expected schema "shatter/lab@1", got ${JSON.stringify(schema)}`);
  }
  const parsed = bundleSchema.safeParse(document);
  const [issue] = parsed.error?.issues ?? [];
  const why = issue ? `${issue.path.join(".")}: ${issue.message}` : whyUnstorable(document);
  if (why !== undefined) throw new DataError(`${path}: ${why}`);
  return parsed.data!;
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
      await copyWhole(from, to);
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
