/**
 * @file Reads tables that are texts: CSV, TSV.
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { DataReader } from "../data-options.ts";
import { gunzip } from "../gzip.ts";
import type { NamedBytes } from "../mnist.ts";
import { requireOptions } from "../require-options.ts";
import { TABLE_OPTIONS } from "../table.ts";
import { textSplits } from "../text-splits.ts";
import { firstFile, readBytes } from "./files.ts";
import { nameOf } from "./read-arrays.ts";

/** Most bytes of a file, unpacked: where its cells begin takes as much again. */
const MOST_BYTES = 2 ** 30;

const ENDINGS = [".csv", ".tsv", ".csv.gz", ".tsv.gz"];

/**
 * Read a table: a CSV or TSV file, of which a part is taken as test, or a folder with `train.csv` and `test.csv`.
 *
 * @throws DataError if a file is not what it should be, or it is not plain which column is the target, UsageError if an option
 * would change nothing.
 */
export const readTable: DataReader = async (path, options) => {
  requireOptions(path, "a table", options, TABLE_OPTIONS);
  const { train, test } = await locateTables(path);
  const read = async (where: string): Promise<NamedBytes> => ({
    where,
    bytes: await gunzip(await readBytes(where, MOST_BYTES), MOST_BYTES, where),
  });
  const tables = { train: await read(train), test: test === undefined ? undefined : await read(test) };
  return textSplits(nameOf(path), tables, options);
};

async function locateTables(path: string): Promise<{ train: string; test?: string | undefined }> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DataError(`${path}: expected a file or folder that can be read, got ${whyUnread(error)}`);
  });
  if (!found.isDirectory()) return { train: path };
  const find = (split: string) => firstFile(ENDINGS.map((ending) => join(path, `${split}${ending}`)));
  const train = await find("train");
  if (train === undefined) throw new DataError(`${path}: expected train.csv or train.tsv, got neither`);
  return { train, test: await find("test") };
}
