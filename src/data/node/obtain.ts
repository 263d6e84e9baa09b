/**
 * @file Getting a stored dataset onto this machine, and telling whether what lies there is the official one.
 */

import { DataError } from "../../base/errors.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { gunzip } from "../gzip.ts";
import type { Download, StoredDataset } from "../registry.ts";
import { unpack } from "./archive.ts";
import { type FetchOptions, fetchFile } from "./download.ts";
import { fileSize, md5, readBytes } from "./files.ts";
import { joinPath, locate } from "./load.ts";

/** Checksums of the files taken from an official archive, in the format of `md5sum`. */
const CHECKSUMS = "MD5SUMS";

/**
 * Fetch what is missing of a dataset; what is there is used, and then no network is needed.
 *
 * @param folder - The folder of all datasets.
 * @returns `true` if anything was done, `false` if all files were there.
 * @throws DataError if a file cannot be fetched, or is not the official one.
 */
export async function obtain(
  known: StoredDataset,
  folder: string,
  options: FetchOptions = {},
): Promise<boolean> {
  const found = await locate(known, folder);
  if (found.size === known.files.length) return false;
  for (const download of known.downloads) {
    const path = joinPath(folder, known.folders[0]!, download.name);
    if ((await fileSize(path)) === undefined) await fetchFile(download, path, options);
    else await expectOfficial(download, path);
    if (download.kind === "tar.gz") await unpackInto(known, download, path);
  }
  return true;
}

async function expectOfficial(download: Download, path: string): Promise<void> {
  const got = md5(await readBytes(path, 2 * download.size));
  if (got === download.md5) return;
  throw new DataError(
    `${path}: expected the official file with MD5 ${download.md5}, got ${got}; remove it, then run the command again`,
  );
}

/** Put the dataset's files beside their archive, and their checksums after them. */
async function unpackInto(known: StoredDataset, download: Download, path: string): Promise<void> {
  const files = await unpack(await readBytes(path, download.size), known.files, path);
  const folder = path.slice(0, -download.name.length);
  for (const [name, bytes] of files) await writeWhole(folder + name, bytes);
  const sums = [...files].map(([name, bytes]) => `${md5(bytes)}  ${name}\n`);
  await writeWhole(folder + CHECKSUMS, sums.join(""));
}

/** What is known of one file of a dataset. */
export interface FileReport {
  readonly name: string;
  /** Where it lies; `undefined` if nowhere. */
  readonly path: string | undefined;
  /** MD5 of its bytes, unpacked. */
  readonly md5: string | undefined;
  /** What they should have been; `undefined` where that is not known. */
  readonly official: string | undefined;
}

/**
 * Compare each file of a dataset with the official bytes.
 *
 * Whether a file is packed does not matter. The checksums of files that came in an archive are known only where
 * `obtain` unpacked it.
 *
 * @param folder - The folder of all datasets.
 */
export async function inspect(known: StoredDataset, folder: string): Promise<FileReport[]> {
  const found = await locate(known, folder);
  const reports: FileReport[] = [];
  for (const file of known.files) {
    const path = found.get(file.name);
    if (path === undefined) {
      reports.push({ name: file.name, path, md5: undefined, official: file.md5 });
      continue;
    }
    const bytes = await gunzip(await readBytes(path, file.limit), file.limit, path);
    reports.push({
      name: file.name,
      path,
      md5: md5(bytes),
      official: file.md5 ?? (await recorded(path, file.name)),
    });
  }
  return reports;
}

/** The checksum that was written down when a file was unpacked. */
async function recorded(path: string, name: string): Promise<string | undefined> {
  const sums = path.replace(/[^/\\]*$/, CHECKSUMS);
  if ((await fileSize(sums)) === undefined) return undefined;
  const text = new TextDecoder().decode(await readBytes(sums, 2 ** 16));
  return text
    .split("\n")
    .find((line) => line.endsWith(`  ${name}`))
    ?.split(" ")[0];
}
