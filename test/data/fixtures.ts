/**
 * @file Small datasets and files that several tests share.
 */

import { pack } from "tar-stream";
import { randomStream } from "../../src/base/random.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";

/** `count` images of `[channels, 6, 6]` with random pixels in [0, 255], ten classes in turn. */
export function noiseImages(count: number, channels = 3, seed = 1): Dataset {
  const random = randomStream(seed, "fixture");
  return {
    name: "noise",
    inputs: Uint8Array.from({ length: count * channels * 36 }, () => random.below(256)),
    shape: [count, channels, 6, 6],
    labels: Int32Array.from({ length: count }, (_, i) => i % 10),
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  };
}

/** A table of `[count, 7]` whose columns have means 0 ... 6 and deviations 1 ... 7, two classes in turn. */
export function noiseTable(count: number, seed = 1): Dataset {
  const random = randomStream(seed, "fixture");
  return {
    name: "table",
    inputs: Float32Array.from({ length: count * 7 }, (_, i) => (i % 7) + ((i % 7) + 1) * random.normal()),
    shape: [count, 7],
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    classNames: ["no", "yes"],
  };
}

export const noiseSplits = (train: number, test: number): Splits => ({
  train: noiseImages(train, 3, 1),
  test: noiseImages(test, 3, 2),
});

/** An IDX file of unsigned bytes. */
export function idxFile(shape: readonly number[], values: Iterable<number>): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, 8);
  header.setUint8(3, shape.length);
  for (const [axis, size] of shape.entries()) header.setUint32(4 + 4 * axis, size);
  const body = Uint8Array.from(values);
  const bytes = new Uint8Array(header.byteLength + body.length);
  bytes.set(new Uint8Array(header.buffer));
  bytes.set(body, header.byteLength);
  return bytes;
}

/** Bytes packed by gzip. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One entry of an archive. */
export type Entry = readonly [
  name: string,
  bytes: Uint8Array | string,
  type?: "file" | "symlink" | "directory",
];

/** A `.tar.gz` with the given entries. */
export async function tarGz(entries: readonly Entry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, bytes, type = "file"] of entries) {
    if (type === "file") archive.entry({ name }, typeof bytes === "string" ? bytes : Buffer.from(bytes));
    else archive.entry({ name, type, linkname: "/etc/passwd" });
  }
  archive.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of archive) parts.push(part as Uint8Array);
  return gzip(new Uint8Array(Buffer.concat(parts)));
}
