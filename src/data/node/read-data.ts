/**
 * @file Data at a path: what kind they are is found by looking.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { showBytes } from "../../base/bytes.ts";
import { DataError, UsageError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { hasRole } from "../array-names.ts";
import { type DataFile, isDataFile } from "../data-file.ts";
import { type AskedOptions, completeOptions, type ReadData, readDataPath } from "../data-options.ts";
import type { ExampleSplits } from "../dataset.ts";
import { isIdxName } from "../idx-names.ts";
import { nameBy, splitsHash } from "../named-splits.ts";
import { planOf, type SplitsStore, type StreamingReader, splitsBytes } from "../planned.ts";
import { isShardName, isShardPattern } from "../shard-names.ts";
import { splitNamed } from "../split-names.ts";
import { readDataFile } from "./data-file.ts";
import { readImageFolder } from "./image-folder.ts";
import { heldOnly } from "./memory.ts";
import { readArrays } from "./read-arrays.ts";
import { readCifar100 } from "./read-cifar100.ts";
import { readIdx } from "./read-idx.ts";
import { isIlsvrc, readIlsvrc } from "./read-ilsvrc.ts";
import { readParquet } from "./read-parquet.ts";
import { readShards } from "./read-shards.ts";
import { readTable } from "./read-table.ts";

/** What lies at a path. */
interface Found {
  readonly path: string;
  readonly isFolder: boolean;
  /** Names in the folder; of a file, its own. */
  readonly names: readonly string[];
  /** Names in the folder of training examples, where there is one. */
  readonly inTrain: readonly string[];
  /** Whether there are folders in it. */
  readonly hasFolders: boolean;
}

/** A kind of data. */
interface DataKind {
  /** Such as `a folder of images`. */
  readonly what: string;
  /** Whether something looks like it; the first that says yes reads it. */
  readonly fits: (found: Found) => boolean;
  readonly read: StreamingReader;
}

const isNpy = (name: string): boolean => /\.npy$/i.test(name) && hasRole(name.slice(0, -4));

const KINDS: readonly DataKind[] = [
  {
    what: "ImageNet as it is downloaded",
    fits: ({ isFolder, names }) => isFolder && isIlsvrc(names),
    read: readIlsvrc,
  },
  {
    what: "WebDataset's shards (.tar)",
    // A folder of classes may have an archive beside them.
    fits: ({ names, inTrain, hasFolders }) =>
      (!hasFolders && names.some(isShardName)) || inTrain.some(isShardName),
    read: readShards,
  },
  {
    what: "NumPy's arrays (.npz, .npy)",
    fits: ({ isFolder, names }) =>
      names.some((name) => isNpy(name) || (!isFolder && /\.np[yz]$/i.test(name))),
    read: readArrays,
  },
  { what: "IDX files", fits: ({ names }) => names.some(isIdxName), read: readIdx },
  {
    what: "the folder of CIFAR-100's binary version",
    fits: ({ isFolder, names }) => isFolder && names.includes("train.bin") && names.includes("test.bin"),
    read: readCifar100,
  },
  {
    what: "Parquet files",
    fits: ({ names, isFolder }) =>
      names.some((name) => /\.parquet$/i.test(name) && (!isFolder || /^train/i.test(name))),
    read: readParquet,
  },
  {
    what: "a table (.csv, .tsv)",
    fits: ({ isFolder, names }) =>
      names.some((name) => (isFolder ? /^train\.[ct]sv(\.gz)?$/ : /\.([ct]sv|txt|data)(\.gz)?$/i).test(name)),
    read: readTable,
  },
  { what: "a folder of images", fits: ({ isFolder }) => isFolder, read: readImageFolder },
];

/**
 * Read the data at a path, whole, or into a file of the store where they are more than may be held.
 *
 * Their name is `data-` and the first digits of the hash of both splits, so that the same examples are the same trials
 * wherever they lie; their title is the last part of the path.
 *
 * @param reference - The path, and maybe options behind a question mark: `photos/?size=64`; or that of a description,
 *   `shatter.data.yaml`, where options go before what it says.
 * @param store - Where more goes than may be held, which is refused without one.
 * @throws DataError if nothing is there that can be read, UsageError if an option is not possible.
 */
export async function readData(reference: string): Promise<ReadData>;
export async function readData(reference: string, store: SplitsStore): Promise<ReadData<ExampleSplits>>;
export async function readData(
  reference: string,
  store: SplitsStore = heldOnly(),
): Promise<ReadData<ExampleSplits>> {
  const { path: asked, asked: told } = readDataPath(reference);
  const described = isDataFile(asked) ? await readDataFile(asked) : undefined;
  const path = described?.path ?? asked;
  const options = completeOptions(asked, { ...described?.options, ...told });
  const found = await look(path);
  const kind = KINDS.find(({ fits }) => fits(found));
  if (!kind) throw new DataError(`data ${path}: expected ${expected()}, got a file of another kind`);
  const read = await kind.read(path, options, store);
  requireDrawn(path, told, read.chosen);
  const title = described?.title ?? basename(resolve(path));
  const isLarge = read.splits.content === undefined && splitsBytes(read.splits) > store.memory;
  const splits = isLarge ? await store.write({ ...planOf(read.splits), title }) : read.splits;
  const hash = await splitsHash(splits);
  if (described?.hash !== undefined && described.hash !== hash) {
    throw new DataError(
      `data ${path}: expected data of the hash ${described.hash}, as ${asked} says, got ${hash}: the files are others, or read otherwise; ` +
        "get those that were described, or describe these: `shatter data check` with `write`",
    );
  }
  return {
    ...read,
    splits: nameBy(hash, splits, title),
    hash,
    understood: [
      `${path} is read as ${kind.what}`,
      ...(described ? tellDescription(asked, described, told) : tellUnread(found)),
      ...read.understood,
      ...(splits.content ? [tellStreamed(splits, store)] : []),
    ],
    chosen: { ...described?.options, ...told, ...read.chosen },
  };
}

/** Refuse options of how a test is drawn where the data have one of their own. */
function requireDrawn(path: string, told: AskedOptions, chosen: AskedOptions = {}): void {
  const idle = (["testShare", "splitSeed"] as const).find(
    (name) => told[name] !== undefined && chosen[name] === undefined,
  );
  if (idle === undefined) return;
  throw new UsageError(
    `data ${path}: \`${idle}\`: the data have a test split of their own, so none is drawn; leave it out`,
  );
}

/** What a description said, and what was said beside it. */
function tellDescription(file: string, { options, hash }: DataFile, told: AskedOptions): string[] {
  const said = Object.entries(options).map(([name, value]) => `\`${name}\` ${value}`);
  const over = Object.entries(told).filter(
    ([name, value]) => (options[name as keyof AskedOptions] ?? value) !== value,
  );
  return [
    `${file} describes them${said.length > 0 ? `: ${said.join(", ")}` : ""}${hash === undefined ? "; it has no `hash`, so that other data would be taken as well" : ", and their hash is the one it says"}`,
    ...over.map(([name, value]) => `\`${name}\` is ${value}, as was said beside the description`),
  ];
}

const tellUnread = ({ isFolder, names }: Found): string[] => {
  const file = isFolder && names.find((name) => /^shatter\.data\.ya?ml$/i.test(name));
  return file ? [`${file} lies in it and is not read: give that file as \`data\` to have it so`] : [];
};

/** Look what lies at a path, which may be a pattern of shards. */
async function look(path: string): Promise<Found> {
  const plain = { path, isFolder: false, names: [basename(path)], inTrain: [], hasFolders: false };
  if (isShardPattern(path)) return plain;
  try {
    if (!(await stat(path)).isDirectory()) return plain;
    const entries = await readdir(path, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    const train = folders.find(({ name }) => splitNamed(name) === "train");
    return {
      path,
      isFolder: true,
      names: entries.map(({ name }) => name),
      inTrain: train ? await readdir(join(path, train.name)) : [],
      hasFolders: folders.length > 0,
    };
  } catch (error) {
    throw new DataError(`data ${path}: expected ${expected()}, got ${whyUnread(error)}`);
  }
}

const expected = (): string => KINDS.map(({ what }) => what).join(", ");

const tellStreamed = (splits: ExampleSplits, { memory }: SplitsStore): string => {
  const bytes = splitsBytes(splits);
  const from = `they are read from ${splits.content!.path}`;
  return bytes > memory
    ? `these examples take ${showBytes(bytes)} as a network is given them, more than the ${showBytes(memory)} that may be held (\`memory\`): ${from}`
    : `these examples were written to a file when less might be held: ${from}`;
};
