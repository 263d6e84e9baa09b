/**
 * @file Reads WebDataset's shards: tar archives whose members are the images and labels of examples.
 */

import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError, messageOf } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { FileArray } from "../array.ts";
import { classesOf } from "../labels.ts";
import { listSome } from "../natural.ts";
import { requireOptions } from "../require-options.ts";
import { type MemberName, memberName } from "../shard-names.ts";
import { parseShardTarget, type ShardTarget } from "../shard-target.ts";
import { type ImageFile, MOST_BYTES as MOST_IMAGE_BYTES } from "./decode-images.ts";
import { readListed } from "./image-folder.ts";
import { IMAGE } from "./list-images.ts";
import { locateShards } from "./locate-shards.ts";
import { streaming } from "./memory.ts";
import { readTar, type TarMember } from "./tar.ts";

/** Most bytes of a packed shard, unpacked, and of all that is kept of such: it is held in memory. Others are read where they lie. */
const MOST_UNPACKED = 2 ** 31 - 1;

/** Most bytes of a text with a label. */
const MOST_TEXT = 2 ** 20;

/** Examples that an error names. */
const NAMED = 5;

/** An example of a shard: where its image is, and its label. */
interface Example {
  readonly path: string;
  readonly bytes: Exclude<ImageFile, string>;
  /** Of its shard. */
  readonly stamp: string;
  readonly label: number | string;
}

/** What was found in the shards of a split. */
interface Found {
  readonly examples: Example[];
  /** Examples that lack something, in words. */
  readonly incomplete: string[];
  /** How often each field was left out. */
  readonly left: Map<string, number>;
  /** Members without a key. */
  passed: number;
  /** Keys of shards before, and how many came again. */
  readonly keys: Set<string>;
  again: number;
  /** Bytes that are held in memory. */
  held: number;
}

/**
 * Read WebDataset's shards: images `jpg`, `jpeg`, `png`, `webp` and the like, and labels `cls`, whole numbers; or what `target` names:
 * another field, such as `txt`, or what a `json` has, such as `json.label`.
 *
 * Examples are in the order of the shards. Images in `.tar` are read where they lie, those in `.tar.gz` held in memory.
 *
 * @throws DataError if a shard is missing, truncated or damaged, an example lacks something or comes twice, or a label cannot be
 * read, UsageError if an option would change nothing.
 */
export const readShards = streaming(async (path, options, store) => {
  requireOptions(path, "WebDataset's shards", options, ["target", "size", "fit", "skipUnreadable"]);
  const { folder, train, test, classNames: named, understood } = await locateShards(path);
  const target = parseShardTarget(options.target);
  const first = await readSplit(train, target);
  const second = test && (await readSplit(test, target));
  const splits = second ? [first, second] : [first];
  for (const [at, found] of splits.entries())
    requireComplete(at === 0 ? train[0]! : test![0]!, found, target);
  const { labels, classNames } = classesOf(
    splits.map(({ examples }) => labelsOf(path, target, examples)),
    named,
  );
  const [listed, other] = splits.map(({ examples }, split) =>
    examples.map(({ path: place, bytes, stamp }, at) => ({
      path: place,
      bytes,
      stamp,
      className: classNames[labels[split]![at]!]!,
    })),
  );
  const told = [
    ...understood,
    `${splits.map(({ examples }) => `${examples.length} examples`).join(" and ")}; labels are in ${JSON.stringify(target.text)}: ` +
      `${classNames.length} classes, ${listSome(classNames)}`,
    ...splits.flatMap(tellFound),
  ];
  const listing = { train: listed!, test: other, classNames, understood: told };
  const read = await readListed(folder, listing, options, store);
  return { ...read, chosen: { ...read.chosen, target: target.text } };
});

const labelsOf = (path: string, { text }: ShardTarget, examples: readonly Example[]): FileArray => {
  const values = examples.map(({ label }) => label);
  const isNumbers = values.every((value) => typeof value === "number");
  return {
    where: `data ${path}: ${text}`,
    shape: [values.length],
    type: isNumbers ? "float64" : "str",
    values: isNumbers ? Float64Array.from(values) : values.map(String),
  };
};

function tellFound({ left, passed, again }: Found): string[] {
  const fields = [...left].map(([field, times]) => `${field} (${times})`);
  return [
    ...(fields.length > 0 ? [`fields that are left out: ${listSome(fields)}`] : []),
    ...(passed > 0 ? [`passed over: ${passed} members without a key or a field`] : []),
    ...(again > 0
      ? [
          `${again} keys stand in more than one shard: these are taken for different examples; look whether a shard is there twice`,
        ]
      : []),
  ];
}

/** Refuse shards whose examples lack something. */
function requireComplete(where: string, { examples, incomplete, left }: Found, { text }: ShardTarget): void {
  if (incomplete.length > 0) {
    const fields = [...left.keys()];
    throw new DataError(
      `${where}: expected an image and a label ${JSON.stringify(text)} of each example, got ${incomplete.length} without: ` +
        `${incomplete.slice(0, NAMED).join(", ")}${incomplete.length > NAMED ? ", ..." : ""}; ` +
        (examples.length === 0 && fields.length > 0
          ? `examples have ${listSome(fields)}: name the field of the labels by \`target\`, such as txt or json.label`
          : "mend these shards"),
    );
  }
  if (examples.length === 0) throw new DataError(`${where}: expected examples, got none`);
}

async function readSplit(shards: readonly string[], target: ShardTarget): Promise<Found> {
  const found: Found = {
    examples: [],
    incomplete: [],
    left: new Map(),
    passed: 0,
    keys: new Set(),
    again: 0,
    held: 0,
  };
  for (const shard of shards) await readShard(shard, target, found);
  return found;
}

/** An example whose members are being read. */
interface Open {
  readonly key: string;
  readonly fields: Set<string>;
  image?: Omit<Example, "label">;
  label?: number | string;
}

/** Add what is in a shard. */
async function readShard(shard: string, target: ShardTarget, found: Found): Promise<void> {
  const seen = new Set<string>();
  let current: Open | undefined;
  const close = (): void => {
    if (!current) return;
    const { key, image, label } = current;
    if (image && label !== undefined) found.examples.push({ ...image, label });
    else {
      const lacks = image ? `no ${target.text}` : label === undefined ? "neither" : "no image";
      found.incomplete.push(`${JSON.stringify(key)} in ${shard} (${lacks})`);
    }
    if (found.keys.has(key)) found.again++;
  };
  const source = await openShard(shard);
  for await (const member of readTar(source.chunks, source.limit, { where: shard, what: "shard" })) {
    const name = nameOf(shard, member);
    if (!name) {
      if (member.type !== "directory") found.passed++;
      continue;
    }
    if (current?.key !== name.key) {
      close();
      if (seen.has(name.key)) {
        throw new DataError(
          `${shard}: expected members of one example beside each other, got ${JSON.stringify(member.name)} apart from others of its key; ` +
            "write the shard again in the order of names (tar --sort=name)",
        );
      }
      seen.add(name.key);
      current = { key: name.key, fields: new Set() };
    }
    await addMember(shard, source, member, name, current, target, found);
  }
  close();
  for (const key of seen) found.keys.add(key);
}

/** Key and field of a member; undefined if it has none. */
function nameOf(shard: string, { name, type }: TarMember): MemberName | undefined {
  if (type === "directory") return undefined;
  if (type === "file" || type === "contiguous-file") return memberName(name);
  throw new DataError(
    `${shard}: expected files, got ${JSON.stringify(name)}, which is ${type === null ? "of a kind that is not read" : `a ${type}`}; ` +
      "write the shard again without links (tar --dereference --hard-dereference)",
  );
}

async function addMember(
  shard: string,
  source: Source,
  member: TarMember,
  { field }: MemberName,
  example: Open,
  target: ShardTarget,
  found: Found,
): Promise<void> {
  const where = join(shard, member.name);
  if (example.fields.has(field)) {
    throw new DataError(
      `${shard}: expected each member once, got ${JSON.stringify(member.name)} twice; write the shard again`,
    );
  }
  example.fields.add(field);
  if (field === target.field) {
    if (member.size > MOST_TEXT) {
      throw new DataError(`${where}: expected a label of at most ${MOST_TEXT} bytes, got ${member.size}`);
    }
    example.label = target.read(await member.read(), where);
  } else if (!IMAGE.test(member.name)) {
    found.left.set(field, (found.left.get(field) ?? 0) + 1);
  } else if (example.image) {
    throw new DataError(
      `${where}: expected one image an example, got another of key ${JSON.stringify(example.key)}; write shards with one each`,
    );
  } else {
    found.held += source.isPacked ? member.size : 0;
    if (found.held > MOST_UNPACKED) {
      throw new DataError(
        `${where}: expected at most ${MOST_UNPACKED} bytes of images in packed shards, got more; unpack them (gunzip)`,
      );
    }
    example.image = { path: where, bytes: await source.take(member), stamp: source.version };
  }
}

/** A shard that is read. */
interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly limit: number;
  readonly isPacked: boolean;
  /** What tells whether the file is as it was. */
  readonly version: string;
  /** What gives a member's bytes, later too. */
  readonly take: (member: TarMember) => Promise<Exclude<ImageFile, string>>;
}

async function openShard(shard: string): Promise<Source> {
  const version = await versionOf(shard);
  const file = createReadStream(shard, { highWaterMark: 2 ** 20 });
  if (!/gz$/i.test(shard)) {
    const take =
      async ({ offset, size }: TarMember) =>
      () =>
        readRange(shard, version, offset, size);
    return { chunks: blamed(file, shard), limit: Number.MAX_SAFE_INTEGER, isPacked: false, version, take };
  }
  const unpacking = createGunzip();
  // What went wrong is what reading the chunks throws.
  pipeline(file, unpacking, () => {});
  const take = async ({ read, size }: TarMember) => {
    // Too large a file is no image: whoever decodes it says so.
    const bytes = size > MOST_IMAGE_BYTES ? new Uint8Array(0) : await read();
    return bytes;
  };
  return { chunks: blamed(unpacking, shard), limit: MOST_UNPACKED, isPacked: true, version, take };
}

/** Chunks of a file, whose errors say which it is. */
async function* blamed(chunks: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new DataError(`${where}: expected a file that can be read whole, got ${whyUnread(error)}`);
  }
}

/** What tells whether a file is as it was. */
export async function versionOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DataError(`${path}: expected a shard, got ${whyUnread(error)}`);
  });
  // A pipe would be waited for, and a device has no end.
  if (!found.isFile()) throw new DataError(`${path}: expected a shard, got no file`);
  return `${found.size} ${found.mtimeMs}`;
}

/** Bytes of a file that is still as it was. */
export async function readRange(
  path: string,
  version: string,
  offset: number,
  size: number,
): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size: now, mtimeMs } = await file.stat();
    if (`${now} ${mtimeMs}` !== version) throw new Error("it changed while it was read");
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, offset);
    if (bytesRead === size) return bytes;
    throw new Error(`${bytesRead} of ${size} bytes`);
  } catch (error) {
    throw new DataError(`${path}: expected the shard as it was, got ${messageOf(error)}`);
  } finally {
    await file.close();
  }
}
