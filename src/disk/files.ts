/**
 * @file Writes files such that nobody ever sees half of one, and makes and tries folders before hours of work end at
 * one that refuses.
 */

import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";

/** A text, or bytes, whole or in pieces of any length. */
export type Content = string | Uint8Array | Iterable<Uint8Array>;

/** What the system's error codes mean, and what to do about each. */
const REFUSALS: Readonly<Record<string, readonly [why: string, what: string]>> = {
  EACCES: ["no permission to write there", "choose another folder, or change its permissions"],
  EPERM: ["no permission to write there", "choose another folder, or change its permissions"],
  EROFS: ["the file system is read-only", "choose a folder on another one"],
  ENOSPC: ["the disk is full", "free some space, or choose a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose a folder on another disk"],
  ENOTDIR: ["a part of the path is a file", "choose another folder, or move the file away"],
  EEXIST: ["there is a file of that name", "choose another folder, or move the file away"],
  EISDIR: ["there is a folder of that name", "choose another name, or move that one away"],
  ENAMETOOLONG: ["the path is too long", "choose a shorter one"],
  EPIPE: ["whoever read it has closed it", "write it to a file"],
};

/** The refusal of a file system as an error that says where, why, and what to do. */
export function refusedWrite(path: string, error: unknown): DataError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const [why, what] = REFUSALS[code] ?? [messageOf(error), "choose another folder"];
  const said = code === "" || why.includes(code) ? why : `${why} (${code})`;
  return new DataError(`cannot write ${path}: ${said}; ${what}`, { cause: error });
}

/** Make a folder with its parents. (Node's own `recursive` never returns where a file system makes no folders, such as `/proc`.) */
export async function makeFolder(folder: string, hasParent = false): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !hasParent && dirname(folder) !== folder) {
      await makeFolder(dirname(folder));
      // Once more with all its care: another process may make it at the same moment.
      await makeFolder(folder, true);
    } else if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/**
 * Make a folder and try to write into it; drafts that dead processes left there are removed.
 *
 * @param what - What it is for, such as `checkpoints`.
 * @throws DataError if it cannot be made or written to.
 */
export async function requireFolder(what: string, folder: string): Promise<void> {
  const path = resolve(folder);
  try {
    await makeFolder(path);
    await rm(await writeDraft(join(path, ".shatter"), "Shatter tried to write here.\n"));
    await sweepDrafts(path);
  } catch (error) {
    throw new DataError(
      `${what}: expected a folder to write to, got ${path}: ${messageOf(error)}; choose another one`,
      { cause: error },
    );
  }
}

/**
 * Try whether {@link writeWhole} can write a file; its folder is made if need be.
 *
 * @param what - What it is for, such as `--json`.
 * @throws DataError if it cannot.
 */
export async function requireFile(what: string, path: string): Promise<void> {
  try {
    const target = await targetOf(path);
    if (target.exists) await access(target.path, constants.W_OK);
    if (target.isDraftable) await requireFolder(what, dirname(target.path));
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${what}: ${refusedWrite(resolve(path), error).message}`, { cause: error });
  }
}

/**
 * Write a file, and its folder if need be, whole or not at all: after a crash there is the old file or the new. What is
 * no file, such as a pipe or `/dev/stdout`, is written to as it is.
 *
 * Several processes may write the same file at once; one of them is last.
 *
 * @throws DataError if it cannot be written; nothing is left behind then.
 */
export async function writeWhole(path: string, content: Content): Promise<void> {
  let draft: string | undefined;
  try {
    const target = await targetOf(path);
    if (!target.isDraftable) {
      await writeFile(target.path, content);
      return;
    }
    await makeFolder(dirname(target.path));
    draft = await writeDraft(target.path, content);
    await rename(draft, target.path);
  } catch (error) {
    if (draft !== undefined) await rm(draft, { force: true }).catch(() => {});
    throw refusedWrite(path, error);
  }
}

/** Where a path leads: links are followed, so that they stay links. */
async function targetOf(path: string): Promise<{ path: string; exists: boolean; isDraftable: boolean }> {
  const full = resolve(path);
  const isSystem = /^\/(dev|proc)\//.test(full);
  const real = isSystem ? full : await realpath(full).catch(() => full);
  const known = await stat(real).catch(() => undefined);
  if (known?.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
  const exists = known !== undefined;
  return { path: real, exists, isDraftable: !exists || (known.isFile() && !isSystem) };
}

/**
 * Write a file's content under another name beside it, and return that name when the bytes are on the disk: renamed
 * before, a file could be empty after a power cut. The name says which process it belongs to.
 */
export async function writeDraft(path: string, content: Content): Promise<string> {
  const draft = `${path}.${process.pid}-${PLACE}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return draft;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

const DRAFT = /\.(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.tmp$/;

/** Where process ids mean the same: this machine since it was started, and this container. */
const PLACE = createHash("sha256").update(describePlace()).digest("hex").slice(0, 8);

function describePlace(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid");
  } catch {
    return hostname();
  }
}

/** After how long a draft of another machine, whose processes cannot be asked, is nobody's, in milliseconds. */
const ABANDONED_MS = 24 * 3600_000;

/** Remove the drafts that dead processes left in a folder; those of living ones, and all other files, stay. */
export async function sweepDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, place] = DRAFT.exec(name) ?? [];
    if (pid === undefined || (place === PLACE && isAlive(Number(pid)))) continue;
    const path = join(folder, name);
    const isOurs = place === PLACE;
    const written = isOurs ? 0 : ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (Date.now() - written > ABANDONED_MS) await rm(path, { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
