/**
 * @file Reads Parquet files: tables, and images as Hugging Face writes them.
 */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { FileArray } from "../array.ts";
import { isMissing, numberOf } from "../columns.ts";
import type { DataOptions, ReadData } from "../data-options.ts";
import type { ExampleSplits } from "../dataset.ts";
import { classesOf } from "../labels.ts";
import { type CellTable, findTarget } from "../named-table.ts";
import { listSome, sortNatural } from "../natural.ts";
import type { SplitsStore } from "../planned.ts";
import { requireOptions } from "../require-options.ts";
import { TABLE_OPTIONS, tableSplits } from "../table.ts";
import { readListed } from "./image-folder.ts";
import { streaming } from "./memory.ts";
import { nameOf } from "./read-arrays.ts";
import { type ParquetFile, readParquetFile } from "./read-parquet-file.ts";

/**
 * Read Parquet: a file, of which a part is taken as test, or a folder with `train*.parquet` and `test*.parquet`, each maybe
 * in several parts (`train-00000-of-00002.parquet`).
 *
 * Columns are read as those of a CSV file are. If one is of images, images and target are read and all else is left out.
 *
 * @throws DataError if a file is not what it should be, or it is not plain which column is the target, UsageError if an option
 * would change nothing.
 */
export const readParquet = streaming(async (path, options, store) => {
  const { train, test } = await locateParts(path);
  const first = await joinParts(train);
  const second = test.length === 0 ? undefined : await joinParts(test);
  if (first.images.length > 0) return await readImages(path, first, second, options, store);
  requireOptions(path, "a table", options, TABLE_OPTIONS);
  return tableSplits(
    nameOf(path),
    { train: tableOf(first), test: second && tableOf(second), classNamesOf: first.classNamesOf },
    options,
    false,
  );
});

async function locateParts(path: string): Promise<{ train: string[]; test: string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { train: [path], test: [] };
    const names = sortNatural(await readdir(path), (name) => name);
    const parts = (split: RegExp): string[] =>
      names.filter((name) => split.test(name) && /\.parquet$/i.test(name)).map((name) => join(path, name));
    const train = parts(/^train/i);
    if (train.length > 0) return { train, test: parts(/^test/i) };
  } catch (error) {
    throw new DataError(`${path}: expected a file or folder that can be read, got ${whyUnread(error)}`);
  }
  throw new DataError(`${path}: expected train.parquet, or train-00000-of-00001.parquet and so on, got none`);
}

async function joinParts([path, ...others]: readonly string[]): Promise<ParquetFile> {
  const first = await readParquetFile(path!);
  if (others.length === 0) return first;
  const parts = [first];
  for (const other of others) {
    const part = await readParquetFile(other);
    if (part.names.join("\n") !== first.names.join("\n")) {
      throw new DataError(
        `${other}: expected the columns of ${path}, ${listSome(first.names)}, got ${listSome(part.names)}`,
      );
    }
    parts.push(part);
  }
  const columns = first.names.map((_, at) => parts.flatMap((part) => part.columns[at]!));
  return { ...first, columns, rows: parts.reduce((sum, { rows }) => sum + rows, 0) };
}

function tableOf({ where, names, rows, columns }: ParquetFile): CellTable {
  const text = (row: number, at: number): string => {
    const cell = textOf(columns[at]![row]);
    if (cell !== undefined) return cell;
    throw new DataError(
      `${where}: column ${JSON.stringify(names[at])}: expected numbers, texts, or true and false, got ` +
        `${columns[at]![row] instanceof Uint8Array ? "bytes" : "lists or structures"} in row ${row + 1}; leave the column out`,
    );
  };
  const number = (row: number, at: number): number => {
    const value = columns[at]![row];
    if (Number.isFinite(value)) return value as number;
    // What the file has as text is text, whatever it looks like.
    return typeof value === "string" ? Number.NaN : numberOf(textOf(value) ?? "", ".");
  };
  const texts = new Set(names.keys().filter((at) => columns[at]!.some((value) => typeof value === "string")));
  const isHole = (row: number, at: number): boolean =>
    !Number.isFinite(columns[at]![row]) && isMissing(text(row, at));
  const cells = { rows, columns: names.length, text, number, isMissing: isHole };
  return { where, names, cells, texts };
}

/** A value as a cell of text, from which numbers come back as they were. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  return /^(string|number|bigint|boolean)$/.test(typeof value) ? String(value) : undefined;
}

/** Images and their classes, decoded as those of a folder are. */
async function readImages(
  path: string,
  train: ParquetFile,
  test: ParquetFile | undefined,
  options: DataOptions,
  store: SplitsStore,
): Promise<ReadData<ExampleSplits>> {
  requireOptions(path, "images in Parquet", options, ["target", "size", "fit", "skipUnreadable"]);
  const { names, images, where } = train;
  const [image] = images;
  if (images.length > 1 || (test && test.names.join("\n") !== names.join("\n"))) {
    throw new DataError(
      `${where}: expected one column of images, and the same columns in the test, got ${images.join(" and ")} of ${listSome(names)}` +
        `${test ? ` and ${listSome(test.names)}` : ""}`,
    );
  }
  const at = names.indexOf(image!);
  const target = findTarget(train, options.target);
  const splits = test ? [train, test] : [train];
  const { labels, classNames } = classesOf(
    splits.map((split) => labelsAt(split, target)),
    train.classNamesOf(names[target]!),
  );
  const [listed, other] = splits.map((split, place) =>
    split.columns[at]!.map((value, index) => ({
      path: join(split.where, `row ${index + 1}`),
      bytes: bytesIn(value, `${split.where}: row ${index + 1}`),
      className: classNames[labels[place]![index]!]!,
    })),
  );
  const left = names.filter((_, column) => column !== at && column !== target);
  const understood = [
    `${splits.map(({ where: file, rows }) => `${file}: ${rows} rows`).join(", ")}; images are in column "${image}", the target is column "${names[target]}": ` +
      `${classNames.length} classes, ${listSome(classNames)}`,
    ...(left.length > 0 ? [`columns that are left out: ${listSome(left)}`] : []),
  ];
  const listing = { train: listed!, test: other, classNames, understood };
  const read = await readListed(path, listing, options, store);
  return { ...read, chosen: { ...read.chosen, target: names[target]! } };
}

/** The bytes of an image. */
function bytesIn(value: unknown, where: string): Uint8Array {
  const bytes = (Object(value) as { readonly bytes?: unknown }).bytes;
  if (bytes instanceof Uint8Array) return bytes;
  throw new DataError(
    `${where}: expected an image's bytes, got none; write the images into the file, not their paths alone`,
  );
}

function labelsAt({ where, names, columns }: ParquetFile, at: number): FileArray {
  const here = `${where}: column ${JSON.stringify(names[at])}`;
  const values = columns[at]!.map((found, index) => {
    const value = typeof found === "bigint" ? Number(found) : found;
    if (typeof value === "number" || typeof value === "string") return value;
    throw new DataError(
      `${here}: expected whole numbers or texts as labels, got ${String(value)} in row ${index + 1}`,
    );
  });
  const isNumbers = values.every((value) => typeof value === "number");
  return {
    where: here,
    shape: [values.length],
    type: isNumbers ? "float64" : "str",
    values: isNumbers ? Float64Array.from(values) : values.map(String),
  };
}
