/**
 * @file The encoding of a text, found by its bytes.
 */

import { DataError } from "../base/errors.ts";

/** A text as UTF-8 without a mark, and what its bytes were taken for. */
export interface EncodedText {
  readonly bytes: Uint8Array;
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
}

/** Bytes that are looked at at once. */
const PIECE = 2 ** 20;

/**
 * Make UTF-8 of a text: of UTF-8, UTF-16 by its mark, else Windows' Latin-1 (windows-1252).
 *
 * @throws DataError if it has characters of code 0, as no text has.
 */
export function toUtf8(bytes: Uint8Array, where: string): EncodedText {
  const encoding = encodingOf(bytes);
  const plain = encoding === "utf-8" ? withoutMark(bytes) : transcode(bytes, encoding);
  const zero = plain.indexOf(0);
  if (zero < 0) return { bytes: plain, encoding };
  throw new DataError(
    `${where}: expected text, got a character of code 0 at byte ${zero}; write it as UTF-8, and no archive or binary file`,
  );
}

function encodingOf(bytes: Uint8Array): EncodedText["encoding"] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

function transcode(bytes: Uint8Array, encoding: EncodedText["encoding"]): Uint8Array {
  const [decoder, encoder] = [new TextDecoder(encoding), new TextEncoder()];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    parts.push(encoder.encode(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true })));
  }
  parts.push(encoder.encode(decoder.decode()));
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
