/**
 * @file From tables of texts to datasets: header, target, columns, missing values, splits.
 */

import { DataError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Cells } from "./cells.ts";
import {
  type CellColumn,
  type Column,
  isMissing,
  numberOf,
  readColumn,
  refuseIdentifiers,
} from "./columns.ts";
import { type DataOptions, drawnBy, type ReadData } from "./data-options.ts";
import { checkDataset, type Dataset, takeExamples } from "./dataset.ts";
import { divideRows, tellDivision } from "./draw-test.ts";
import { asImages } from "./image-rows.ts";
import { readTarget } from "./labels.ts";
import { refuseSeveral } from "./multi-label.ts";
import { listSome } from "./natural.ts";
import type { Division } from "./stratify.ts";

/** Cells of a file; the first row may be its header, where names of the columns are not known. */
export interface CellTable {
  readonly where: string;
  readonly names?: readonly string[];
  readonly cells: Cells;
  /** Columns of texts, where a file says so. */
  readonly texts?: ReadonlySet<number> | undefined;
}

/** Names of a target that need not be told. */
const TARGETS = ["target", "label", "class", "y"];

/** Rows that are looked at to see whether the first is a header. */
const LOOKED_AT = 1000;

/** Most rows: of as many texts, each another, JavaScript's collections hold no more. */
const MOST_ROWS = 16_000_000;

/** Most values of all columns and rows, with categories spread: 2 GiB in single precision. */
const MOST_VALUES = 2 ** 29;

/** A table, or one for training and one for the test. */
export interface CellTables {
  readonly train: CellTable;
  readonly test?: CellTable | undefined;
  /** Names of the classes 0, 1, ... of a column, where a file has them. */
  readonly classNamesOf?: ((column: string) => readonly string[] | undefined) | undefined;
}

/**
 * Make datasets of a table, or of two with the same columns: numbers as they are, categories as columns of 0 and 1, and one
 * column that is the target. Nothing is scaled: recipes do that, by training rows alone.
 *
 * @param name - What people call the data.
 * @param mayBeComma - Whether a comma may be a decimal sign.
 * @throws DataError if rows have different lengths, there is no target, or a column cannot be used.
 */
export function tableSplits(
  name: string,
  { train, test, classNamesOf }: CellTables,
  options: DataOptions,
  mayBeComma: boolean,
): ReadData {
  const first = withNames(train, options.target, mayBeComma);
  const second = test && withNames(test, options.target, mayBeComma);
  if (second) checkNames(first, second);
  const target = findTarget(first, options.target);
  const group = options.group === undefined ? undefined : findColumn(first, options.group, "group");
  const left = options.drop === undefined ? [] : findDropped(first, options.drop, target, group);
  const all = second ? new Examples(first, second) : new Examples(first);
  const { kept, dropped } = keepRows(first, all, { target, group, left }, options.missing);
  const cellsOf = (column: number): CellColumn => ({
    name: first.names[column]!,
    count: kept.length,
    text: (at) => all.text(kept[at]!, column),
    numbers: () => (dropped === 0 ? all.numbers[column]! : takeValues(all.numbers[column]!, kept)),
    isMissing: (at) => all.isMissing(kept[at]!, column),
    where: train.where,
    isText: train.texts?.has(column) ?? false,
    rowOf: (at) => placeOf(kept[at]!, first, second),
  });
  const { told, ...labels } = labelsOf(
    cellsOf(target),
    classNamesOf?.(first.names[target]!),
    options.targetType,
    mayBeComma,
  );
  const groups = group === undefined ? undefined : groupsOf(cellsOf(group));
  const boundary = kept.findIndex((row) => row >= rowsOf(first));
  const division = second
    ? divideAt(boundary < 0 ? kept.length : boundary, kept.length)
    : divideRows(train.where, { ...labels, ...groups }, options);
  if (division.train.length === 0 || division.test.length === 0) {
    throw new DataError(
      `${train.where}: expected rows of training and test, got none of one; too many have missing values`,
    );
  }
  if (groups && second) refuseDivided(groups, division, first.names[group!]!, second.where);
  const others = [target, group, ...left];
  const columns = first.names.flatMap((_, at) =>
    others.includes(at) ? [] : [readColumn(cellsOf(at), mayBeComma)],
  );
  if (columns.length === 0) {
    throw new DataError(`${train.where}: expected a column that the target is to be told from, got none`);
  }
  for (const column of columns) refuseIdentifiers(column, kept.length, train.where);
  const rows = spreadColumns(columns, kept.length, division, train.where);
  const { told: toldImages, ...inputs } = asImages(rows, columns, options, train.where);
  const dataset = checkDataset(
    { name, ...inputs, ...labels, ...(groups && { groups: groups.groups }) },
    train.where,
  );
  return {
    splits: { train: takeExamples(dataset, division.train), test: takeExamples(dataset, division.test) },
    understood: [
      ...(train.names === undefined ? [tellHeader(first)] : []),
      `${all.rows} rows of ${first.names.length} columns`,
      ...(dropped > 0 ? [`${dropped} rows with missing values are dropped (\`missing\`)`] : []),
      `the target is column ${JSON.stringify(first.names[target])}: ${told}`,
      ...(toldImages === undefined ? tellColumns(columns, division) : [toldImages]),
      second
        ? `${division.train.length} rows are for training, ${division.test.length} for the test`
        : tellDivision(division, { ...labels, ...groups }, options),
      ...(groups ? [tellGroups(groups, division, first.names[group!]!)] : []),
      ...(left.length > 0
        ? [`columns that are left out: ${listSome(left.map((at) => JSON.stringify(first.names[at])))}`]
        : []),
    ],
    chosen: { target: first.names[target]!, ...(second ? {} : drawnBy(options)) },
    ...(toldImages === undefined && {
      columns: columns.map(({ name: column, categories }) => ({
        name: column,
        ...(categories && { categories }),
      })),
    }),
  };
}

const tellHeader = ({ hasHeader }: NamedTable): string =>
  hasHeader
    ? "the first row has the names of the columns"
    : "the first row is an example as all others: columns are called 1, 2, ...";

/** What to call a row of both tables, counted as in its file. */
function placeOf(row: number, first: NamedTable, second: NamedTable | undefined): string {
  const beyond = row - rowsOf(first);
  const table = beyond < 0 ? first : second!;
  return `row ${(beyond < 0 ? row : beyond) + 1 + Number(table.hasHeader)} of ${table.where}`;
}

/** A table whose columns have names. */
interface NamedTable {
  readonly where: string;
  readonly names: readonly string[];
  readonly cells: Cells;
  /** Whether the names are the first row of the cells. */
  readonly hasHeader: boolean;
}

/** Rows that are examples. */
const rowsOf = ({ cells, hasHeader }: NamedTable): number => cells.rows - Number(hasHeader);

/** The examples of one table, or of two, one after the other. */
class Examples {
  readonly rows: number;
  readonly columns: number;
  /** A column each: the numbers that cells are, NaN where one is none. */
  readonly numbers: readonly Float64Array[];
  private readonly tables: readonly NamedTable[];

  constructor(...tables: readonly NamedTable[]) {
    this.tables = tables;
    this.rows = tables.reduce((sum, table) => sum + rowsOf(table), 0);
    if (this.rows > MOST_ROWS) {
      throw new DataError(
        `${tables[0]!.where}: expected at most ${MOST_ROWS} rows, got ${this.rows}; take a part of them`,
      );
    }
    this.columns = tables[0]!.cells.columns;
    this.numbers = Array.from({ length: this.columns }, () => new Float64Array(this.rows));
    let start = 0;
    for (const table of tables) {
      readAllNumbers(table, this.numbers, start);
      start += rowsOf(table);
    }
  }

  text(row: number, column: number): string {
    const { cells, at } = this.find(row);
    return cells.text(at, column);
  }

  isMissing(row: number, column: number): boolean {
    if (!Number.isNaN(this.numbers[column]![row]!)) return false;
    const { cells, at } = this.find(row);
    return cells.isMissing(at, column);
  }

  /** The table of a row, and its place there. */
  private find(row: number): { readonly cells: Cells; readonly at: number } {
    const [first, second] = this.tables as [NamedTable, NamedTable?];
    const beyond = row - rowsOf(first);
    const { cells, hasHeader } = beyond < 0 ? first : second!;
    return { cells, at: (beyond < 0 ? row : beyond) + Number(hasHeader) };
  }
}

/** Rows that are read before the next columns of them, so that they are still in the processor's cache. */
const BLOCK = 128;

function readAllNumbers(table: NamedTable, numbers: readonly Float64Array[], start: number): void {
  const { cells, hasHeader } = table;
  const count = rowsOf(table);
  for (let block = 0; block < count; block += BLOCK) {
    const end = Math.min(count, block + BLOCK);
    for (const [column, values] of numbers.entries()) {
      for (let row = block; row < end; row++) {
        values[start + row] = cells.number(row + Number(hasHeader), column);
      }
    }
  }
}

const withNames = (table: CellTable, target: string | undefined, mayBeComma: boolean): NamedTable =>
  table.names ? { ...table, names: table.names, hasHeader: false } : withHeader(table, target, mayBeComma);

/**
 * Take the first row as names of the columns, if it looks so: it has the target's name, a text above numbers, or no column is
 * of numbers. Else columns are called 1, 2, ...
 */
function withHeader(
  { where, cells }: CellTable,
  target: string | undefined,
  mayBeComma: boolean,
): NamedTable {
  if (cells.columns < 2 || cells.rows < 2) {
    throw new DataError(
      `${where}: expected two columns and two rows or more, got ${cells.columns} and ${cells.rows}`,
    );
  }
  const first = Array.from({ length: cells.columns }, (_, at) => cells.text(0, at));
  const isNumber = (cell: string): boolean =>
    !Number.isNaN(numberOf(cell, ".")) || (mayBeComma && !Number.isNaN(numberOf(cell, ",")));
  const isTarget = (cell: string): boolean =>
    cell.trim() === target || TARGETS.includes(cell.trim().toLowerCase());
  const looked = Array.from({ length: Math.min(LOOKED_AT, cells.rows - 1) }, (_, at) => at + 1);
  const numeric = first.map((_, at) =>
    looked.every((row) => cells.isMissing(row, at) || isNumber(cells.text(row, at))),
  );
  // A value that comes again below, such as y for yes, is no name.
  const isName = (cell: string, at: number): boolean =>
    !isNumber(cell) &&
    !isMissing(cell) &&
    (numeric[at] || (isTarget(cell) && !looked.some((row) => cells.text(row, at).trim() === cell.trim())));
  const isHeader = first.some(isName) || !numeric.includes(true);
  if (!isHeader) {
    const names = first.map((_, at) => String(at + 1));
    return { where, names, cells, hasHeader: false };
  }
  const names = first.map((cell, at) => cell.trim() || `column ${at + 1}`);
  const seen = new Set<string>();
  const twice = names.find((cell) => seen.size === seen.add(cell).size);
  if (twice !== undefined) {
    throw new DataError(
      `${where}: expected each name of a column once, got ${JSON.stringify(twice)} twice; name them apart, or put names above the first row if it is an example`,
    );
  }
  return { where, names, cells, hasHeader: true };
}

function checkNames(train: NamedTable, test: NamedTable): void {
  const at = train.names.findIndex((name, place) => name !== test.names[place]);
  if (at < 0 && train.names.length === test.names.length) return;
  const place = at < 0 ? train.names.length : at;
  throw new DataError(
    `${test.where}: expected the columns of ${train.where} in its order, got ${JSON.stringify(test.names[place] ?? "none")} for ` +
      `${JSON.stringify(train.names[place] ?? "none")} at ${place + 1}; give both the same columns, the target too`,
  );
}

/**
 * Find the column that is to be told: by name or number, or by the usual names.
 *
 * @throws DataError if there is none of that name, or it is not plain which.
 */
export function findTarget(
  { names, where }: Pick<NamedTable, "names" | "where">,
  asked: string | undefined,
): number {
  if (asked !== undefined) {
    const several = names.includes(asked) ? [] : asked.split(",").map((name) => name.trim());
    if (several.length > 1 && several.every((name) => names.includes(name))) {
      throw new DataError(
        `${where}: expected one column as target, got ${several.length}: ${listSome(several)}; several labels an example are not read: ` +
          "test them one by one, and leave the others out by `drop`",
      );
    }
    return findColumn({ names, where }, asked, "target");
  }
  const found = names.flatMap((name, at) => (TARGETS.includes(name.toLowerCase()) ? [at] : []));
  if (found.length === 1) return found[0]!;
  throw new DataError(
    `${where}: expected to know which column is to be told, got ${listSome(names)}; name it by \`target\`` +
      (found.length > 1 ? `: ${found.map((at) => names[at]).join(" or ")}` : ""),
  );
}

/** Find a column by name, or by number from 1 on. */
function findColumn(
  { names, where }: Pick<NamedTable, "names" | "where">,
  asked: string,
  what: string,
): number {
  const at = names.indexOf(asked);
  if (at >= 0) return at;
  // Where columns have no names, or none of this.
  if (/^\d{1,6}$/.test(asked) && Number(asked) >= 1 && Number(asked) <= names.length)
    return Number(asked) - 1;
  throw new DataError(`${where}: ${what}: ${unknownName("column", asked, names.slice(0, 100))}`);
}

/** Columns that are left out: one, or several divided by commas. */
function findDropped(table: NamedTable, asked: string, target: number, group: number | undefined): number[] {
  const names = table.names.includes(asked) ? [asked] : asked.split(",").map((name) => name.trim());
  const left = names.map((name) => findColumn(table, name, "drop"));
  const used = left.find((at) => at === target || at === group);
  if (used === undefined) return left;
  throw new DataError(
    `${table.where}: drop: column ${JSON.stringify(table.names[used])} is the ${used === target ? "target" : "group"}; leave it out of \`drop\``,
  );
}

/** Groups by the texts of a column, numbered as they come. */
function groupsOf({ count, text }: CellColumn): { readonly groups: Int32Array } {
  const places = new Map<string, number>();
  const groups = Int32Array.from({ length: count }, (_, at) => {
    const name = text(at).trim();
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
  return { groups };
}

/** Refuse groups that stand in both splits of files. */
function refuseDivided(
  { groups }: { readonly groups: Int32Array },
  division: Division,
  name: string,
  where: string,
): void {
  const known = new Set(Array.from(division.train, (row) => groups[row]!));
  const both = new Set(Array.from(division.test, (row) => groups[row]!).filter((group) => known.has(group)));
  if (both.size === 0) return;
  throw new DataError(
    `${where}: expected groups (column ${JSON.stringify(name)}) that training has none of, got ${both.size} that are in both; ` +
      "divide the files by groups, or give them as one and let a test be drawn",
  );
}

function tellGroups(
  { groups }: { readonly groups: Int32Array },
  { train, test }: Division,
  name: string,
): string {
  const [ofTrain, ofTest] = [train, test].map((rows) => new Set(Array.from(rows, (row) => groups[row])).size);
  return (
    `column ${JSON.stringify(name)} has the groups, and is no input: ${ofTrain} in training and ${ofTest} others in the test; no group is divided, ` +
    "and they are the number that counts (`group`)"
  );
}

/** Rows that stay, and how many do not, by what is to become of missing values. */
function keepRows(
  { names, where }: NamedTable,
  cells: Examples,
  {
    target,
    group,
    left,
  }: { readonly target: number; readonly group: number | undefined; readonly left: readonly number[] },
  missing: DataOptions["missing"],
): { readonly kept: Uint32Array; readonly dropped: number } {
  const holes = names.map((_, at) => (left.includes(at) ? 0 : countHoles(cells, at)));
  const most = holes.reduce((best, count, at) => (count > holes[best]! ? at : best), 0);
  const example = `column ${JSON.stringify(names[most])} has ${holes[most]} of ${cells.rows}`;
  if (holes[most]! > 0 && missing === undefined) {
    throw new DataError(
      `${where}: expected values in every cell, got missing ones: ${example}; say by \`missing\` what becomes of them: ` +
        "drop (the row) or mean (of training)",
    );
  }
  if (holes[target]! > 0 && missing === "mean") {
    const rows = [...Array(cells.rows).keys()].filter((row) => cells.isMissing(row, target));
    throw new DataError(
      `${where}: expected a target in every row, got none in ${holes[target]} of column ${JSON.stringify(names[target])}, such as row ${rows
        .slice(0, 3)
        .map((row) => row + 1)
        .join(", ")} of examples; leave these rows out, or say \`missing\` drop`,
    );
  }
  if (group !== undefined && holes[group]! > 0 && missing === "mean") {
    throw new DataError(
      `${where}: expected a group in every row, got ${holes[group]} without in column ${JSON.stringify(names[group])}; name these groups, or say \`missing\` drop`,
    );
  }
  const all = Uint32Array.from({ length: cells.rows }, (_, row) => row);
  const kept =
    missing === "drop" && holes[most]! > 0
      ? all.filter((row) => !names.some((_, at) => holes[at]! > 0 && cells.isMissing(row, at)))
      : all;
  if (kept.length === 0)
    throw new DataError(`${where}: expected rows without missing values, got none; ${example}`);
  return { kept, dropped: cells.rows - kept.length };
}

const takeValues = (values: Float64Array, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row]!);

function countHoles(cells: Examples, column: number): number {
  let holes = 0;
  for (let row = 0; row < cells.rows; row++) holes += Number(cells.isMissing(row, column));
  return holes;
}

/** The target: numbers if all cells are, else texts. */
function labelsOf(
  { name, count, text, numbers: read, where, rowOf, isText: isTexts = false }: CellColumn,
  names: readonly string[] | undefined,
  type: DataOptions["targetType"],
  mayBeComma: boolean,
): Pick<Dataset, "classNames" | "labels" | "values"> & { readonly told: string } {
  const points = read();
  const commas =
    mayBeComma && !isTexts && points.some(Number.isNaN)
      ? Float64Array.from({ length: count }, (_, at) => numberOf(text(at), ","))
      : points;
  const numbers = commas.some(Number.isNaN) ? points : commas;
  const isText = numbers.some(Number.isNaN);
  if (isText && type === undefined) {
    refuseSeveral(
      Array.from(numbers, (_, at) => text(at)),
      `${where}: column ${JSON.stringify(name)}`,
      rowOf,
    );
  }
  const array = {
    where: `${where}: column ${JSON.stringify(name)}`,
    shape: [count],
    type: isText ? "str" : "float64",
    values: isText ? Array.from(numbers, (_, at) => text(at).trim()) : numbers,
  };
  const { labels, ...target } = readTarget([array], { name, type, isTable: true, classNames: names });
  return { ...target, labels: labels[0]! };
}

function divideAt(boundary: number, count: number): Division {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return { train: rows.subarray(0, boundary), test: rows.subarray(boundary) };
}

/** Put columns beside each other, categories spread; where numbers are missing, the mean of the training rows. */
function spreadColumns(
  columns: readonly Column[],
  count: number,
  { train }: Division,
  where: string,
): Pick<Dataset, "inputs" | "shape"> {
  const width = columns.reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0);
  if (width * count > MOST_VALUES) {
    throw new DataError(
      `${where}: expected at most ${MOST_VALUES} values, got ${count} rows of ${width}; take fewer rows or columns`,
    );
  }
  const inputs = new Float32Array(count * width);
  let place = 0;
  for (const { name, values, categories, missing } of columns) {
    if (categories) {
      for (let row = 0; row < count; row++)
        if (values[row]! >= 0) inputs[row * width + place + values[row]!] = 1;
      place += categories.length;
      continue;
    }
    const mean = missing > 0 ? meanOf(values, train) : 0;
    if (Number.isNaN(mean)) {
      throw new DataError(
        `${where}: column ${JSON.stringify(name)}: expected a value in a training row, got none; leave it out`,
      );
    }
    for (let row = 0; row < count; row++) {
      const value = values[row]!;
      inputs[row * width + place] = Number.isNaN(value) ? mean : value;
    }
    place++;
  }
  return { inputs, shape: [count, width] };
}

/** Mean of the values that are there; NaN if there is none. */
function meanOf(values: ArrayLike<number>, rows: Uint32Array): number {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** What there is to say of the columns: kinds, decimal signs, missing values, and those that cannot help or should not. */
function tellColumns(columns: readonly Column[], { train }: Division): string[] {
  const tell = (chosen: readonly Column[], what: string): string[] =>
    chosen.length === 0 ? [] : [`${what}: ${listSome(chosen.map(({ name }) => JSON.stringify(name)))}`];
  const numbers = columns.filter(({ categories }) => categories === undefined);
  const counts = numbers.filter(
    ({ values }) =>
      values.length > 10 && values.every((value, row) => row === 0 || value === values[row - 1]! + 1),
  );
  return [
    ...tell(
      numbers,
      `${numbers.length} column${numbers.length === 1 ? "" : "s"} of numbers, as ${numbers.length === 1 ? "it is" : "they are"} (\`preprocess\` standardize scales ${numbers.length === 1 ? "it" : "them"} by training rows)`,
    ),
    ...tell(
      numbers.filter(({ decimal }) => decimal === ","),
      "columns with decimal commas",
    ),
    ...columns.flatMap(({ name, categories }) =>
      categories
        ? [
            `column ${JSON.stringify(name)} has ${categories.length} categories, a column of 0 and 1 each: ${listSome(categories)}`,
          ]
        : [],
    ),
    ...tell(
      columns.filter(({ missing }) => missing > 0),
      "columns with missing values, where numbers are the mean of training and categories all 0",
    ),
    ...tell(
      columns.filter(({ values }) => train.every((row) => Object.is(values[row], values[train[0]!]))),
      "columns with one value in all of training, which tells nothing",
    ),
    ...tell(counts, "columns that count the rows - an id, which tells nothing but the order of the file"),
  ];
}
