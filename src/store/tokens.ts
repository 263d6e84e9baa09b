/**
 * @file Secrets that open the dashboard: only their hashes are kept.
 */

import type { Tx } from "./database.ts";

/** Hashes of the tokens that are valid. */
export async function tokenHashes(db: Tx): Promise<string[]> {
  const rows = await db.selectFrom("tokens").select("hash").orderBy("created_at").execute();
  return rows.map(({ hash }) => hash);
}

/** Make one token the only valid one. */
export async function replaceTokens(db: Tx, hash: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom("tokens").execute();
    await tx.insertInto("tokens").values({ hash }).execute();
  });
}
