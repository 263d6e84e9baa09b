/**
 * @file Writes files such that nobody ever sees half of one.
 */

import { access, constants, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DataError } from "../base/errors.ts";
import { type Content, writeDraft } from "./drafts.ts";
import { makeFolder, requireFolder } from "./folders.ts";
import { refusedWrite } from "./refusals.ts";

/**
 * Try whether {@link writeWhole} can write a file; its folder is made if need be.
 *
 * @param what - What it is for, such as the option that names it.
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
 * Copy a file, whole or not at all; its folder is made if need be.
 *
 * @throws DataError if it cannot be written.
 */
export async function copyWhole(from: string, to: string): Promise<void> {
  await writeWhole(to, await readFile(from));
}
