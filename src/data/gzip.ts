/**
 * @file Unpacking gzip and deflate, within a bound: bytes from outside may unfold to anything.
 */

import { DataError } from "../base/errors.ts";

/** Whether bytes begin as a gzip file does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Unpack gzip; bytes that are not gzip pass through.
 *
 * @param limit - Most bytes the result may have.
 * @param where - The file to blame.
 * @throws DataError if the gzip is corrupt or truncated, or the result is longer than `limit`.
 */
export async function gunzip(bytes: Uint8Array, limit: number, where: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) {
    if (bytes.length > limit) throw tooLong(limit, where);
    return bytes;
  }
  return await unpack(bytes, "gzip", limit, where);
}

/** What messages call the formats. */
const FORMATS = { gzip: "gzip file", "deflate-raw": "packed entry" };

/**
 * Unpack bytes of one format.
 *
 * @param limit - Most bytes the result may have.
 * @param where - The file to blame.
 * @throws DataError if they are corrupt or truncated, or the result is longer than `limit`.
 */
export async function unpack(
  bytes: Uint8Array,
  format: "gzip" | "deflate-raw",
  limit: number,
  where: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new DataError(
        `${where}: expected a whole ${FORMATS[format]}, got a corrupt or truncated one, or one with other bytes after it; fetch it again`,
      );
    });
    if (done) break;
    length += value.length;
    if (length > limit) {
      // What else is wrong with it comes out here at times.
      await reader.cancel().catch(() => {});
      throw tooLong(limit, where);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const tooLong = (limit: number, where: string): DataError =>
  new DataError(`${where}: expected at most ${limit} bytes, got more; this is not the file it claims to be`);
