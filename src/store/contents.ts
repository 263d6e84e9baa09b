/**
 * @file Models and examples that were given as values: their bytes, under their hash, so that any machine of a lab on a
 * server has them.
 */

import type { Tx } from "./database.ts";

/** Keep bytes under an identity; what is there stays. */
export async function writeContent(db: Tx, identity: string, bytes: Uint8Array): Promise<void> {
  await db
    .insertInto("contents")
    .values({ identity, size: bytes.length, bytes })
    .onConflict((conflict) => conflict.column("identity").doNothing())
    .execute();
}

/** The bytes under an identity; undefined if there are none. */
export async function readContent(db: Tx, identity: string): Promise<Uint8Array | undefined> {
  const found = db.selectFrom("contents").select("bytes").where("identity", "=", identity);
  return (await found.executeTakeFirst())?.bytes;
}
