/**
 * @file Data of one's own, dropped on the page: what they are is found by looking at the names, and read by the readers
 * that the command line has. Nothing leaves the machine.
 */

import { DataError } from "../../base/errors.ts";
import { archiveArrays, arraySplits } from "../../data/array-splits.ts";
import { parseCifar10 } from "../../data/cifar10.ts";
import {
  type AskedOptions,
  completeOptions,
  type DataOptions,
  type ReadData,
} from "../../data/data-options.ts";
import { exampleCount, type Splits } from "../../data/dataset.ts";
import { drawTest } from "../../data/draw-test.ts";
import { gunzip } from "../../data/gzip.ts";
import { findIdxFiles, isIdxName } from "../../data/idx-names.ts";
import { idxSplits } from "../../data/idx-splits.ts";
import type { NamedBytes } from "../../data/mnist.ts";
import { nameSplits } from "../../data/named-splits.ts";
import { sortNatural } from "../../data/natural.ts";
import { partOf } from "../../data/subset.ts";
import { tableColumns, textSplits } from "../../data/text-splits.ts";
import { type Decode, listOwnImages, type OwnFile, readOwnImages } from "./images.ts";

/** What is said of the files besides themselves. */
export interface OwnOptions {
  /** Height and width that images are brought to, in pixels. */
  readonly size: number;
  /** The column that is to be told, of a table. */
  readonly target?: string | undefined;
  /** Classes of images by their paths, where folders do not tell. */
  readonly classes?: Readonly<Record<string, string>> | undefined;
}

/** What came of it: data, or a question. */
export type OwnData =
  | {
      readonly type: "read";
      readonly splits: Splits;
      /** What was found and chosen, a sentence each, with options in backticks. */
      readonly understood: readonly string[];
      /** Columns of a table, of which another may be told. */
      readonly columns?: readonly string[] | undefined;
    }
  | { readonly type: "which-column"; readonly columns: readonly string[] }
  | { readonly type: "which-classes"; readonly images: readonly string[] };

/** Most examples that are kept, which two networks can train on while somebody looks on. */
export const MOST = { n: 10_000, testN: 10_000 };

/** Most bytes of a file, and of what it unpacks to. */
const MOST_BYTES = 2 ** 29;

const TABLE = /\.([ct]sv|txt|data)(\.gz)?$/i;
const CIFAR = /(^|_)batch(_\d+)?\.bin$/i;

const KINDS =
  "images (JPEG, PNG, WebP) in a folder for each class, a table (.csv, .tsv), NumPy's arrays (.npz), IDX files as MNIST has them, or the binary batches of CIFAR-10 (.bin)";

/**
 * Read files that were dropped.
 *
 * @throws DataError or UsageError saying which file, what was expected and what to do.
 */
export async function readOwn(
  files: readonly OwnFile[],
  asked: OwnOptions,
  decode: Decode,
): Promise<OwnData> {
  if (files.length === 0) throw new DataError(`expected files, got none: drop ${KINDS}`);
  const name = nameOf(files);
  const given: AskedOptions = { size: asked.size, target: asked.target };
  const options = completeOptions(name, given);
  const named = (pattern: RegExp): OwnFile[] => files.filter(({ path }) => pattern.test(path));
  const [archive, ...archives] = named(/\.npz$/i);
  if (archive) {
    if (archives.length > 0)
      throw new DataError(`expected one NPZ archive, got ${archives.length + 1}: drop one`);
    return finish(
      await arraySplits(name, archiveArrays(await bytesOf(archive), MOST_BYTES), options, archive.path),
    );
  }
  if (files.some(({ path }) => isIdxName(baseName(path)))) return finish(await readIdx(name, files, options));
  const batches = named(CIFAR);
  if (batches.length > 0) return finish(await readCifar(name, batches, options));
  const tables = named(TABLE);
  const images = listOwnImages(files);
  if (tables.length > 0 && images.length === 0) return await readTable(name, tables, options);
  if (images.length === 0) {
    throw new DataError(
      `expected ${KINDS}, got ${files.length === 1 ? files[0]!.path : `${files.length} others, such as ${files[0]!.path}`}`,
    );
  }
  const told = images.map((image) => ({
    ...image,
    className: asked.classes?.[image.path] ?? image.className,
  }));
  const unknown = told.filter(({ className }) => className === undefined);
  if (unknown.length > 0) return { type: "which-classes", images: unknown.map(({ path }) => path) };
  return finish(await readOwnImages(name, told, { ...options, size: asked.size }, decode));
}

const baseName = (path: string): string => path.replace(/^.*\//, "");

/** What people call the files: the folder they are in, or the file. */
function nameOf([first, ...others]: readonly OwnFile[]): string {
  const folder = first!.path.split("/").slice(0, -1)[0];
  if (folder !== undefined && others.every(({ path }) => path.startsWith(`${folder}/`))) return folder;
  return others.length === 0 ? baseName(first!.path) : "your files";
}

/** The bytes of a file, unpacked. */
async function bytesOf({ path, file }: OwnFile): Promise<NamedBytes> {
  if (file.size > MOST_BYTES) {
    throw new DataError(
      `${path}: expected at most ${MOST_BYTES} bytes, got ${file.size}: drop a part of the data, or use the command line`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { where: path, bytes: await gunzip(bytes, MOST_BYTES, path) };
}

async function readIdx(name: string, files: readonly OwnFile[], options: DataOptions): Promise<ReadData> {
  const byName = new Map(files.map((file) => [baseName(file.path), file]));
  return idxSplits(
    name,
    findIdxFiles([...byName.keys()], name),
    (file) => bytesOf(byName.get(file)!),
    without(options),
  );
}

/** Batches of which `test_batch.bin` is the test; without it a test is drawn. */
async function readCifar(name: string, batches: readonly OwnFile[], options: DataOptions): Promise<ReadData> {
  const sorted = await Promise.all(sortNatural(batches, ({ path }) => path).map(bytesOf));
  const isTest = ({ where }: NamedBytes): boolean => /test/i.test(baseName(where));
  const [train, test] = [sorted.filter((batch) => !isTest(batch)), sorted.filter(isTest)];
  const told = `records of CIFAR-10 from ${sorted.map(({ where }) => baseName(where)).join(", ")}`;
  if (train.length > 0 && test.length > 0)
    return { splits: parseCifar10(train, test[0]!), understood: [told] };
  const { train: all } = parseCifar10(sorted, sorted[0]!);
  const drawn = drawTest({ ...all, name }, options, name);
  return { splits: drawn.splits, understood: [told, drawn.told] };
}

/** A table, or `train` and `test` of it; where nobody can tell which column is meant, that is the question. */
async function readTable(name: string, tables: readonly OwnFile[], options: DataOptions): Promise<OwnData> {
  const find = (split: RegExp): OwnFile | undefined => tables.find(({ path }) => split.test(baseName(path)));
  const [train, test] = [find(/^train/i) ?? tables[0]!, find(/^test/i)];
  const first = await bytesOf(train);
  const { columns, hasTarget } = tableColumns(first);
  if (!hasTarget && options.target === undefined) return { type: "which-column", columns };
  const given = { train: first, test: test && test !== train ? await bytesOf(test) : undefined };
  return { ...(await finish(textSplits(name, given, without(options)))), columns };
}

/** Options but for the size of images, which files with pixels have of their own. */
const without = ({ size: _, ...options }: DataOptions): DataOptions => options;

/** Data under the name of their bytes, and not more than can be trained on here. */
async function finish({ splits, understood }: ReadData): Promise<OwnData & { readonly type: "read" }> {
  const { classNames, values } = splits.train;
  if (values) {
    throw new DataError(
      `${JSON.stringify(classNames[0])}: expected classes to tell, got ${values.length} different numbers: choose a column of classes`,
    );
  }
  const [count, testCount] = [exampleCount(splits.train), exampleCount(splits.test)];
  const some = { n: Math.min(MOST.n, count), testN: Math.min(MOST.testN, testCount) };
  const isPart = some.n < count || some.testN < testCount;
  const kept = partOf(splits, some);
  return {
    type: "read",
    splits: await nameSplits(kept, splits.train.name),
    understood: [
      ...understood,
      ...(isPart
        ? [
            `${some.n} of ${count} training and ${some.testN} of ${testCount} test examples are kept, drawn at random`,
          ]
        : []),
    ],
  };
}
