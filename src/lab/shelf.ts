/**
 * @file Brings checkpoints from where they were made to where they are needed.
 *
 * A trial's process writes checkpoints as files on its own machine. A lab on a server takes a copy of them into the
 * database, so that any machine can go on with nothing but the database's address; a lab in a folder notes their names,
 * since the files are in that folder already.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { isAbsent } from "../disk/refusals.ts";
import { writeWhole } from "../disk/whole-files.ts";
import { newestFile, openCheckpoints } from "../run/node/checkpoints.ts";
import { checkpointsOf, readCheckpoint, removeCheckpoint, writeCheckpoint } from "../store/checkpoints.ts";
import type { Database } from "../store/database.ts";
import { decodeCheckpoint } from "../train/checkpoint.ts";

/** Where the checkpoints of this machine's trials are, and how they travel. */
export interface CheckpointShelf {
  readonly folder: string;
  /** Fetch the farthest checkpoint of a trial, if it is farther than the one that is here. */
  fetch(trial: string, warn: (text: string) => void): Promise<void>;
  /**
   * Keep the newest checkpoint of a running attempt. False if the lease is lost.
   *
   * @param isLast - Whether the trial ends with it here: it is then kept whatever the time.
   */
  keep(trial: string, token: string, isLast: boolean, warn: (text: string) => void): Promise<boolean>;
}

/** How a shelf is set up. */
export interface ShelfOptions {
  readonly folder: string;
  /** Program, engine and device, in words. */
  readonly program: string;
  /** Least time from one copy of a trial's checkpoint to the next, in seconds. */
  readonly seconds?: number | undefined;
  /** Largest checkpoint that goes into the database, in bytes. */
  readonly mostBytes?: number | undefined;
}

/** What a killed machine loses at most, besides the time of one checkpoint. */
const COPY_SECONDS = 60;

/** A database is no file server: AlexNet and Inception take 11 and 13 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/** Set up a shelf. */
export function openShelf({ tables, kind }: Database, options: ShelfOptions): CheckpointShelf {
  const { folder, program, seconds = COPY_SECONDS, mostBytes = MOST_BYTES } = options;
  const isRemote = kind === "postgres";
  const local = openCheckpoints({ folder, seconds: 0 }, program);
  const copied = new Map<string, number>();
  const warned = new Set<string>();
  return {
    folder,
    async fetch(trial, warn) {
      if (!isRemote) return;
      const here = await local.read(trial, warn);
      for (const facts of await checkpointsOf(tables, trial)) {
        const isFarther =
          !here ||
          facts.epochs > here.history.length ||
          (facts.epochs === here.history.length && facts.step > here.step);
        if (!isFarther) return;
        const bytes = await readCheckpoint(tables, facts);
        if (!bytes) continue;
        if (bytes.length !== facts.size || hashOf(bytes) !== facts.hash) {
          warn(
            `checkpoint of epoch ${facts.epochs} in the database: expected ${facts.size} bytes of SHA-256 ${facts.hash}, got ${bytes.length} others; it is removed, and the one before it serves`,
          );
          await removeCheckpoint(tables, facts);
          continue;
        }
        const path = newestFile(folder, trial);
        await writeWhole(path, bytes).catch((error) => warn(`${messageOf(error)}; the trial begins anew`));
        return;
      }
    },
    async keep(trial, token, isLast, warn) {
      const last = copied.get(token);
      if (isRemote && !isLast && last !== undefined && performance.now() - last < seconds * 1000) return true;
      const path = newestFile(folder, trial);
      let bytes: Uint8Array;
      let position: { readonly epochs: number; readonly step: number };
      try {
        bytes = await readFile(path);
        const checkpoint = await decodeCheckpoint(bytes, { trial, program });
        // Nobody goes on from an end; the result follows at once, and takes its place in the database.
        if (checkpoint.outcome !== null && isRemote && !isLast) return true;
        position = { epochs: checkpoint.history.length, step: checkpoint.step };
      } catch (error) {
        if (!isAbsent(error)) warn(`checkpoint ${path}: ${messageOf(error)}`);
        return true;
      }
      if (isRemote && bytes.length > mostBytes) {
        if (!warned.has(token)) {
          warn(
            `checkpoint ${path} has ${bytes.length} bytes, more than the ${mostBytes} that go into the database: only a worker with the same \`checkpoints\` folder can go on from it`,
          );
        }
        warned.add(token);
        return true;
      }
      const isHeld = await writeCheckpoint(tables, token, {
        ...position,
        size: bytes.length,
        hash: hashOf(bytes),
        path: isRemote ? null : join(basename(folder), basename(path)),
        bytes: isRemote ? bytes : null,
      });
      copied.set(token, performance.now());
      return isHeld;
    },
  };
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
