/**
 * @file Writes files of a lab such that nobody ever sees half of one.
 */

import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import { makeFolder } from "./process-folder.ts";

/** What to do about the refusals of a file system that people meet. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: free some space and run the same command again",
  EDQUOT: "the disk quota is used up: free some space and run the same command again",
  EACCES: "no permission: choose another folder, or change its permissions",
  EPERM: "no permission: choose another folder, or change its permissions",
  EROFS: "the file system is read-only: choose another folder",
  ENOTDIR: "a part of the path is a file: choose another folder",
  EEXIST: "a part of the path is a file: choose another folder",
};

/** The refusal of a file system as an error that says where, why, and what to do. */
function refusal(path: string, error: unknown): DataError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const why = REMEDIES[code];
  return new DataError(`cannot write ${path}: ${why ? `${why} (${code})` : messageOf(error)}`, {
    cause: error,
  });
}

/**
 * Write a file, and its folder if need be, whole or not at all: after a crash there is the old file or the new.
 *
 * Several processes may write the same file at once; one of them is last.
 *
 * @param content - A text, or bytes in pieces of any length.
 * @throws DataError if it cannot be written; nothing is left behind then.
 */
export async function writeWhole(path: string, content: string | Iterable<Uint8Array>): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await makeFolder(resolve(dirname(path)));
    const file = await open(draft, "wx");
    try {
      await file.writeFile(content);
      // Renamed before its bytes are on the disk, a file could be empty after a power cut.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw refusal(path, error);
  }
}
