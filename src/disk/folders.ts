/**
 * @file Makes folders, and tries them before hours of work end at one that refuses.
 */

import { mkdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import { sweepDrafts, writeDraft } from "./drafts.ts";
import { isAbsent } from "./refusals.ts";

/** Make a folder with its parents. (Node's own `recursive` never returns where a file system makes no folders, such as `/proc`.) */
export async function makeFolder(folder: string, hasParent = false): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (isAbsent(error) && !hasParent && dirname(folder) !== folder) {
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
