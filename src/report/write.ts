/**
 * @file The report of a test in a folder, and files in general: whole, or not there.
 */

import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Window } from "happy-dom";
import { DataError, messageOf } from "../base/errors.ts";
import { makeFolder } from "../lab/process-folder.ts";
import type { TestResult } from "../lab/result.ts";
import { type Format, makeFiles, type ReportFile } from "./formats.ts";
import { testFiles } from "./test-files.ts";

/** The files of a report, as full paths; the page comes first. */
export interface WrittenReport {
  readonly files: readonly string[];
}

/** The formats that `shatter test` writes: pictures and LaTeX are for those who ask. */
const TEST_FORMATS: readonly Format[] = ["html", "md", "csv", "svg", "json"];

/**
 * Write the report of a test into a folder, which is made if it is not there.
 *
 * Each file appears whole or not at all: it is written under another name first. Files of an earlier report
 * are replaced, others are left alone. The page comes last, so where it is new everything is.
 *
 * @throws DataError if the folder cannot be written to.
 */
export async function writeReport(
  result: TestResult,
  folder: string,
  wanted: readonly Format[] = TEST_FORMATS,
): Promise<WrittenReport> {
  const document = new Window().document as unknown as Document;
  return writeFiles(folder, await makeFiles(testFiles(result, document, wanted)));
}

/**
 * Write files into a folder, each whole or not at all, in their order.
 *
 * @returns Their full paths, the last one first.
 * @throws DataError if the folder cannot be written to.
 */
export async function writeFiles(folder: string, files: readonly ReportFile[]): Promise<WrittenReport> {
  await refuseClearly(folder, () => makeFolder(resolve(folder)));
  const paths: string[] = [];
  for (const [name, content] of files) {
    const path = resolve(folder, name);
    await refuseClearly(path, () => writeWhole(path, content));
    paths.unshift(path);
  }
  return { files: paths };
}

/**
 * Make a folder and try to write into it, so that hours of training do not end at a folder that refuses.
 *
 * @throws DataError if the folder cannot be made or written to.
 */
export async function checkWritable(folder: string): Promise<void> {
  await refuseClearly(folder, async () => {
    await makeFolder(resolve(folder));
    const path = join(folder, `.shatter-${process.pid}.tmp`);
    await writeFile(path, "Shatter tried to write here, and may be asked to clean up.\n");
    await rm(path);
  });
}

/** Write a file so that nobody ever sees half of it. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** What the system's error codes mean, and what to do about each. */
const REFUSALS: Readonly<Record<string, readonly [why: string, what: string]>> = {
  EACCES: ["no permission to write there", "choose another folder, or change its permissions"],
  EPERM: ["no permission to write there", "choose another folder, or change its permissions"],
  EROFS: ["the file system is read-only", "choose a folder on another one"],
  ENOSPC: ["the disk is full", "free some space, or choose a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose a folder on another disk"],
  ENOTDIR: ["a part of the path is a file", "choose another folder, or move the file away"],
  EEXIST: ["there is a file of that name", "choose another folder, or move the file away"],
  EISDIR: ["there is a folder of that name", "choose another folder, or move that one away"],
  ENAMETOOLONG: ["the path is too long", "choose a shorter one"],
};

async function refuseClearly<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    const [why, what] = REFUSALS[code] ?? [messageOf(error), "choose another folder"];
    const said = code === "" || why.includes(code) ? why : `${why} (${code})`;
    throw new DataError(`report: cannot write ${resolve(path)}: ${said}; ${what}`, { cause: error });
  }
}
