/**
 * @file Mutants of data files: changed bytes, and changed contents under checksums that are right again, so that what lies
 * behind a checksum is tried, too.
 */

import { crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from "node:zlib";
import { type RandomStream, randomStream } from "../../src/base/random.ts";
import type { SeedFiles } from "./seed-files.ts";

/** A changed file, and how it was changed. */
export interface Mutant {
  readonly seed: SeedFiles;
  readonly bytes: Uint8Array;
  readonly changes: readonly string[];
}

/** The mutant of a number: seeds take turns. */
export function mutantOf(seeds: readonly SeedFiles[], seed: number, index: number): Mutant {
  const random = randomStream(seed, "data-mutant", index);
  const from = seeds[index % seeds.length]!;
  const changes: string[] = [];
  const whole = from.files[from.mutated]!;
  // Half of those that can be are changed within, under right checksums.
  const inside = random.below(2) === 0 ? INSIDE.find(({ fits }) => fits(from.mutated)) : undefined;
  const change = (bytes: Uint8Array): Uint8Array => changed(bytes, random, changes);
  const bytes = inside ? inside.change(whole, random, change) : change(whole);
  if (inside) changes.push(`inside ${inside.of}`);
  return { seed: from, bytes, changes };
}

const STRANGE = [0, 1, 255, 127, 128, 34, 44, 10, 13, 45, 46, 101];

/** Changes of a part: they get the bytes, and where it is. */
const CHANGES: Readonly<
  Record<string, (bytes: Uint8Array, at: number, length: number, random: RandomStream) => Uint8Array>
> = {
  cut: (bytes, at) => bytes.slice(0, at),
  remove: (bytes, at, length) => joined(bytes.subarray(0, at), bytes.subarray(at + length)),
  repeat: (bytes, at, length) => joined(bytes.subarray(0, at + length), bytes.subarray(at)),
  insert: (bytes, at, _, random) =>
    joined(bytes.subarray(0, at), [STRANGE[random.below(STRANGE.length)]!], bytes.subarray(at)),
  strange: (bytes, at, _, random) => set(bytes, at, [STRANGE[random.below(STRANGE.length)]!]),
  byte: (bytes, at, _, random) => set(bytes, at, [random.below(256)]),
  bit: (bytes, at, _, random) => set(bytes, at, [(bytes[at] ?? 0) ^ (1 << random.below(8))]),
  length: (bytes, at, _, random) => {
    const value = [0, 1, 0x7fffffff, 0xffffffff, 0x80000000, bytes.length, 2 ** 24][random.below(7)]!;
    const words = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
    return set(bytes, at, random.below(2) ? words : words.toReversed());
  },
  digits: (bytes, _, __, random) => {
    // A number in the text of a header or of a cell.
    const places = [...bytes.keys()].filter((at) => bytes[at]! >= 48 && bytes[at]! <= 57);
    return places.length === 0
      ? bytes
      : set(bytes, places[random.below(places.length)]!, [48 + random.below(10)]);
  },
  swap: (bytes, at, length, random) => {
    const other = random.below(bytes.length + 1);
    return set(set(bytes, at, bytes.slice(other, other + length)), other, bytes.slice(at, at + length));
  },
  append: (bytes, at, length) => joined(bytes, bytes.subarray(at, at + length)),
};

/** Those that leave the length come more often: of others little gets beyond the sizes that a file says. */
const NAMES = [...Object.keys(CHANGES), "byte", "byte", "bit", "digits", "digits", "strange"];

function changed(bytes: Uint8Array, random: RandomStream, told: string[]): Uint8Array {
  let mutant = bytes;
  for (let left = 1 + random.below(1 + random.below(3)); left > 0; left--) {
    const name = NAMES[random.below(NAMES.length)]!;
    const length = 1 + random.below(random.below(4) === 0 ? 512 : 8);
    mutant = CHANGES[name]!(mutant, random.below(mutant.length + 1), length, random);
    told.push(name);
  }
  return mutant;
}

const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

function set(bytes: Uint8Array, at: number, values: Iterable<number>): Uint8Array {
  const result = bytes.slice();
  let place = at;
  for (const value of values) if (place < result.length) result[place++] = value;
  return result;
}

/** Formats with checksums or packing. */
interface Inside {
  readonly of: string;
  readonly fits: (name: string) => boolean;
  readonly change: (
    bytes: Uint8Array,
    random: RandomStream,
    change: (bytes: Uint8Array) => Uint8Array,
  ) => Uint8Array;
}

const INSIDE: readonly Inside[] = [
  {
    of: "gzip",
    fits: (name) => name.endsWith(".gz"),
    change: (bytes, _, change) => new Uint8Array(gzipSync(change(new Uint8Array(gunzipSync(bytes))))),
  },
  { of: "a PNG's chunk", fits: (name) => name.endsWith(".png"), change: changeChunk },
  { of: "a zip's entry", fits: (name) => name.endsWith(".npz"), change: changeEntry },
  { of: "a tar's header", fits: (name) => name.endsWith(".tar"), change: changeHeader },
];

/** Change a chunk, and set its length and its checksum right. */
function changeChunk(
  bytes: Uint8Array,
  random: RandomStream,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts: number[] = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) starts.push(at);
  const start = starts[random.below(starts.length)]!;
  const length = view.getUint32(start);
  const kind = bytes.subarray(start + 4, start + 8);
  const body = change(bytes.slice(start + 8, start + 8 + length));
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, body.length);
  numbers.setUint32(4, crc32(body, crc32(kind)));
  const words = new Uint8Array(numbers.buffer);
  return joined(
    bytes.subarray(0, start),
    words.subarray(0, 4),
    kind,
    body,
    words.subarray(4),
    bytes.subarray(start + 12 + length),
  );
}

/** Change an entry as it is unpacked, and set its sizes and its checksum right, in its header and in the directory. */
function changeEntry(
  bytes: Uint8Array,
  random: RandomStream,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let central = view.getUint32(bytes.length - 22 + 16, true);
  const count = view.getUint16(bytes.length - 22 + 10, true);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const chosen = random.below(count);
  for (let entry = 0; entry < count; entry++) {
    const [method, packed] = [view.getUint16(central + 10, true), view.getUint32(central + 20, true)];
    const lengths = view.getUint16(central + 28, true);
    const local = view.getUint32(central + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const body = bytes.slice(start, start + packed);
    const whole = method === 8 ? new Uint8Array(inflateRawSync(body)) : body;
    const mutant = entry === chosen ? change(whole) : whole;
    const name = bytes.slice(central + 46, central + 46 + lengths);
    const stored = method === 8 ? new Uint8Array(deflateRawSync(mutant)) : mutant;
    const head = new DataView(new ArrayBuffer(30));
    const end = new DataView(new ArrayBuffer(46));
    for (const [to, at, signature] of [
      [head, 0, 0x04034b50],
      [end, 2, 0x02014b50],
    ] as const) {
      to.setUint32(0, signature, true);
      to.setUint16(4 + at, 20, true);
      to.setUint16(8 + at, method, true);
      to.setUint32(14 + at, crc32(mutant), true);
      to.setUint32(18 + at, stored.length, true);
      to.setUint32(22 + at, mutant.length, true);
      to.setUint16(26 + at, name.length, true);
    }
    end.setUint32(42, offset, true);
    parts.push(new Uint8Array(head.buffer), name, stored);
    directory.push(new Uint8Array(end.buffer), name);
    offset += 30 + name.length + stored.length;
    central += 46 + lengths + view.getUint16(central + 30, true) + view.getUint16(central + 32, true);
  }
  const tail = new DataView(new ArrayBuffer(22));
  tail.setUint32(0, 0x06054b50, true);
  tail.setUint16(8, count, true);
  tail.setUint16(10, count, true);
  tail.setUint32(
    12,
    directory.reduce((sum, { length }) => sum + length, 0),
    true,
  );
  tail.setUint32(16, offset, true);
  return joined(...parts, ...directory, new Uint8Array(tail.buffer));
}

/** Change the header of a member, and set its checksum right. */
function changeHeader(
  bytes: Uint8Array,
  random: RandomStream,
  change: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const starts: number[] = [];
  const sizeAt = (at: number): number =>
    Number.parseInt(new TextDecoder().decode(bytes.subarray(at + 124, at + 135)), 8) || 0;
  for (let at = 0; at < bytes.length && bytes[at] !== 0; at += 512 + Math.ceil(sizeAt(at) / 512) * 512)
    starts.push(at);
  const start = starts[random.below(starts.length)]!;
  const header = change(bytes.slice(start, start + 512));
  const whole = new Uint8Array(512);
  whole.set(header.subarray(0, 512));
  whole.fill(32, 148, 156);
  const sum = whole.reduce((total, byte) => total + byte, 0);
  whole.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return joined(bytes.subarray(0, start), whole, bytes.subarray(start + 512));
}
