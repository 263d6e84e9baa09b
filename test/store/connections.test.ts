/**
 * What becomes of a lab's connections when the server, the network or this process fails.
 */

import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { isPassing } from "../../src/store/database.ts";
import { openServer } from "../../src/store/node/open.ts";
import { newDatabase } from "./databases.ts";

describe("a connection to a server", () => {
  test("that breaks in the midst of a transaction is an error that passes, and ends nothing else", async () => {
    const url = await newDatabase();
    await using database = await openServer(url);
    await using other = await openServer(url);
    const broken = database.tables.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(other.tables);
      await sql`select pg_sleep(0.2)`.execute(tx);
    });
    const error = await broken.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isPassing(error)).toBe(true);
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(database.tables);
    expect(rows).toEqual([{ one: 1 }]);
  });

  test("of a worker that froze in the midst of a transaction holds its locks for so long, ten seconds unless told", async () => {
    const url = await newDatabase();
    await using database = await openServer(url, 1000);
    await using other = await openServer(url);
    const id = randomUUID();
    await database.tables.insertInto("lab").values({ name: id, value: "1" }).execute();
    const locked = Promise.withResolvers<void>();
    const thaw = Promise.withResolvers<void>();
    const frozen = database.tables
      .transaction()
      .execute(async (tx) => {
        await tx.updateTable("lab").set({ value: "2" }).where("name", "=", id).execute();
        locked.resolve();
        await thaw.promise;
        await tx.updateTable("lab").set({ value: "3" }).where("name", "=", id).execute();
      })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    await locked.promise;
    const began = performance.now();
    await other.tables.updateTable("lab").set({ value: "4" }).where("name", "=", id).execute();
    // The other holds it for ten, if at all.
    expect(performance.now() - began).toBeGreaterThan(500);
    const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(other.tables);
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: "10s" }]);
    thaw.resolve();
    expect(isPassing(await frozen)).toBe(true);
    const row = await other.tables
      .selectFrom("lab")
      .select("value")
      .where("name", "=", id)
      .executeTakeFirst();
    expect(row).toEqual({ value: 4 });
  });
});
