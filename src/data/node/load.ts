/**
 * @file From a dataset that is known to its examples in memory.
 */

import { DataError } from "../../base/errors.ts";
import type { Splits } from "../dataset.ts";
import { gunzip } from "../gzip.ts";
import type { DataFile, KnownDataset, StoredDataset } from "../registry.ts";
import { type PartOptions, partOf } from "../subset.ts";
import { dataFolder, firstFile, readBytes } from "./files.ts";

/** Which examples are wanted, and where data lies. */
export interface LoadOptions extends PartOptions {
  /** The folder of all datasets, or of this one; see {@link dataFolder} for the default. */
  readonly dataDir?: string | undefined;
  /**
   * Bytes of examples, as the float32 numbers a network is given, that may be held; more are read from a file where they are
   * wanted, which changes no result. A quarter of this machine's memory unless told.
   */
  readonly memory?: number | undefined;
}

/**
 * Load a dataset, whole or a random part of it, uncropped.
 *
 * @throws UsageError if more examples are wanted than there are.
 * @throws DataError if its files are missing or not what they should be.
 */
export async function loadKnown(known: KnownDataset, options: LoadOptions = {}): Promise<Splits> {
  if (known.kind === "drawn") return known.draw(options.n ?? known.train, options.testN ?? known.test);
  return partOf(known.kind === "included" ? await known.read() : await readStored(known, options), options);
}

/** Read a dataset's files, whole. */
async function readStored(known: StoredDataset, { dataDir }: LoadOptions): Promise<Splits> {
  const folder = dataFolder(dataDir);
  const found = await locate(known, folder);
  const absent = known.files.find(({ name: fileName }) => !found.has(fileName));
  if (absent) throw await missing(known, absent, folder, found);
  return await known.read(async (fileName) => {
    const { limit } = known.files.find((file) => file.name === fileName)!;
    const where = found.get(fileName)!;
    return { where, bytes: await gunzip(await readBytes(where, limit), limit, where) };
  });
}

/**
 * Where a dataset's files lie, packed or not, by official name.
 *
 * All are taken from one folder, so that copies of different origin are not mixed: the first that holds
 * every file, else the one that holds most.
 */
export async function locate(known: StoredDataset, folder: string): Promise<Map<string, string>> {
  let best = new Map<string, string>();
  for (const inner of known.folders) {
    const found = new Map<string, string>();
    for (const { name, otherNames } of known.files) {
      // Kaggle and macOS unpack a file into a folder of its name.
      const names = [name, ...otherNames].flatMap((plain) => [plain, `${plain}.gz`, `${plain}/${plain}`]);
      const path = await firstFile(names.map((candidate) => joinPath(folder, inner, candidate)));
      if (path !== undefined) found.set(name, path);
    }
    if (found.size > best.size) best = found;
    if (best.size === known.files.length) break;
  }
  return best;
}

/** Join the parts that are not empty; `/` serves on every platform that Node runs on. */
export const joinPath = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== "").join("/");

/** What to say when a file is not there; what is there instead is named. */
async function missing(
  known: StoredDataset,
  file: DataFile,
  folder: string,
  found: ReadonlyMap<string, string>,
): Promise<DataError> {
  const folders = known.folders.map((inner) => joinPath(folder, inner));
  const [path] = found.values();
  const there =
    path === undefined
      ? await otherIn(known, folders)
      : `found only ${[...found.keys()].join(", ")} (such as ${path})`;
  return new DataError(
    `${known.name}: expected ${file.name} in one of ${folders.join(", ")}; ${there}. ` +
      `Run "shatter data get ${known.name}", or pass \`dataDir\` with the folder that holds it`,
  );
}

/** What lies in the folders in place of a dataset, as far as that is known. */
async function otherIn(known: StoredDataset, folders: readonly string[]): Promise<string> {
  for (const [name, what] of Object.entries(known.others)) {
    const path = await firstFile(
      folders.flatMap((folder) => [joinPath(folder, name), joinPath(folder, `${name}.gz`)]),
    );
    if (path !== undefined) return `found ${path}: ${what}`;
  }
  return "found no such file";
}
