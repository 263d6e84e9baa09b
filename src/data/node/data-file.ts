/**
 * @file Descriptions of data, `shatter.data.yaml`, on this machine: what they name lies in their folder.
 */

import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep, win32 } from "node:path";
import { DataError, messageOf } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { decodeYaml } from "../../document/located-yaml.ts";
import { type DataFile, isDataFile, parseDataFile } from "../data-file.ts";
import { readDataPath } from "../data-options.ts";
import type { PreprocessName } from "../preprocess.ts";
import { readBytes } from "./files.ts";

/** Most bytes of a description. */
const MOST_BYTES = 2 ** 20;

/**
 * Read a description.
 *
 * @returns What it says, with its path as this machine has it.
 * @throws DataError if it cannot be read, or what it names lies out of its folder, UsageError for what is wrong in it.
 */
export async function readDataFile(file: string): Promise<DataFile> {
  const described = parseDataFile(textOf(await readBytes(file, MOST_BYTES), file), file);
  const folder = dirname(resolve(file));
  const path = resolve(folder, described.path);
  const wrong = (got: string): DataError =>
    new DataError(
      `${file}: path: expected data in the folder of this file, got ${got}; put the file beside or above the data`,
    );
  if (isAbsolute(described.path) || win32.isAbsolute(described.path) || leaves(folder, path)) {
    throw wrong(`${JSON.stringify(described.path)}, which is out of it`);
  }
  if (isDataFile(path)) throw wrong(`another description, ${JSON.stringify(described.path)}`);
  // Of a pattern, the folder before it; what is missing is said by who reads it.
  const solid = path.split(sep).slice(0, firstPattern(path)).join(sep);
  const [real, home] = await Promise.all([realpath(solid), realpath(folder)]).catch((error: unknown) => {
    throw new DataError(`${file}: path: expected data, got ${whyUnread(error)}: ${described.path}`);
  });
  if (leaves(home, real)) throw wrong(`${JSON.stringify(described.path)}, a link out of it`);
  return { ...described, path: join(dirname(file), relative(folder, path)) };
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return decodeYaml(bytes);
  } catch (error) {
    throw new DataError(`${file}: expected a description of data, got ${messageOf(error)}`);
  }
}

const firstPattern = (path: string): number => {
  const at = path.split(sep).findIndex((part) => /[{*]/.test(part));
  return at < 0 ? path.length : at;
};

const leaves = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
};

/** The preprocessing that a description asks for; undefined if the reference is to none, or it does not say. */
export async function describedPreprocess(reference: string): Promise<PreprocessName | undefined> {
  const { path } = readDataPath(reference);
  return isDataFile(path) ? (await readDataFile(path)).preprocess : undefined;
}

/**
 * The path of data as a description says it.
 *
 * @throws DataError if they do not lie in its folder.
 */
export function pathFrom(file: string, path: string): string {
  const folder = dirname(resolve(file));
  const target = resolve(path);
  if (!leaves(folder, target)) return relative(folder, target).split(sep).join("/") || ".";
  throw new DataError(
    `${file}: expected a place beside or above the data, so that it can name them, got data at ${path}; write it to ${join(dirname(path), basename(file))}`,
  );
}
