/**
 * @file PgBouncer in front of a server, giving out connections by the transaction.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./server.ts";

/** A running pooler. */
export interface Pooler extends AsyncDisposable {
  readonly version: string;
  /** The address of a database through the pooler. */
  through(url: string): string;
}

/**
 * Start PgBouncer before a server.
 *
 * @param url - Any address of the server.
 * @param connections - Connections to the server.
 * @returns Undefined if this machine has no PgBouncer.
 */
export async function startPooler(url: string, connections: number): Promise<Pooler | undefined> {
  const asked = spawnSync("pgbouncer", ["--version"], { encoding: "utf8" });
  if (asked.status !== 0) return undefined;
  const { port, username, password } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), "shatter-pooler-"));
  chmodSync(folder, 0o755);
  const own = await freePort();
  const config = join(folder, "pgbouncer.ini");
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 5000
`,
  );
  // It refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ["--user", "postgres"] : [];
  const child: ChildProcess = spawn("pgbouncer", ["--quiet", ...asUser, config], { stdio: "ignore" });
  const through = (address: string): string => {
    const moved = new URL(address);
    moved.port = String(own);
    return moved.href;
  };
  await answers(through(url));
  return {
    version: asked.stdout.split("\n")[0]!.trim(),
    through,
    async [Symbol.asyncDispose]() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await Promise.race([gone, sleep(2000).then(() => child.kill("SIGKILL"))]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Wait until a server answers. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.query("select 1");
      return;
    } catch (error) {
      if (tries === 40) throw error;
      await sleep(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
}
