/**
 * @file Data at a path: what kind they are is found by looking.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DataError, UsageError } from "../../base/errors.ts";
import { sha256 } from "../../base/json.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { hasRole } from "../array-names.ts";
import { type DataReader, type ReadData, readDataPath } from "../data-options.ts";
import { type Dataset, datasetHash, type Splits } from "../dataset.ts";
import { isIdxName } from "../idx-names.ts";
import { isShardName, isShardPattern } from "../shard-names.ts";
import { splitNamed } from "../split-names.ts";
import { readImageFolder } from "./image-folder.ts";
import { readArrays } from "./read-arrays.ts";
import { readCifar100 } from "./read-cifar100.ts";
import { readIdx } from "./read-idx.ts";
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
  readonly read: DataReader;
}

const isNpy = (name: string): boolean => /\.npy$/i.test(name) && hasRole(name.slice(0, -4));

const KINDS: readonly DataKind[] = [
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
 * Read the data at a path, whole.
 *
 * Their name is `data-` and the first digits of the hash of both splits, so that the same examples are the same trials
 * wherever they lie; their title is the last part of the path.
 *
 * @param reference - The path, and maybe options behind a question mark: `photos/?size=64`.
 * @throws DataError if nothing is there that can be read, UsageError if an option is not possible.
 */
export async function readData(reference: string): Promise<ReadData> {
  const { path, options, told } = readDataPath(reference);
  const found = await look(path);
  const kind = KINDS.find(({ fits }) => fits(found));
  if (!kind) throw new DataError(`data ${path}: expected ${expected()}, got a file of another kind`);
  const { splits, understood, ...more } = await kind.read(path, options);
  const idle = more.isTestDrawn ? undefined : told.find((name) => DRAWING.includes(name));
  if (idle !== undefined) {
    throw new UsageError(
      `data ${path}: \`${idle}\`: the data have a test split of their own, so none is drawn; leave it out`,
    );
  }
  return {
    ...more,
    splits: await nameSplits(splits, basename(resolve(path))),
    understood: [`${path} is read as ${kind.what}`, ...understood],
  };
}

/** What says how a test is drawn. */
const DRAWING: readonly string[] = ["testShare", "splitSeed"];

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

/** Splits under the name of their bytes, and with a title for people. */
export async function nameSplits({ train, test }: Splits, title: string): Promise<Splits> {
  const hash = await sha256(await datasetHash(train), await datasetHash(test));
  const as = (split: Dataset): Dataset => ({ ...split, name: `data-${hash.slice(0, 8)}`, title });
  return { train: as(train), test: as(test) };
}
