/**
 * @file Reading zip archives, within bounds: stored and deflated entries, as NPZ files have them; and writing stored ones.
 *
 * Format: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3 and 4.4.
 */

import { DataError } from "../base/errors.ts";
import { unpack } from "./gzip.ts";

/** Most entries of an archive, and most bytes of all together, unpacked. */
export interface ZipLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Unpack it. @throws DataError if it is corrupt or not of the size that was said. */
  readonly read: () => Promise<Uint8Array>;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/** Deflate packs 258 bytes into 2 bits at best: who promises more lies. */
const MOST_RATIO = 1032;

/**
 * List the files of an archive, by what its directory says; none is unpacked before it is asked for.
 *
 * @param where - The file to blame.
 * @throws DataError if it is none, is encrypted, split or beyond 2 GiB (zip64), has names twice or names that leave a folder, or is
 *   beyond the limits.
 */
export function listZip(bytes: Uint8Array, limits: ZipLimits, where: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = (what: string): DataError => new DataError(`${where}: expected a zip archive, got ${what}`);
  let end = bytes.length - 22;
  const earliest = Math.max(0, end - 0xffff);
  while (end >= earliest && view.getUint32(end, true) !== END) end--;
  if (end < earliest) throw wrong("one without its directory: it is truncated, or none; fetch it again");
  const count = view.getUint16(end + 10, true);
  if (count > limits.entries) throw wrong(`${count} entries, and ${limits.entries} are read at most`);
  let at = view.getUint32(end + 16, true);
  const raw: RawEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) {
      throw wrong(`a directory that is damaged at entry ${i}; archives beyond 2 GiB (zip64) are not read`);
    }
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    raw.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      local: view.getUint32(at + 42, true),
    });
    at += 46 + name + extra + comment;
  }
  // Another archive before this one, or behind it: which is meant would be a guess, and other readers guess otherwise.
  if (at !== end) throw wrong(`${end - at} bytes between its directory and its end; write it again`);
  checkEntries(raw, bytes.length, limits, where);
  return raw.map((entry) => ({
    name: entry.name,
    size: entry.size,
    read: () => readEntry(bytes, entry, `${where}: ${entry.name}`),
  }));
}

/** One entry of the directory. */
interface RawEntry {
  readonly name: string;
  readonly flags: number;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked. */
  readonly size: number;
  /** Where the entry's own header is. */
  readonly local: number;
}

function checkEntries(entries: readonly RawEntry[], length: number, limits: ZipLimits, where: string): void {
  const names = new Set<string>();
  let [packed, size] = [0, 0];
  for (const entry of entries) {
    const wrong = (what: string): DataError =>
      new DataError(`${where}: ${JSON.stringify(entry.name)}: ${what}`);
    if (names.has(entry.name)) throw wrong("expected each name once, got it twice; write the archive again");
    if (/(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[a-zA-Z]:|\0/.test(entry.name)) {
      throw wrong("expected a name within the archive, got one that leaves it; do not trust this file");
    }
    if (entry.flags & 1)
      throw wrong("expected plain bytes, got encrypted ones; write the archive without a password");
    if (entry.method !== 0 && entry.method !== 8) {
      throw wrong(
        `expected a stored or deflated entry, got packing method ${entry.method}; pack it with deflate`,
      );
    }
    if (entry.method === 0 ? entry.size !== entry.packed : entry.size > MOST_RATIO * entry.packed) {
      throw wrong(
        `expected ${entry.packed} packed bytes to hold ${entry.size}, which they cannot; fetch it again`,
      );
    }
    names.add(entry.name);
    packed += entry.packed;
    size += entry.size;
  }
  if (packed > length) {
    throw new DataError(
      `${where}: expected entries beside each other, got ones that overlap; do not trust this file`,
    );
  }
  if (size > limits.bytes) {
    throw new DataError(
      `${where}: expected at most ${limits.bytes} bytes unpacked, got ${size}; take a part of the data`,
    );
  }
}

async function readEntry(bytes: Uint8Array, entry: RawEntry, where: string): Promise<Uint8Array> {
  const { local, packed, size, method } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isThere = local + 30 <= bytes.length && view.getUint32(local, true) === LOCAL;
  const start = isThere
    ? local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    : 0;
  if (!isThere || start + packed > bytes.length) {
    throw new DataError(
      `${where}: expected ${packed} bytes at ${local}, which are not there; fetch the archive again`,
    );
  }
  const name = new TextDecoder().decode(
    bytes.subarray(local + 30, local + 30 + view.getUint16(local + 26, true)),
  );
  if (name !== entry.name) {
    throw new DataError(
      `${where}: expected this name before its bytes, too, got ${JSON.stringify(name)}; fetch the archive again`,
    );
  }
  const body = bytes.subarray(start, start + packed);
  const whole = method === 0 ? body : await unpack(body, "deflate-raw", size, where);
  if (whole.length !== size || crc32(whole) !== entry.crc) {
    throw new DataError(
      `${where}: expected ${size} bytes of checksum ${entry.crc}, got others; fetch the archive again`,
    );
  }
  return whole;
}

let table: Uint32Array | undefined;

/** The checksum of zip: CRC-32, reflected, polynomial 0xedb88320 (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** 1980-01-01, the first day zip knows: an archive says nothing of when it was written. */
const FIRST_DAY = 0x21;

/**
 * A zip archive of stored files; the same files give the same bytes.
 *
 * @throws RangeError if it would have 4 GiB or more, which the format has other fields for.
 */
export function writeZip(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const named = files.map(([name, bytes]) => ({
    name: new TextEncoder().encode(name),
    bytes,
    crc: crc32(bytes),
  }));
  const size = named.reduce((sum, { name, bytes }) => sum + 76 + 2 * name.length + bytes.length, 22);
  if (size >= 2 ** 32) throw new RangeError(`writeZip: expected less than 4 GiB, got ${size} bytes`);
  const archive = new Uint8Array(size);
  const view = new DataView(archive.buffer);
  let at = 0;
  const put = (value: number, bytes: 2 | 4): void => {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  };
  const set = (bytes: Uint8Array): void => {
    archive.set(bytes, at);
    at += bytes.length;
  };
  // What an entry's own header and its line of the directory share: version, flags (names in UTF-8), method, time, date, and so on.
  const describe = ({ name, bytes, crc }: (typeof named)[number]): void => {
    for (const value of [20, 0x800, 0, 0, FIRST_DAY]) put(value, 2);
    for (const value of [crc, bytes.length, bytes.length]) put(value, 4);
    put(name.length, 2);
    put(0, 2);
  };
  const starts = named.map((file) => {
    const start = at;
    put(LOCAL, 4);
    describe(file);
    set(file.name);
    set(file.bytes);
    return start;
  });
  const directory = at;
  for (const [index, file] of named.entries()) {
    put(CENTRAL, 4);
    put(20, 2);
    describe(file);
    for (let i = 0; i < 3; i++) put(0, 2);
    put(0, 4);
    put(starts[index]!, 4);
    set(file.name);
  }
  const end = at;
  put(END, 4);
  put(0, 4);
  put(named.length, 2);
  put(named.length, 2);
  put(end - directory, 4);
  put(directory, 4);
  put(0, 2);
  return archive;
}
