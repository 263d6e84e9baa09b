/**
 * @file Examples in a file: written a part at a time, and read by positions, so that they are never whole in memory.
 *
 * The file is what {@link writeSplits} writes, byte for byte, under the hash of it.
 */

import { createHash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { DataError, messageOf } from "../../base/errors.ts";
import { sha256 } from "../../base/json.ts";
import {
  bytesOf,
  checkDataset,
  checkLabels,
  exampleSize,
  hashHeader,
  type Rows,
  roomFor,
  type StreamedDataset,
  typeOf,
} from "../../data/dataset.ts";
import type { PlannedSplit, PlannedSplits } from "../../data/planned.ts";
import { draftOf } from "../../disk/drafts.ts";
import { makeFolder } from "../../disk/folders.ts";
import { refusedWrite, whyUnread } from "../../disk/refusals.ts";
import { headLength, type PlacedTensor } from "../../train/safetensors.ts";
import type { FileContent } from "../contents.ts";
import { layOutSplits, type PlacedSplit, readSplitsHead, readValues } from "../splits.ts";

/** Both splits of a file, which they are read from. */
export interface FileSplits {
  readonly train: StreamedDataset;
  readonly test: StreamedDataset;
  /** The file itself. */
  readonly content: FileContent;
}

/** A name as long as that of any data at a path, which is known once all is written. */
const nameOf = (hash: string): string => `data-${hash.slice(0, 8)}`;

/**
 * Write examples to a file in a folder, a part at a time.
 *
 * They are called `data-` and the first digits of the hash of both splits, as all data at a path.
 *
 * @throws DataError if a part is not what was planned, or the file cannot be written; nothing is left behind then.
 */
export async function writeSplitsFile(folder: string, planned: PlannedSplits): Promise<FileSplits> {
  const { title, train, test } = planned;
  const shapeOf = ({ labels }: PlannedSplit): number[] => [labels.length, ...planned.shape];
  const layOutAs = (hash: string) =>
    layOutSplits(
      { ...planned, name: nameOf(hash), grouped: train.groups !== undefined },
      { train: shapeOf(train), test: shapeOf(test) },
    );
  const head = layOutAs("00000000");
  const draft = draftOf(join(folder, "examples"));
  try {
    await makeFolder(folder);
    await requireSpace(folder, head.size, title);
    const file = await open(draft, "wx");
    try {
      const hashes = [
        await writeSplit(file, planned, train, head.train, `${title}: training split`),
        await writeSplit(file, planned, test, head.test, `${title}: test split`),
      ];
      if (planned.values) await file.write(bytesOf(planned.values), 0, undefined, head.values!.begin);
      await file.write(layOutAs(await sha256(...hashes)).bytes, 0, undefined, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    const identity = `sha256:${await hashOfFile(draft)}`;
    const path = join(folder, identity.replace(":", "-"));
    await rename(draft, path);
    return openSplitsFile({ identity, path, size: head.size }, title);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw Object(error).code === undefined ? error : refusedWrite(folder, error);
  }
}

/** Refuse what the disk has no room for before hours of decoding end at it. */
async function requireSpace(folder: string, size: number, title: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (size <= bavail * bsize) return;
  throw new DataError(
    `${title}: its examples are more than may be held in memory, and take ${size} bytes as a file in ${folder}, where ${bavail * bsize} are free: free some space, choose another cache folder by XDG_CACHE_HOME, or allow more \`memory\``,
  );
}

/** Write the values of a split to their places, and give its hash: see `datasetHash`. */
async function writeSplit(
  file: FileHandle,
  { shape, type, classNames, values }: PlannedSplits,
  { labels, groups, parts }: PlannedSplit,
  places: PlacedSplit,
  where: string,
): Promise<string> {
  const whole = [labels.length, ...shape];
  const size = exampleSize({ shape: whole });
  const hash = createHash("sha256").update(hashHeader({ shape: whole, classNames, groups }, type));
  let [row, at] = [0, places.inputs.begin];
  for await (const inputs of parts()) {
    const count = inputs.length / size;
    if (typeOf(inputs) !== type || !Number.isInteger(count) || row + count > labels.length) {
      throw new DataError(
        `${where}: expected ${labels.length - row} more examples of ${size} ${type} numbers, got ${inputs.length} of ${typeOf(inputs)}`,
      );
    }
    const part = labels.subarray(row, row + count);
    checkDataset({ name: where, inputs, shape: [count, ...shape], labels: part, classNames, values }, where);
    const bytes = bytesOf(inputs);
    hash.update(bytes);
    await file.write(bytes, 0, bytes.length, at);
    row += count;
    at += bytes.length;
  }
  if (row !== labels.length) {
    throw new DataError(`${where}: expected ${labels.length} examples, got ${row}`);
  }
  await file.write(bytesOf(labels), 0, undefined, places.labels.begin);
  hash.update(bytesOf(labels));
  if (values) hash.update(bytesOf(values));
  if (groups) {
    await file.write(bytesOf(groups), 0, undefined, places.groups!.begin);
    hash.update(bytesOf(groups));
  }
  return hash.digest("hex");
}

/** SHA-256 of a file, read in a stream. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(part as Buffer);
  return hash.digest("hex");
}

/**
 * Open a file of examples. Its bytes are not hashed here: a trial's spec has the hash of the examples it is about, which
 * whoever trains compares.
 *
 * @param title - What people call the examples, where that is known.
 * @throws DataError if it cannot be read, or is no such file.
 */
export async function openSplitsFile(content: FileContent, title?: string): Promise<FileSplits> {
  const { path } = content;
  const file = await open(path).catch((error) => {
    throw new DataError(`${path}: expected examples, got ${whyUnread(error)}`);
  });
  try {
    const known = await file.stat();
    const bytes = new Uint8Array(Math.min(known.size, headLength(await readAt(file, 0, 8))));
    bytes.set(await readAt(file, 0, bytes.length));
    const { name, classNames, type, ...places } = readSplitsHead(bytes, known.size);
    const { values: stored } = places;
    const values = stored && readValues(await readAt(file, stored.begin, stored.end - stored.begin));
    const wholes = async ({ begin, end }: PlacedTensor): Promise<Int32Array> =>
      new Int32Array((await readAt(file, begin, end - begin)).buffer);
    const splitOf = async ({ inputs, labels, groups }: PlacedSplit): Promise<StreamedDataset> => {
      const { shape, begin } = inputs;
      const described = {
        name,
        labels: await wholes(labels),
        classNames,
        ...(values && { values }),
        ...(groups && { groups: await wholes(groups) }),
      };
      checkLabels({ ...described, shape }, path);
      return {
        ...described,
        ...(title !== undefined && { title }),
        shape,
        rows: rowsOf(path, known, type, begin, exampleSize({ shape })),
      };
    };
    return { content, train: await splitOf(places.train), test: await splitOf(places.test) };
  } catch (error) {
    throw new DataError(`${path}: expected a file of examples, got another: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new DataError("expected examples, got a file that is truncated");
    done += bytesRead;
  }
  return bytes;
}

/** The inputs that lie one after another in a file, from `begin` on. */
function rowsOf(path: string, known: Stats, type: Rows["type"], begin: number, size: number): Rows {
  const each = size * (type === "uint8" ? 1 : 4);
  return {
    type,
    startHash: () => createHash("sha256"),
    read(indices, spent) {
      const inputs = roomFor(type, indices.length * size, spent);
      const bytes = bytesOf(inputs);
      // Opened each time: nobody has to close what a garbage collector forgets, and another file under the name is seen.
      let file: number | undefined;
      try {
        file = openSync(path, "r");
        requireSame(path, known, fstatSync(file));
        for (let row = 0; row < indices.length; ) {
          let to = row + 1;
          while (to < indices.length && indices[to] === indices[to - 1]! + 1) to++;
          readFully(file, path, bytes.subarray(row * each, to * each), begin + indices[row]! * each);
          row = to;
        }
      } catch (error) {
        if (error instanceof DataError) throw error;
        throw new DataError(`${path}: examples cannot be read any more: ${messageOf(error)}`, {
          cause: error,
        });
      } finally {
        if (file !== undefined) closeSync(file);
      }
      return inputs;
    },
  };
}

function readFully(file: number, path: string, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(file, bytes, done, bytes.length - done, position + done);
    if (got === 0) throw new DataError(`${path}: expected examples, got a file that is truncated`);
    done += got;
  }
}

function requireSame(path: string, known: Stats, now: Stats): void {
  if (now.size === known.size && now.mtimeMs === known.mtimeMs && now.ino === known.ino) return;
  throw new DataError(
    `${path}: the file of the examples was changed while they were being read; run it again, and it is written anew`,
  );
}
