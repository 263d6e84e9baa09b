/**
 * @file Who has a lab's folder open: one process, by a lock that the kernel keeps.
 *
 * PGlite takes no lock of its own, and two processes on one folder would destroy it. The lock is the exclusive one of
 * an empty SQLite database beside it: a record lock on the file itself (`fcntl`, on Windows `LockFileEx`), which every
 * container of the machine sees, whatever its processes, network and host are called. It ends with its process,
 * however that ends, and never before: one that is stopped, or too busy to answer, keeps it. (The owner itself must not
 * open the file by other means: closing it would give the lock up.) `owner.json` only tells people and commands who it is.
 */

import { readlinkSync } from "node:fs";
import { readFile, rm, statfs } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { refusedWrite } from "../../disk/refusals.ts";
import { writeWhole } from "../../disk/whole-files.ts";

const ownerSchema = z.object({
  host: z.string(),
  pid: z.int(),
  /** Where that pid is one: processes of another container have others. Versions that took no lock did not say. */
  namespace: z.string().optional(),
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

/** How often a lock is tried: whoever looks for an owner holds it for a moment, shared with others who look. */
const TRIES = 5;
const RETRY_MS = 30;

/**
 * Become the owner of a lab's folder.
 *
 * @throws DataError if another process is; it says which, and where its dashboard is. Also where its file system is
 *   one that other machines may have, whose locks this kernel does not keep.
 */
export async function takeOwnership(lab: string): Promise<Owner> {
  const path = pathIn(lab);
  const isShared = await requireLockable(lab);
  let lock = tryLock(lab, "exclusive");
  for (let tries = 1; lock === undefined && tries < TRIES; tries++) {
    await sleep(RETRY_MS);
    lock = tryLock(lab, "exclusive");
  }
  if (lock === undefined) throw taken(lab, await read(path), path);
  const held = lock;
  holding.add(held);
  const mine: OwnerFile = { host: hostname(), pid: process.pid, namespace: namespace(), address: null };
  try {
    const last = await read(path);
    if (last && mayLive(last, isShared)) throw taken(lab, last, path);
    await replace(path, mine);
  } catch (error) {
    letGo(held);
    throw error instanceof DataError ? error : refusedWrite(path, error);
  }
  return {
    announce: (address) => replace(path, { ...mine, address }),
    async release() {
      await rm(path, { force: true });
      letGo(held);
    },
  };
}

/**
 * Where the dashboard of the process is that has a lab open; undefined if nobody has, or it has no dashboard, or is
 * where this process cannot reach it.
 */
export async function ownersAddress(lab: string): Promise<string | undefined> {
  const owner = await read(pathIn(lab));
  const isNear = owner?.host === hostname() && owner.namespace === namespace();
  if (!owner?.address || !isNear || owner.pid === process.pid) return undefined;
  const lock = tryLock(lab, "shared");
  lock?.close();
  return lock === undefined ? owner.address : undefined;
}

const pathIn = (lab: string): string => join(resolve(lab), "owner.json");

/** Take a lock of a lab until it is closed; undefined if somebody has one that is in its way. */
function tryLock(lab: string, kind: "exclusive" | "shared"): DatabaseSync | undefined {
  const path = join(resolve(lab), "owner.lock");
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path);
    file.exec("pragma busy_timeout = 0; pragma journal_mode = memory");
    // Nothing is ever written: a transaction that has begun, or read, holds its lock until it ends.
    file.exec(kind === "exclusive" ? "begin exclusive" : "begin; select count(*) from sqlite_schema");
    return file;
  } catch (error) {
    file?.close();
    if ((error as { readonly errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw refusedWrite(path, error);
  }
}

/** The locks this process holds: one that nobody refers to would be collected, and with it given up. */
const holding = new Set<DatabaseSync>();

function letGo(lock: DatabaseSync): void {
  holding.delete(lock);
  lock.close();
}

/** Somebody else holds a lock: https://sqlite.org/rescode.html#busy. */
const SQLITE_BUSY = 5;

/** What tells the processes of one container from another's; empty where a system has no containers. */
function namespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** Put a whole file in the place of the one that is there. */
const replace = (path: string, owner: OwnerFile): Promise<void> =>
  writeWhole(path, `${JSON.stringify(owner, null, 2)}\n`);

/** What the file says; undefined if there is none, or it says nothing that can be understood. */
async function read(path: string): Promise<OwnerFile | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** Whether an owner whose lock is free may still be there: one of a version without locks, or of another machine. */
function mayLive({ host, pid, namespace }: OwnerFile, isShared: boolean): boolean {
  if (host !== hostname()) return isShared || namespace === undefined;
  if (namespace !== undefined) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  return true;
}

/** Says that a lab on a shared file system is opened on one machine alone. */
const SOLE_MACHINE = "SHATTER_SOLE_MACHINE";

/**
 * Linux's numbers of file systems that several machines may have at once, and whose locks may be each machine's own
 * (`statfs(2)`, `linux/magic.h`).
 */
const SHARED_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x01021997, "9p"],
  [0x65735546, "FUSE"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x00c36400, "Ceph"],
  [0x7461636f, "OCFS2"],
  [0x01161970, "GFS2"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0x786f4256, "VirtualBox's shared folders"],
]);

/**
 * Refuse a lab where a lock might not hold; whether other machines may have the folder.
 *
 * @param type - The number of its file system, as Linux tells it.
 * @throws DataError if they may, and nobody said that they do not.
 */
export async function requireLockable(lab: string, type?: number): Promise<boolean> {
  const number = type ?? (process.platform === "linux" ? (await statfs(resolve(lab))).type : 0);
  const name = SHARED_FILE_SYSTEMS.get(number);
  if (name !== undefined && process.env[SOLE_MACHINE] !== "1") {
    throw new DataError(
      `lab ${lab}: expected a file system of this machine alone, got ${name}, where two machines may open one lab and destroy it: choose a \`lab\` on a disk of this machine (a copy of the folder is a lab), share a PostgreSQL by \`databaseUrl\`, or, if no other machine opens this lab, set ${SOLE_MACHINE}=1`,
    );
  }
  return name !== undefined;
}

function taken(lab: string, owner: OwnerFile | undefined, path: string): DataError {
  const ways = "end it, choose another `lab`, or share a PostgreSQL by `databaseUrl`";
  if (!owner) return new DataError(`lab ${lab}: another process has it open; wait for it, ${ways}`);
  const { host, pid, address } = owner;
  const isHere = host === hostname();
  const isApart = owner.namespace !== undefined && owner.namespace !== namespace();
  const where = `${isHere ? "" : ` on ${host}`}${isApart ? " in another container" : ""}`;
  const see = address ? `; its dashboard is at ${address}` : "";
  const remedy = isHere || isApart ? `wait for it, ${ways}` : `if that process is gone, remove ${path}`;
  return new DataError(`lab ${lab}: process ${pid}${where} has it open${see}; ${remedy}`);
}
