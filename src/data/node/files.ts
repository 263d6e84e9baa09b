/**
 * @file Where data lies on this machine, and reading it: the only file access of this room besides downloads.
 */

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DataError } from "../../base/errors.ts";
import { cacheFolder } from "../../disk/cache.ts";
import { isAbsent, whyUnread } from "../../disk/refusals.ts";

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
 * Read a whole file.
 *
 * @param limit - Most bytes it may have.
 * @throws DataError if it cannot be read or is longer.
 */
export async function readBytes(path: string, limit: number): Promise<Uint8Array> {
  const size = await fileSize(path);
  if (size !== undefined && size > limit) {
    throw new DataError(
      `${path}: expected at most ${limit} bytes, got ${size}; this is not the file it claims to be`,
    );
  }
  try {
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw new DataError(`${path}: expected a file that can be read, got ${whyUnread(error)}`);
  }
}

/** MD5 as 32 hexadecimal digits: no safeguard against malice, but what the official checksums are. */
export const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
