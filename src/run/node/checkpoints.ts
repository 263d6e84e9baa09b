/**
 * @file Checkpoints of trials as files in a folder: the last two of each trial, each whole or not there at all.
 *
 * A file is written under another name, brought to the disk and then renamed, so that at every instant a whole
 * checkpoint has its name; the one before it stays for the case that a disk loses or garbles the newest.
 */

import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { cacheFolder } from "../../disk/cache.ts";
import { sweepDrafts, writeDraft } from "../../disk/drafts.ts";
import { makeFolder } from "../../disk/folders.ts";
import { isAbsent } from "../../disk/refusals.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../train/checkpoint.ts";
import type { Checkpoints } from "../runner.ts";

/** Where checkpoints are kept, and how often one is made. */
export interface CheckpointOptions {
  readonly folder: string;
  /** Least time from one checkpoint of a trial to the next, in seconds; 0 for as often as possible. */
  readonly seconds: number;
}

/** How long a trial that is told to stop has to leave a checkpoint, in milliseconds. */
export const GRACE_MS = 5000;

/** The folder of checkpoints: the one given, else `$SHATTER_CHECKPOINTS`, else in the platform's cache folder. */
export function checkpointFolder(given?: string): string {
  const asked = given ?? process.env["SHATTER_CHECKPOINTS"] ?? "";
  return asked === "" ? join(cacheFolder(), "checkpoints") : resolve(asked);
}

/** Checkpoints in a folder. */
export interface CheckpointFolder extends Checkpoints {
  /** Remove everything of a trial. */
  remove(trial: string): Promise<void>;
}

/** A trial's id, and nothing that leads out of the folder. */
const TRIAL = /^[0-9a-f]{16}$/;

/** Where a trial's file of a kind is. */
function fileOf(folder: string, trial: string, kind: string): string {
  if (!TRIAL.test(trial)) {
    throw new RangeError(`checkpoints: expected a trial id of 16 hexadecimal digits, got "${trial}"`);
  }
  return resolve(folder, `${trial}.${kind}`);
}

/** Where the newest checkpoint of a trial is. */
export const newestFile = (folder: string, trial: string): string => fileOf(folder, trial, NEWEST);

/**
 * Open a folder of checkpoints; it need not exist yet.
 *
 * @param program - Program, engine and device, in words: checkpoints of others are not gone on from.
 */
export function openCheckpoints({ folder, seconds }: CheckpointOptions, program: string): CheckpointFolder {
  let hasWarned = false;
  const pathOf = (trial: string, kind: string): string => fileOf(folder, trial, kind);
  /** Remove the trial's files of the kinds that are unwanted. */
  const clean = async (trial: string, isUnwanted: (kind: string) => boolean): Promise<void> => {
    const start = basename(pathOf(trial, ""));
    for (const name of await readdir(folder).catch(() => [])) {
      const isTheirs = name.startsWith(start) && isUnwanted(name.slice(start.length));
      if (isTheirs) await rm(join(folder, name)).catch(() => {});
    }
  };
  return {
    seconds,

    async read(trial, warn) {
      // What killed processes left half written.
      await sweepDrafts(folder);
      const refusals: string[] = [];
      let found: Checkpoint | undefined;
      for (const kind of [NEWEST, PREVIOUS]) {
        const path = pathOf(trial, kind);
        try {
          found = await decodeCheckpoint(await readFile(path), { trial, program });
          break;
        } catch (error) {
          if (isAbsent(error)) continue;
          refusals.push(`${path} cannot be used (${messageOf(error)})`);
          // Out of the way of the next ones: it must not take the place of a whole one.
          await rename(path, pathOf(trial, UNUSABLE)).catch(() => {});
        }
      }
      if (refusals.length > 0) {
        const next = found ? "goes on from the checkpoint before" : "begins anew";
        warn(`checkpoint ${refusals.join(", and ")}; the trial ${next}`);
      }
      return found;
    },

    async write(checkpoint, warn) {
      const { trial, outcome } = checkpoint;
      const newest = pathOf(trial, NEWEST);
      let draft: string | undefined;
      try {
        await makeFolder(resolve(folder));
        draft = await writeDraft(newest, await encodeCheckpoint(checkpoint, program));
        await rename(newest, pathOf(trial, PREVIOUS)).catch(ignoreAbsent);
        await rename(draft, newest);
        await syncFolder(folder);
        // An ended trial is small to keep, and nothing goes back behind its end.
        if (outcome) await clean(trial, (kind) => kind !== NEWEST && !kind.endsWith(".tmp"));
      } catch (error) {
        if (draft !== undefined) await rm(draft, { force: true }).catch(() => {});
        if (hasWarned) return;
        hasWarned = true;
        warn(
          `checkpoint ${newest} cannot be written (${messageOf(error)}); training goes on, and once interrupted would go back to the checkpoint before`,
        );
      }
    },

    remove: (trial) => clean(trial, () => true),
  };
}

const NEWEST = "safetensors";
const PREVIOUS = "previous.safetensors";
const UNUSABLE = "unusable.safetensors";

/** Return when the names of a folder are on the disk. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and brings names to the disk by itself.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreAbsent(error: unknown): void {
  if (!isAbsent(error)) throw error;
}
