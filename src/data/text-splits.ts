/**
 * @file Tables that are texts as datasets: CSV, TSV.
 */

import type { DataOptions, ReadData } from "./data-options.ts";
import { DELIMITER_NAMES, type Delimiter, findDelimiter, scanDelimited } from "./delimited.ts";
import type { NamedBytes } from "./mnist.ts";
import { type CellTable, usualTargets, withNames } from "./named-table.ts";
import { tableSplits } from "./table.ts";
import { toUtf8 } from "./text-encoding.ts";

/**
 * Read a table, of which a part is taken as test, or one for each split.
 *
 * @param name - What people call the data.
 * @throws DataError if a file is not what it should be, or it is not plain which column is the target.
 */
export function textSplits(
  name: string,
  { train, test }: { readonly train: NamedBytes; readonly test?: NamedBytes | undefined },
  options: DataOptions,
): ReadData {
  const first = readCells(train);
  const second = test && readCells(test);
  const mayBeComma = first.delimiter !== "," && second?.delimiter !== ",";
  const reading = tableSplits(name, { train: first, test: second }, options, mayBeComma);
  const told = [first, second].flatMap((file) => (file ? [tellFile(file)] : []));
  return { ...reading, understood: [...told, ...reading.understood] };
}

/**
 * The names of a table's columns, and whether one of them is plainly the target.
 *
 * @throws DataError if the file is no table.
 */
export function tableColumns(file: NamedBytes): {
  readonly columns: readonly string[];
  readonly hasTarget: boolean;
} {
  const cells = readCells(file);
  const { names } = withNames(cells, undefined, cells.delimiter !== ",");
  return { columns: names, hasTarget: usualTargets(names).length === 1 };
}

/** Cells of a file, and how they were found. */
interface ReadCells extends CellTable {
  readonly delimiter: Delimiter;
  readonly encoding: string;
}

function readCells({ bytes: raw, where }: NamedBytes): ReadCells {
  const { bytes, encoding } = toUtf8(raw, where);
  const delimiter = findDelimiter(bytes, where);
  return { where, cells: scanDelimited(bytes, delimiter, where), delimiter, encoding };
}

const tellFile = ({ where, delimiter, encoding }: ReadCells): string =>
  `${where}: text in ${encoding}, columns divided by ${DELIMITER_NAMES[delimiter]}` +
  (encoding === "windows-1252"
    ? "; it is no UTF-8: look whether accents are right, or write it as UTF-8"
    : "");
