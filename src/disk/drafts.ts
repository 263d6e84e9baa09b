/**
 * @file Files under another name until they are whole, and what dead processes leave of them.
 */

import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { open, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** A text, or bytes, whole or in pieces of any length. */
export type Content = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Write a file's content under another name beside it, and return that name when the bytes are on the disk: renamed
 * before, a file could be empty after a power cut. The name says which process it belongs to.
 */
export async function writeDraft(path: string, content: Content): Promise<string> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return draft;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** A name for a file until it is whole, which says which process it belongs to. */
export const draftOf = (path: string): string =>
  `${path}.${process.pid}-${PLACE}-${randomUUID().slice(0, 8)}.tmp`;

const DRAFT = /\.(\d+)-([0-9a-f]{8})-[0-9a-f]{8}\.tmp$/;

/** Where process ids mean the same: this machine since it was started, and this container. */
const PLACE = createHash("sha256").update(describePlace()).digest("hex").slice(0, 8);

function describePlace(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid");
  } catch {
    return hostname();
  }
}

/** After how long a draft of another machine, whose processes cannot be asked, is nobody's, in milliseconds. */
const ABANDONED_MS = 24 * 3600_000;

/** Remove the drafts that dead processes left in a folder; those of living ones, and all other files, stay. */
export async function sweepDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, place] = DRAFT.exec(name) ?? [];
    if (pid === undefined || (place === PLACE && isAlive(Number(pid)))) continue;
    const path = join(folder, name);
    const isOurs = place === PLACE;
    const written = isOurs ? 0 : ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (Date.now() - written > ABANDONED_MS) await rm(path, { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
