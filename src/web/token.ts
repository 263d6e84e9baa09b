/**
 * @file Tokens that open the dashboard from other machines: random, shown once, kept as SHA-256.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Tx } from "../store/database.ts";
import { replaceTokens, tokenHashes } from "../store/tokens.ts";

/** Bytes of a token: nobody guesses 256 bits. */
const BYTES = 32;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** What opens a server. */
export interface Tokens {
  /** Hashes of the valid tokens, for `startServer`. */
  readonly hashes: readonly string[];
  /** A token that was just made: to be shown now, as nobody knows it later. */
  readonly fresh?: string;
}

/**
 * The tokens of a lab; if it has none, or a new one is wanted, one is made and all others end.
 */
export async function openTokens(db: Tx, renew = false): Promise<Tokens> {
  const hashes = await tokenHashes(db);
  if (hashes.length > 0 && !renew) return { hashes };
  const fresh = randomBytes(BYTES).toString("base64url");
  await replaceTokens(db, hashOf(fresh));
  return { hashes: [hashOf(fresh)], fresh };
}

/** A function that says whether a token is one of those hashed, in a time that tells nothing about them. */
export function tokenCheck(hashes: readonly string[]): (token: string) => boolean {
  const known = hashes.map((hash) => Buffer.from(hash, "hex"));
  return (token) => {
    const offered = createHash("sha256").update(token).digest();
    // Every hash is compared, whichever fits.
    return (
      known.filter((hash) => hash.length === offered.length && timingSafeEqual(hash, offered)).length > 0
    );
  };
}
