/**
 * @file Files of arrays for tests, written here: NPY and zip.
 */

import { deflateRawSync } from "node:zlib";
import type { DataOptions } from "../../src/data/data-options.ts";
import { crc32 } from "../../src/data/zip.ts";

/** Options as they are where nothing is told. */
export const USUAL: DataOptions = { testShare: 0.2, splitSeed: 0 };

/** An NPY file with a header that may say anything. */
export function npyFile(descr: string, shape: string, body: Uint8Array, order = "False"): Uint8Array {
  const header = new TextEncoder().encode(
    `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`,
  );
  return Uint8Array.of(
    ...new TextEncoder().encode("?NUMPY").with(0, 0x93),
    1,
    0,
    header.length & 255,
    header.length >> 8,
    ...header,
    ...body,
  );
}

/** What a zip archive may say of an entry, beside the truth. */
interface Lies {
  readonly size?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
}

/** A zip archive of stored or deflated files. */
export function zipFile(
  files: readonly (readonly [name: string, bytes: Uint8Array, lies?: Lies])[],
  method: 0 | 8 = 8,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (to: Uint8Array[], ...words: readonly (readonly [value: number, bytes: number])[]): void => {
    to.push(
      Uint8Array.from(
        words.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value / 256 ** i) & 255)),
      ),
    );
  };
  for (const [name, bytes, lies = {}] of files) {
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const label = new TextEncoder().encode(name);
    const common: [number, number][] = [
      [20, 2],
      [lies.flags ?? 0, 2],
      [lies.method ?? method, 2],
      [0, 4],
      [lies.crc ?? crc32(bytes), 4],
      [packed.length, 4],
      [lies.size ?? bytes.length, 4],
      [label.length, 2],
      [0, 2],
    ];
    add(parts, [0x04034b50, 4], ...common);
    parts.push(label, packed);
    add(directory, [0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]);
    directory.push(label);
    at += 30 + label.length + packed.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  add(directory, [0x06054b50, 4], [0, 4], [files.length, 2], [files.length, 2], [length, 4], [at, 4], [0, 2]);
  return new Uint8Array(Buffer.concat([...parts, ...directory]));
}
