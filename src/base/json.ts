/**
 * @file JSON, and hashes of what it says: a trial is its spec, and its id is the hash of that spec.
 */

/** Anything that JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/**
 * Write JSON in one way only: keys sorted by UTF-16 code unit, no spaces, absent keys left out.
 *
 * Numbers are written as ECMAScript writes them, so equal specs have equal text (as in RFC 8785).
 *
 * @throws RangeError if a number is not finite: JSON cannot say NaN or infinity.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`canonicalJson: expected finite numbers, got ${value}`);
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value as { readonly [key: string]: Json | undefined })
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/**
 * SHA-256 of the concatenated parts, as 64 hexadecimal digits.
 *
 * The platform's own Web Crypto computes it, in Node and in browsers alike.
 */
export async function sha256(...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const bytes = parts.map((part) => (typeof part === "string" ? new TextEncoder().encode(part) : part));
  let joined = bytes[0] ?? new Uint8Array();
  if (bytes.length > 1) {
    joined = new Uint8Array(bytes.reduce((total, part) => total + part.length, 0));
    let at = 0;
    for (const part of bytes) {
      joined.set(part, at);
      at += part.length;
    }
  }
  const digest = await crypto.subtle.digest("SHA-256", joined as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
