/**
 * @file Reads tables that are texts: CSV, TSV.
 */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { DataReader } from "../data-options.ts";
import { DELIMITER_NAMES, type Delimiter, findDelimiter, scanDelimited } from "../delimited.ts";
import { gunzip } from "../gzip.ts";
import type { CellTable } from "../named-table.ts";
import { requireOptions } from "../require-options.ts";
import { TABLE_OPTIONS, tableSplits } from "../table.ts";
import { toUtf8 } from "../text-encoding.ts";
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
  const first = await readCells(train);
  const second = test === undefined ? undefined : await readCells(test);
  const mayBeComma = first.delimiter !== "," && second?.delimiter !== ",";
  const reading = tableSplits(nameOf(path), { train: first, test: second }, options, mayBeComma);
  const told = [first, second].flatMap((file) => (file ? [tellFile(file)] : []));
  return { ...reading, understood: [...told, ...reading.understood] };
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

/** Cells of a file, and how they were found. */
interface ReadCells extends CellTable {
  readonly delimiter: Delimiter;
  readonly encoding: string;
}

async function readCells(where: string): Promise<ReadCells> {
  const { bytes, encoding } = toUtf8(
    await gunzip(await readBytes(where, MOST_BYTES), MOST_BYTES, where),
    where,
  );
  const delimiter = findDelimiter(bytes, where);
  return { where, cells: scanDelimited(bytes, delimiter, where), delimiter, encoding };
}

const tellFile = ({ where, delimiter, encoding }: ReadCells): string =>
  `${where}: text in ${encoding}, columns divided by ${DELIMITER_NAMES[delimiter]}` +
  (encoding === "windows-1252"
    ? "; it is no UTF-8: look whether accents are right, or write it as UTF-8"
    : "");
