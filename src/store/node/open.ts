/**
 * @file Opens the database of a lab: PGlite in the lab's folder, or a PostgreSQL server.
 */

import { mkdir, readFile, stat } from "node:fs/promises";
import type { Socket } from "node:net";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { PGliteDialect, PGliteDriver, PostgresDialect } from "kysely";
import pg from "pg";
import { fromPglite } from "pg-boss";
import { DataError, messageOf } from "../../base/errors.ts";
import { refusals } from "../../disk/refusals.ts";
import { type Database, LAB_SCHEMA, openTables, PoolableAdapter, refusal } from "../database.ts";
import { type Owner, takeOwnership } from "./owner.ts";
import { takeTemplate } from "./template.ts";

/** An embedded database, which belongs to this process as long as it is open. */
export interface EmbeddedDatabase extends Database {
  readonly owner: Owner;
}

/**
 * Open the database in a lab's folder, which is made if need be. PostgreSQL then runs inside this process
 * (PGlite), and the folder is this process's alone until it is closed.
 *
 * @throws DataError if another process has the lab open, with its pid and the address of its dashboard; if the
 *   folder cannot be written to; or if what is in it is not a database of this version.
 */
export async function openEmbedded(lab: string): Promise<EmbeddedDatabase> {
  const folder = join(resolve(lab), "database");
  await mkdir(folder, { recursive: true });
  const owner = await takeOwnership(lab);
  let engine: PGlite | undefined;
  try {
    await refuseStrangers(folder);
    const tablesOf = (pglite: PGlite) => openTables(new OneConnectionDialect({ pglite }), `lab ${lab}`);
    await takeTemplate(folder, tablesOf);
    engine = await PGlite.create(folder);
    const running = engine;
    const tables = await tablesOf(running);
    return {
      tables,
      owner,
      kind: "pglite",
      where: `lab ${lab}`,
      queue: fromPglite(running),
      async [Symbol.asyncDispose]() {
        try {
          await running.close();
        } finally {
          await owner.release();
        }
      },
    };
  } catch (error) {
    await engine?.close().catch(() => {});
    await owner.release();
    if (error instanceof DataError) throw error;
    throw new DataError(
      `lab ${lab}: its database cannot be opened (${reasonOf(error)}); what is in ${folder} was left as it is${await remedyOfDamage(lab)}`,
      { cause: error },
    );
  }
}

/** Errors of the file system as PGlite's own C library numbers them. */
const NUMBERED: Readonly<Record<number, string>> = { 2: "EACCES", 51: "ENOSPC", 69: "EROFS" };

/** Why PGlite did not start: it throws what its C library does, which says nothing in words. */
function reasonOf(error: unknown): string {
  const { errno } = Object(error) as { errno?: unknown };
  if (typeof errno !== "number") return messageOf(error);
  const refusal = refusals[NUMBERED[errno] ?? ""];
  return refusal ? refusal.join("; ") : `file system error ${errno}`;
}

/** Version of PostgreSQL whose files this PGlite reads. */
const FILES_OF = "18";

/** Refuse a folder that another version of PostgreSQL has written: opened all the same, it would be damaged. */
async function refuseStrangers(folder: string): Promise<void> {
  const found = await readFile(join(folder, "PG_VERSION"), "utf8").catch(() => undefined);
  if (found !== undefined && found.trim() !== FILES_OF) {
    throw new DataError(
      `${folder}: expected files of PostgreSQL ${FILES_OF}, got ${found.trim()}; export the lab with the version of Shatter that made it, and import it into a new one`,
    );
  }
}

/** PGlite has one connection; whoever uses it has it alone until the end of the transaction. */
class OneConnectionDriver extends PGliteDriver {
  #last: Promise<void> = Promise.resolve();
  #free: () => void = () => {};

  override async acquireConnection(...options: Parameters<PGliteDriver["acquireConnection"]>) {
    const before = this.#last;
    let free = (): void => {};
    this.#last = new Promise((resolve) => {
      free = resolve;
    });
    await before;
    this.#free = free;
    return await super.acquireConnection(...options);
  }

  override async releaseConnection(...options: Parameters<PGliteDriver["releaseConnection"]>) {
    await super.releaseConnection(...options);
    this.#free();
  }
}

class OneConnectionDialect extends PGliteDialect {
  readonly #config: ConstructorParameters<typeof PGliteDialect>[0];

  constructor(config: ConstructorParameters<typeof PGliteDialect>[0]) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PGliteDriver {
    return new OneConnectionDriver(this.#config);
  }
}

class PoolableDialect extends PostgresDialect {
  override createAdapter(): PoolableAdapter {
    return new PoolableAdapter();
  }
}

/** How many connections a process holds at most: results are small, and a server has few to give. */
const CONNECTIONS = 3;

/** How long a connection may take to come about, in milliseconds. */
const CONNECT_MS = 10_000;

/** Long enough for a process that is only slow, in milliseconds. */
const FROZEN_MS = 10_000;

/** How long a server may say nothing at all to a question, in milliseconds. */
const SILENT_MS = 60_000;

/** Break a connection off that says nothing: where a network was cut, a question would wait for a quarter of an hour. */
function endSilence(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection;
  stream.setTimeout(SILENT_MS, () =>
    stream.destroy(Object.assign(new Error("the database said nothing for a minute"), { code: "ETIMEDOUT" })),
  );
}

/**
 * Open a lab on a PostgreSQL server, version 14 or later.
 *
 * @param url - `postgres://user:password@host:port/database`; it is never shown.
 * @param frozenMs - A process that freezes in the midst of a transaction holds its locks no longer, in milliseconds.
 * @throws DataError if the server does not answer, refuses, or has a lab of a newer version.
 */
export async function openServer(url: string, frozenMs: number = FROZEN_MS): Promise<Database> {
  const where = describeUrl(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: "shatter",
    onConnect: async (client) => {
      await client.query(`set idle_in_transaction_session_timeout = ${frozenMs}`);
    },
  });
  // A connection that breaks while nobody uses it is replaced by the next query. One that breaks while it is used
  // tells its query - and says so here once more, which would end the process if nobody listened.
  pool.on("error", () => {});
  pool.on("connect", (client) => {
    client.on("error", () => {});
    endSilence(client);
  });
  try {
    // Asked first by itself: an unreachable server is the most usual trouble, and deserves its own words.
    await pool.query("select 1");
  } catch (error) {
    await pool.end().catch(() => {});
    throw refusal(where, error);
  }
  const tables = await openTables(new PoolableDialect({ pool }), where);
  return {
    tables,
    where,
    kind: "postgres",
    queue: { executeSql: (text, values) => pool.query(text, values) },
    [Symbol.asyncDispose]: () => tables.destroy(),
  };
}

/**
 * Host, port and name of a database, without user and password.
 *
 * @throws DataError if it is not the URL of a PostgreSQL database.
 */
export function describeUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new DataError(
      "database URL: expected postgres://host:port/database with user:password@ before the host, got something that is not a URL",
    );
  }
  if (!["postgres:", "postgresql:"].includes(parsed.protocol)) {
    throw new DataError(
      `database URL: expected one that begins with postgres://, got ${parsed.protocol}// (the rest is not shown)`,
    );
  }
  // A password with a slash in it ends the host too early, and the rest of it would be taken for the name.
  if (parsed.pathname.includes("@")) {
    throw new DataError(
      "database URL: expected a user and a password in which / is written %2F, got an @ behind the host (it is not shown)",
    );
  }
  return `database ${parsed.host || "localhost"}${parsed.pathname}`;
}

/** Whether there are files beside the database of a lab in a folder that another lab can be made of. */
export const hasBackup = async (lab: string): Promise<boolean> =>
  (await stat(join(resolve(lab), "lab.json")).catch(() => undefined)) !== undefined;

/** What to do about a damaged database, as the end of a sentence. */
export const remedyOfDamage = async (lab: string): Promise<string> =>
  (await hasBackup(lab))
    ? `; its experiments, results and checkpoints are in files beside it, too: shatter import ${lab} --lab <another folder> makes a lab of them`
    : "";

/** Whether a folder holds a lab already. */
export async function hasLab(lab: string): Promise<boolean> {
  return (await stat(join(resolve(lab), "database", "PG_VERSION")).catch(() => undefined)) !== undefined;
}

/** What can be said of PGlite here, having tried it: with nothing on the disk. */
export async function probePGlite(): Promise<string> {
  const engine = await PGlite.create();
  try {
    const { rows } = await engine.query<{ server_version: string }>("show server_version");
    return `PGlite with PostgreSQL ${rows[0]!.server_version}, inside the process; $DATABASE_URL names no server`;
  } finally {
    await engine.close();
  }
}

/**
 * What can be said of a server, having asked it; nothing is changed there.
 *
 * @throws DataError if it does not answer, or a lab could not be made there.
 */
export async function probeServer(url: string): Promise<string> {
  const where = describeUrl(url);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
    const { rows } = await client.query(
      `select current_setting('server_version') as version, to_regclass('${LAB_SCHEMA}.lab') is not null as lab,
        has_database_privilege(current_database(), 'create') as may`,
    );
    const { version, lab, may } = rows[0];
    if (!lab && !may) throw Object.assign(new Error("no lab, and no right to make one"), { code: "42501" });
    return `PostgreSQL ${version} on ${where}; ${lab ? "it has a lab" : "it has no lab yet"}`;
  } catch (error) {
    throw refusal(where, error);
  } finally {
    await client.end().catch(() => {});
  }
}
