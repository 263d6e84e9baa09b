/**
 * @file Who has a lab's folder open: one process, by a file that names it.
 *
 * PGlite takes no lock of its own, and two processes on one folder would destroy it. The file holds the pid and
 * when that process began, so that a pid that was given anew is not mistaken for its owner. Only a process that is
 * gone loses its ownership: one that is stopped, or too busy to answer, keeps it.
 */

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DataError, messageOf } from "../base/errors.ts";

const ownerSchema = z.object({
  /** Tells one ownership from the next. */
  id: z.string().regex(/^[\w-]{1,64}$/),
  host: z.string(),
  pid: z.int(),
  /** When the process began, as its system tells it. */
  began: z.string(),
  /** Address of its dashboard; null if it has none. */
  address: z.string().nullable(),
});
type OwnerFile = z.infer<typeof ownerSchema>;

/** Ownership of a lab's folder. */
export interface Owner {
  /** Tell others where this process's dashboard is. */
  announce(address: string): Promise<void>;
  /** Let others have the lab. */
  release(): Promise<void>;
}

/**
 * Become the owner of a lab's folder.
 *
 * A dead owner's file is never taken away by whoever finds it: between looking and taking, another process may have
 * become the owner. The file system decides instead: it lets one process alone create the file that names the
 * successor of a dead owner. Its name holds the dead owner's id, so it can succeed nobody else.
 *
 * @throws DataError if another process is; it says which, and where its dashboard is.
 */
export async function takeOwnership(lab: string): Promise<Owner> {
  const path = pathIn(lab);
  const mine: OwnerFile = {
    id: randomUUID(),
    host: hostname(),
    pid: process.pid,
    began: beganAt(process.pid) ?? "",
    address: null,
  };
  for (let tries = 0; ; tries++) {
    const line = await readLine(path);
    const last = line.at(-1);
    if (last !== undefined && !isGone(last)) throw taken(lab, path, last);
    const isMine = await create(last ? successorPath(path, last) : path, mine);
    // The file may have been of a line that ended since: it counts only at the end of the one that holds now.
    if (isMine && (await readLine(path)).at(-1)?.id === mine.id) {
      if (last) await replace(path, mine);
      for (const dead of line) await rm(successorPath(path, dead), { force: true });
      break;
    }
    if (isMine) await rm(last ? successorPath(path, last) : path, { force: true });
    if (tries === TRIES) throw taken(lab, path, undefined);
    // Another process was first, or the file cannot be read, in which case it will not be later either.
    if (!isMine) await sleep(RETRY_MS);
  }
  return {
    announce: (address) => replace(path, { ...mine, address }),
    async release() {
      if ((await read(path))?.id === mine.id) await rm(path, { force: true });
    },
  };
}

const TRIES = 20;
const RETRY_MS = 30;

/** Name of the file of whoever succeeds an owner. */
const successorPath = (path: string, { id }: OwnerFile): string => `${path}.after-${id}`;

/** The owner that the file names, its successor if it died, and so on: the last one has the lab. */
async function readLine(path: string): Promise<OwnerFile[]> {
  const line: OwnerFile[] = [];
  for (let owner = await read(path); owner; owner = await read(successorPath(path, owner))) line.push(owner);
  return line;
}

/** Put a whole file in the place of the one that is there. */
async function replace(path: string, owner: OwnerFile): Promise<void> {
  const draft = `${path}.${owner.id}.tmp`;
  await writeFile(draft, describe(owner));
  await rename(draft, path);
}

/**
 * Where the dashboard of the process is that has a lab open; undefined if nobody has, or it has no dashboard, or is on
 * another machine.
 */
export async function ownersAddress(lab: string): Promise<string | undefined> {
  const owner = (await readLine(pathIn(lab))).at(-1);
  if (!owner || owner.host !== hostname() || owner.pid === process.pid || isGone(owner)) return undefined;
  return owner.address ?? undefined;
}

const pathIn = (lab: string): string => join(resolve(lab), "owner.json");

const describe = (owner: OwnerFile): string => `${JSON.stringify(owner, null, 2)}\n`;

/** Create the file, whole; false if there is one. */
async function create(path: string, owner: OwnerFile): Promise<boolean> {
  const draft = `${path}.${owner.id}.tmp`;
  try {
    const file = await open(draft, "wx");
    try {
      await file.writeFile(describe(owner));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new DataError(`cannot write ${path}: ${messageOf(error)}; choose another --lab`, { cause: error });
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** What the file says; undefined if there is none, or it says nothing that can be understood. */
async function read(path: string): Promise<OwnerFile | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** Whether the process is gone for sure. One of another machine may well be there. */
function isGone({ host, pid, began }: OwnerFile): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  const now = beganAt(pid);
  return now !== undefined && began !== "" && now !== began;
}

/** When a process began, as its system tells it; undefined if it does not. */
function beganAt(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // The name in parentheses may hold spaces; field 22 is the 20th after it.
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
        .replace(/^.*\)\s/s, "")
        .split(" ");
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
      // A zombie holds nothing open any more.
      return fields[0] === "Z" ? "gone" : `${boot} ${fields[19]}`;
    }
    if (process.platform === "win32") return undefined;
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function taken(lab: string, path: string, owner: OwnerFile | undefined): DataError {
  if (!owner) {
    return new DataError(
      `lab ${lab}: ${path} cannot be read, so it is not known who has the lab open; if nobody has, remove that file`,
    );
  }
  const where = owner.host === hostname() ? "" : ` on ${owner.host}`;
  const see = owner.address ? `; its dashboard is at ${owner.address}` : "";
  const remedy =
    owner.host === hostname()
      ? "wait for it, end it, choose another --lab, or share a PostgreSQL by --database-url"
      : `if that process is gone, remove ${path}`;
  return new DataError(`lab ${lab}: process ${owner.pid}${where} has it open${see}; ${remedy}`);
}
