/**
 * @file A lab's database: its tables, brought up to date, whether PostgreSQL runs in this process or elsewhere.
 */

import { type Dialect, Kysely, PostgresAdapter, sql } from "kysely";
import { Migrator } from "kysely/migration";
import { DataError, messageOf } from "../base/errors.ts";
import { migrations, provider } from "./migrations.ts";
import type { Tables } from "./tables.ts";

/** Runs SQL as pg-boss writes it: one statement with values, or several without. */
export interface SqlRunner {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The schema of the tables of {@link Tables}, and that of the queue's own tables. */
export const LAB_SCHEMA = "shatter";
export const QUEUE_SCHEMA = "shatter_queue";

/** An open database. Closing it ends its connections, and gives an embedded one free for others. */
export interface Database extends AsyncDisposable {
  readonly tables: Kysely<Tables>;
  /** The same database for the queue. */
  readonly queue: SqlRunner;
  readonly kind: "pglite" | "postgres";
  /** Where it is, in words that hold no password. */
  readonly where: string;
}

/** What a query is given: the tables, inside a transaction or not. */
export type Tx = Kysely<Tables>;

/** Do something as one transaction: the caller's, or one of its own. */
export const inTransaction = <T>(db: Tx, action: (tx: Tx) => Promise<T>): Promise<T> =>
  db.isTransaction ? action(db) : db.transaction().execute(action);

/**
 * Open the tables over a connection, and bring their schema up to date.
 *
 * Several processes may do so at once: one migrates, the others wait.
 *
 * @throws DataError if the schema is a newer version's, or may not be made.
 */
export async function openTables(dialect: Dialect, where: string): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect });
  try {
    const done = await namesOfDone(db);
    const unknown = done.filter((name) => !(name in migrations));
    if (unknown.length > 0) {
      throw new DataError(
        `${where}: expected a lab of this version of Shatter or an older one, got one that a newer version changed (${unknown.join(", ")}); update Shatter`,
      );
    }
    if (done.length < Object.keys(migrations).length) await migrate(db);
    return db.withSchema(LAB_SCHEMA);
  } catch (error) {
    await db.destroy().catch(() => {});
    throw error instanceof DataError ? error : refusal(where, error);
  }
}

/** Make the changes that were not made yet, all or none. */
async function migrate(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`${LAB_SCHEMA}.migrations`}))`.execute(tx);
    const { rows } = await sql<{ present: boolean }>`
      select to_regnamespace(${LAB_SCHEMA}) is not null as present`.execute(tx);
    // Left to the library, a refusal would be hidden behind those of its next questions.
    if (!rows[0]!.present) await tx.schema.createSchema(LAB_SCHEMA).execute();
    const migrator = new Migrator({ db: tx, provider, migrationTableSchema: LAB_SCHEMA });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  });
}

/**
 * PostgreSQL without the lock that Kysely takes for a session: a pooler that gives out connections by the transaction
 * gives the session to others, and the lock is never free again. {@link openTables} locks by the transaction.
 */
export class PoolableAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

/** Names of the changes that were made already; none before the first. */
async function namesOfDone(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass(${`${LAB_SCHEMA}.kysely_migration`}) is not null as present`.execute(db);
  if (!rows[0]!.present) return [];
  const found = await sql<{ name: string }>`
    select name from ${sql.table(`${LAB_SCHEMA}.kysely_migration`)} order by name`.execute(db);
  return found.rows.map(({ name }) => name);
}

const DISK_FULL = "the disk is full: free some space";

/** What to do about the refusals of a database that people meet, by SQLSTATE or system error. */
const REMEDIES: Readonly<Record<string, string>> = {
  "42501": `this user may not create the schemas ${LAB_SCHEMA} and ${QUEUE_SCHEMA}: grant CREATE on the database, or let its owner run Shatter once`,
  "28P01": "the password was refused: check the database URL",
  "28000": "this user was refused: check the database URL",
  "3D000": "there is no database of that name: create it, or check the database URL",
  "53300": "the server has no connection left: raise max_connections, or run fewer workers",
  "53100": DISK_FULL,
  ENOSPC: DISK_FULL,
  ECONNREFUSED: "nothing answers there: is the server running, and are host and port right?",
  ENOTFOUND: "there is no host of that name: check the database URL",
  ETIMEDOUT: "nothing answered in time: check host, port and firewall",
};

/** What to do about a refusal, as a sentence; undefined if nothing is known. */
export const remedyOf = (error: unknown): string | undefined =>
  REMEDIES[(Object(error) as { code?: string }).code ?? ""];

/** The refusal of a database as an error that says where, why, and what to do. */
export function refusal(where: string, error: unknown): DataError {
  const { errors } = Object(error) as { errors?: unknown[] };
  // Several addresses of one host are tried, and each has its own refusal.
  const first = messageOf(error) || (errors?.length ? messageOf(errors[0]) : "no reason given");
  const remedy = remedyOf(error);
  return new DataError(
    `${where}: expected a database to work with, got: ${first}${remedy ? `; ${remedy}` : ""}`,
    {
      cause: error,
    },
  );
}

/** SQLSTATEs and system errors that go away by themselves: a broken connection, a restart, two at once. */
const PASSING = /^(08|57P0|53|25P03|40001|40P01|ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;

/** Whether the same query may well succeed a little later. */
export function isPassing(error: unknown): boolean {
  const { code, errors } = Object(error) as { code?: unknown; errors?: unknown[] };
  if (typeof code === "string") return PASSING.test(code);
  if (errors?.length) return errors.some(isPassing);
  return /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable/i.test(
    messageOf(error),
  );
}
