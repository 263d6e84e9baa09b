/**
 * @file The report as files in a folder: the page, the numbers as JSON and CSV, the figures as SVG.
 */

import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Window } from "happy-dom";
import { DataError, messageOf } from "../base/errors.ts";
import { makeFolder } from "../lab/process-folder.ts";
import type { TestResult } from "../lab/result.ts";
import { drawFigure } from "./charts.ts";
import { csvTable } from "./csv.ts";
import { figuresOf } from "./figure.ts";
import { reportPage } from "./html.ts";
import { markdownTable } from "./markdown.ts";
import { historyRecords, summaryRecords, trialRecords } from "./records.ts";
import { summaryTable } from "./table.ts";

/** The files of a report, as full paths; the page comes first. */
export interface WrittenReport {
  readonly files: readonly string[];
}

/**
 * Write the report of a test into a folder, which is made if it is not there.
 *
 * Each file appears whole or not at all: it is written under another name first. Files of an earlier report
 * are replaced, others are left alone. The page comes last, so where it is new everything is.
 *
 * @throws DataError if the folder cannot be written to.
 */
export async function writeReport(result: TestResult, folder: string): Promise<WrittenReport> {
  const document = new Window().document as unknown as Document;
  const figures = figuresOf(result).map(
    (figure) => [`${figure.name}.svg`, drawFigure(figure, { document, theme: "file" })] as const,
  );
  const files: readonly (readonly [name: string, text: string])[] = [
    ["result.json", `${JSON.stringify(result, null, 2)}\n`],
    ["summary.md", markdownTable(summaryTable(result))],
    ["summary.csv", csvTable(summaryRecords(result))],
    ["trials.csv", csvTable(trialRecords(result))],
    ["history.csv", csvTable(historyRecords(result))],
    ...figures,
    ["index.html", reportPage(result, document)],
  ];
  await refuseClearly(folder, () => makeFolder(resolve(folder)));
  const paths: string[] = [];
  for (const [name, text] of files) {
    const path = resolve(folder, name);
    await refuseClearly(path, () => writeWhole(path, text));
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
async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text);
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
