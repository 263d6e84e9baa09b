/**
 * @file The kinds of faults, and how each is brought about.
 */

import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { RandomStream } from "../../src/base/random.ts";
import type { Berth, Crew } from "./crew.ts";
import { damageFiles, damageRow } from "./damage.ts";
import type { Disk } from "./disk.ts";
import type { Network } from "./network.ts";
import { childrenOf, signalAll } from "./processes.ts";
import type { FaultedServer } from "./server.ts";

/** What a fault can reach. */
export interface Reach {
  readonly crew: Crew;
  /** A worker that trains. */
  readonly berth: Berth;
  readonly random: RandomStream;
  readonly leaseSeconds: number;
  readonly disk: Disk;
  /** Of a lab on a server: the server, the database's address, and each worker's network. */
  readonly server?: FaultedServer | undefined;
  readonly url?: string | undefined;
  readonly networks?: ReadonlyMap<Berth, Network> | undefined;
}

/** Brings a fault about, and says what it hit; resolves when it is over. */
export type Fault = (reach: Reach) => Promise<string>;

/** Kill a worker and what trains for it, or the worker alone: its children must then end by themselves. */
async function killWorker({ crew, berth, random }: Reach): Promise<string> {
  const isAlone = random.below(2) === 0;
  if (isAlone) signalAll([berth.process!.pid!], "SIGKILL");
  else await crew.kill(berth);
  return isAlone ? `${berth.name} alone` : `${berth.name} and its children`;
}

async function killChild({ berth, random }: Reach): Promise<string> {
  const children = childrenOf(berth.process!.pid!);
  if (children.length === 0) return "no child was there";
  signalAll([children[random.below(children.length)]!], "SIGKILL");
  return `a child of ${berth.name}`;
}

async function terminate({ berth }: Reach): Promise<string> {
  const told = berth.process!;
  signalAll([told.pid!], "SIGTERM");
  await until(() => berth.process !== told, 15_000);
  return berth.name;
}

/** Stop a worker and its children past their lease, and let them go on as if nothing had been. */
async function freeze({ crew, berth, random, leaseSeconds }: Reach): Promise<string> {
  const pids = crew.pidsOf(berth);
  signalAll(pids, "SIGSTOP");
  const seconds = leaseSeconds * (1.3 + random.uniform() / 2);
  await sleep(seconds * 1000);
  signalAll(pids, "SIGCONT");
  return `${berth.name} and its children for ${seconds.toFixed(0)} s`;
}

/** How long a network is cut, in seconds. */
const CUT_SECONDS = 30;

async function cut({ berth, networks, random }: Reach): Promise<string> {
  const network = networks!.get(berth)!;
  const hangs = random.below(2) === 0;
  if (hangs) network.hang();
  else network.refuse();
  await sleep(CUT_SECONDS * 1000);
  network.mend();
  return `network of ${berth.name} ${hangs ? "hung" : "refused"} for ${CUT_SECONDS} s`;
}

async function reset({ berth, networks }: Reach): Promise<string> {
  return `${networks!.get(berth)!.reset()} connections of ${berth.name}`;
}

async function killServer({ server, random }: Reach): Promise<string> {
  const count = await server!.kill();
  const seconds = random.uniform() * 3;
  await sleep(seconds * 1000);
  await server!.start();
  return `${count} processes of the server, away for ${seconds.toFixed(1)} s`;
}

async function damageHere(reach: Reach): Promise<string> {
  const { berth, random } = reach;
  const trials = [...berth.running];
  await killChild(reach);
  return damageFiles(berth.order.checkpoints, trials, random);
}

/** A worker dies with its machine, so that another one must take the checkpoint from the database, which is damaged. */
async function damageThere({ crew, berth, url, random }: Reach): Promise<string> {
  await crew.kill(berth);
  rmSync(berth.order.checkpoints, { recursive: true, force: true });
  return await damageRow(url!, random);
}

const FULL_MS = 4000;

async function fillDisk({ disk }: Reach): Promise<string> {
  const bytes = disk.fill();
  try {
    await sleep(FULL_MS);
  } finally {
    disk.free();
  }
  return `the last ${Math.round(bytes / 2 ** 20)} MiB, for ${FULL_MS / 1000} s`;
}

/** Three processes want a lab whose owner was killed: one must have it, and the others must say who has. */
async function race({ crew, berth }: Reach): Promise<string> {
  for (const one of crew.berths) one.isHeld = true;
  await crew.kill(berth);
  for (const one of crew.berths) crew.start(one);
  const isDecided = (): boolean => crew.berths.filter((one) => one.process).length <= 1;
  await until(() => isDecided() && crew.berths.some((one) => one.isReady || one.isOver), RACE_MS);
  const winners = crew.berths.filter((one) => one.isReady);
  if (winners.length !== 1) crew.wrongs.push(`${winners.length} processes had a lab at once, or none had it`);
  for (const one of winners) one.isHeld = false;
  return `${berth.name}; ${crew.berths.length} at once wanted its lab, ${winners.length} got it`;
}

/** How long it may take until one of several processes has opened a lab, in milliseconds. */
const RACE_MS = 90_000;

async function until(condition: () => boolean, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition() && performance.now() < end) await sleep(50);
}

/** Faults of labs in a folder, which one process has open. */
export const FOLDER_FAULTS: Readonly<Record<string, Fault>> = {
  "trial's process killed": killChild,
  "owner killed": killWorker,
  "owner killed, three want its lab": race,
  "owner told to end": terminate,
  "checkpoint damaged": damageHere,
  "disk full": fillDisk,
};

/** Faults of labs on a server. */
export const SERVER_FAULTS: Readonly<Record<string, Fault>> = {
  "trial's process killed": killChild,
  "worker killed": killWorker,
  "worker told to end": terminate,
  "PostgreSQL killed": killServer,
  "connections reset": reset,
  "network cut": cut,
  "worker frozen past its lease": freeze,
  "checkpoint in the database damaged": damageThere,
  "disk of checkpoints full": fillDisk,
};
