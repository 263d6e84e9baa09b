/**
 * @file The document that a command is given: a `result.json`, or the folder it is in.
 */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { isAbsent } from "../disk/refusals.ts";

/** A document as a file. */
export interface ResultFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Read a result, or the one in a folder.
 *
 * @param purpose - What it is wanted for, such as `draw`.
 * @throws UsageError if there is none, DataError if it cannot be read.
 */
export async function readResultFile(given: string, purpose: string): Promise<ResultFile> {
  const found = await stat(given).catch(() => undefined);
  if (!found) throw new UsageError(`${given}: expected a result.json or its folder, got no such file`);
  const path = found.isDirectory() ? join(given, "result.json") : given;
  try {
    return { path, text: await readFile(path, "utf8") };
  } catch (error) {
    if (isAbsent(error)) throw new UsageError(`${path}: expected a result to ${purpose}, got no such file`);
    throw new DataError(`${path}: expected a result to ${purpose}, got ${messageOf(error)}`, {
      cause: error,
    });
  }
}
