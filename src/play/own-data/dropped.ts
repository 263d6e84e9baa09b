/**
 * @file The files of a drop or of a choice, those in folders too.
 */

import type { OwnFile } from "./images.ts";

/** Most files that are looked at. */
const MOST_FILES = 20_000;

/** Files that were dropped, with the folders they are in. */
export async function filesOfDrop(items: DataTransferItemList): Promise<OwnFile[]> {
  // All at once, before anything is waited for: the list is emptied when the event is over.
  const entries = Array.from(items).flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: OwnFile[] = [];
  for (const entry of entries) await collect(entry, "", found);
  return found;
}

async function collect(entry: FileSystemEntry, folder: string, found: OwnFile[]): Promise<void> {
  if (found.length >= MOST_FILES) return;
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred at once, and nothing when all were given.
  for (let some = await read(reader); some.length > 0; some = await read(reader)) {
    for (const each of some) await collect(each, `${path}/`, found);
  }
}

const read = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));

/** Files that were chosen. */
export const filesOfChoice = (files: FileList | null): OwnFile[] =>
  Array.from(files ?? []).map((file) => ({ path: file.webkitRelativePath || file.name, file }));
