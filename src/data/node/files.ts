/**
 * @file Where data lies on this machine, and reading it: the only file access of this room besides downloads.
 */

import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DataError } from "../../base/errors.ts";
import { cacheFolder } from "../../disk/cache.ts";
import { isAbsent, whyUnread } from "../../disk/refusals.ts";

/** Most bytes that are read at once. */
const PIECE = 2 ** 30;

/** The folder of all datasets: the one given, else `$SHATTER_DATA`, else the platform's cache folder. */
export function dataFolder(given?: string): string {
  const asked = given ?? process.env.SHATTER_DATA;
  return asked === undefined || asked === "" ? join(cacheFolder(), "data") : resolve(asked);
}

/**
 * Size of a file in bytes; `undefined` if there is no such file.
 *
 * @throws DataError if that cannot be told, such as for a folder without permission.
 */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isAbsent(error) || (error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw new DataError(`${path}: expected a file or none, got ${whyUnread(error)}`);
  }
}

/** The first of the paths that is a file. */
export async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await fileSize(path)) !== undefined) return path;
  return undefined;
}

/**
 * Read a whole file, as it is at one time.
 *
 * @param limit - Most bytes it may have.
 * @throws DataError if it is no file (but a pipe, a device), cannot be read, is longer, or is changed meanwhile.
 */
export async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  try {
    // Without waiting for who writes into a pipe; for files it means nothing.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return await readOpen(file, path, limit);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: expected a file that can be read, got ${whyUnread(error)}`);
  }
}

async function readOpen(file: FileHandle, path: string, limit: number): Promise<Uint8Array> {
  const before = await file.stat();
  if (!before.isFile()) throw new DataError(`${path}: expected a file, got ${kindOf(before)}`);
  if (before.size > limit) {
    throw new DataError(
      `${path}: expected at most ${limit} bytes, got ${before.size}; this is not the file it claims to be`,
    );
  }
  const bytes = new Uint8Array(before.size);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, PIECE));
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  const after = await file.stat();
  if (at < bytes.length || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw new DataError(
      `${path}: expected a file that stays as it is, but it was changed while it was read; read it again when nobody writes to it`,
    );
  }
  return bytes;
}

const kindOf = (found: Stats): string =>
  found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";

/** MD5 as 32 hexadecimal digits: no safeguard against malice, but what the official checksums are. */
export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
