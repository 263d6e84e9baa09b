/**
 * @file One lab, from its first trial to its last, with faults on the way.
 */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RandomStream } from "../../src/base/random.ts";
import { openCrew } from "./crew.ts";
import type { Disk } from "./disk.ts";
import { planFaulted, type Size } from "./experiment.ts";
import { FOLDER_FAULTS, SERVER_FAULTS } from "./kinds.ts";
import type { Ledger } from "./ledger.ts";
import { type Network, openNetwork } from "./network.ts";
import type { FaultedServer } from "./server.ts";
import { type Verdict, verify } from "./verify.ts";

/** How a round is set up. */
export interface RoundOptions {
  /** A name that no other round has. */
  readonly name: string;
  readonly size: Size;
  readonly disk: Disk;
  /** The server of the lab; none for one in a folder. */
  readonly server?: FaultedServer | undefined;
  readonly random: RandomStream;
  readonly ledger: Ledger;
  /** Kinds of faults to come; those that come are taken away from its start. */
  readonly plan: string[];
  /** Time from one fault to the next, in seconds: drawn up to this. */
  readonly mostGapSeconds: number;
  readonly reference: ReadonlyMap<string, string> | undefined;
}

/** The shortest lease there is, in seconds. */
const LEASE_SECONDS = 10;

const CHECKPOINT_SECONDS = 0.3;

/** Trials at once of a lab, in a folder or on a server. */
const PLACES = 2;

/** Processes that want the lab of a dead owner at once. */
const RIVALS = 3;

/** Work for a new lab until all is done, and bring faults about as long as there are any. */
export async function runRound(options: RoundOptions): Promise<Verdict> {
  const { name, size, disk, server, random, ledger, plan, reference } = options;
  const lab = join(disk.folder, name);
  const common = { lab, size, leaseSeconds: LEASE_SECONDS, checkpointSeconds: CHECKPOINT_SECONDS };
  const cables: Network[] = [];
  if (server) {
    await server.create(name);
    for (let place = 0; place < PLACES; place++) cables.push(await openNetwork(server.port));
  }
  const orders = server
    ? cables.map(({ port }, index) => ({
        ...common,
        databaseUrl: server.url(name, port),
        jobs: 1,
        checkpoints: join(lab, `machine-${index + 1}`),
      }))
    : Array.from({ length: RIVALS }, () => ({
        ...common,
        jobs: PLACES,
        checkpoints: join(lab, "checkpoints"),
      }));
  const kinds = server ? SERVER_FAULTS : FOLDER_FAULTS;
  const wrongs: string[] = [];
  try {
    await using crew = openCrew(orders, server ? 0 : RIVALS - 1, ledger);
    const networks = new Map(
      crew.berths.flatMap((berth, index) => (server ? [[berth, cables[index]!]] : [])),
    );
    while (plan.length > 0) {
      await sleep(random.uniform() * options.mostGapSeconds * 1000);
      const berth = await crew.training(random);
      if (!berth) break;
      const kind = plan.shift()!;
      const hit = kind.startsWith("PostgreSQL") ? crew.berths : [berth];
      const trials = hit.flatMap((one) => [...one.running]);
      const note = ledger.open(server ? "PostgreSQL" : "PGlite", kind, trials);
      const url = server?.url(name);
      note(
        await kinds[kind]!({ crew, berth, random, disk, server, url, networks, leaseSeconds: LEASE_SECONDS }),
      );
    }
    await crew.over();
    await crew[Symbol.asyncDispose]();
    wrongs.push(...crew.wrongs);
  } finally {
    for (const network of cables) await network[Symbol.asyncDispose]();
  }
  const planned = await planFaulted(size);
  const verdict = await verify({ lab, databaseUrl: server?.url(name) }, planned, reference);
  ledger.close();
  return { ...verdict, wrongs: [...wrongs, ...verdict.wrongs].map((wrong) => `${name}: ${wrong}`) };
}
