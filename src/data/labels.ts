/**
 * @file From labels as files have them - numbers, texts, one-hot rows - to classes.
 */

import { DataError } from "../base/errors.ts";
import { countElements, type FileArray, isTexts, showSizes } from "./array.ts";
import type { DataOptions } from "./data-options.ts";
import { listSome, sortNatural } from "./natural.ts";

/** Most classes: a layer of more would be no classifier any more. */
const MOST_CLASSES = 10_000;

/** Whole numbers of more values than this may be numbers, and no classes ... */
const FEW_VALUES = 20;

/** ... where each stands, on average, for fewer examples than this. */
const MANY_EXAMPLES = 10;

/** What is to be told of each example: classes, or numbers. */
export interface Target extends Classes {
  /** See {@link Dataset}: undefined for classes. */
  readonly values?: Float64Array | undefined;
  /** What it was taken for, and why. */
  readonly told: string;
}

/** How a target is read. */
export interface TargetOptions {
  /** What people call it. */
  readonly name: string;
  /** Whether it is of classes or of numbers; found by looking unless told. */
  readonly type?: DataOptions["targetType"];
  /** Whether examples are rows of a table, and so whole numbers may be more than names of classes. */
  readonly isTable: boolean;
  /** Names of the classes 0, 1, ..., where a file has them. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Read a target: numbers if any of them has a fraction; of a table also whole numbers of more than 20 different values, each in
 * fewer than ten examples on average; else classes, see {@link classesOf}.
 *
 * @param arrays - Of one or more files: `[count]` or `[count, 1]`, or one-hot rows `[count, classes]`; all of one kind.
 * @throws DataError if a value is missing, not finite, or none of what was asked for.
 */
export function readTarget(
  arrays: readonly FileArray[],
  { name, type, isTable, classNames }: TargetOptions,
): Target {
  for (const array of arrays) refuseMissing(array);
  const why = type === "number" ? "as asked for" : type === "class" ? undefined : whyNumbers(arrays, isTable);
  if (why === undefined || (classNames && type === undefined)) {
    const classes = classesOf(arrays, classNames);
    return {
      ...classes,
      told: `${classes.classNames.length} classes, ${listSome(classes.classNames)}${tellIgnored(classes)}`,
    };
  }
  return numbersIn(arrays, name, why);
}

/** The largest label of a byte, where the others are far from it. */
function tellIgnored({ labels, classNames }: Classes): string {
  const label = classNames.indexOf("255");
  if (label < 0 || classNames.length > 200) return "";
  const count = labels.reduce((sum, split) => sum + split.filter((each) => each === label).length, 0);
  return `; 255 is a class of its own, of ${count} ${count === 1 ? "example" : "examples"}: it often marks those that are to be ignored, which want to be left out with their inputs`;
}

/** Why a target is taken for numbers; undefined if it is not. */
function whyNumbers(arrays: readonly FileArray[], isTable: boolean): string | undefined {
  const distinct = new Set<number>();
  let count = 0;
  for (const { values, shape } of arrays) {
    if (isTexts(values) || countElements(shape.slice(1)) !== 1) return undefined;
    if (values.some((value) => !Number.isInteger(value))) return "there are fractions among them";
    for (const value of values) distinct.add(value);
    count += values.length;
  }
  const isMany = distinct.size > FEW_VALUES && distinct.size * MANY_EXAMPLES > count;
  if (!isTable || !isMany) return undefined;
  return `there are ${distinct.size} different ones in ${count} examples`;
}

function numbersIn(arrays: readonly FileArray[], name: string, why: string): Target {
  const splits = arrays.map(({ values, shape, where }) => {
    if (!isTexts(values) && countElements(shape.slice(1)) === 1) return values;
    throw new DataError(
      `${where}: expected one number an example, got ${isTexts(values) ? "texts" : showSizes(shape)}; give one number each, or say \`targetType\` class`,
    );
  });
  const distinct = new Set<number>();
  // A negative zero is no other number.
  for (const values of splits) for (const value of values) distinct.add(value + 0);
  if (distinct.size < 2) {
    throw new DataError(
      `${arrays[0]!.where}: expected different numbers as target, got ${[...distinct].join() || "none"} in all examples`,
    );
  }
  const values = Float64Array.from(distinct).sort();
  const places = new Map(Array.from(values, (value, at) => [value, at]));
  return {
    labels: splits.map((split) => Int32Array.from(split, (value) => places.get(value + 0)!)),
    classNames: [name],
    values,
    told: `numbers from ${values[0]} to ${values.at(-1)}, as ${why} (\`targetType\` class reads them as classes)`,
  };
}

/** Refuse labels that are not there. */
function refuseMissing({ values, where }: FileArray): void {
  if (isTexts(values)) return;
  const missing = [...values.keys()].filter((i) => !Number.isFinite(values[i]));
  if (missing.length === 0) return;
  throw new DataError(
    `${where}: expected a label for every example, got ${values[missing[0]!]} for ${missing.length} of ${values.length}, such as example ${listSome(missing.slice(0, 5).map(String))}; leave these examples out`,
  );
}

/** Labels of one or more files, in one numbering. */
export interface Classes {
  /** As the files were given. */
  readonly labels: readonly Int32Array[];
  readonly classNames: readonly string[];
}

/**
 * Number the classes of labels: whole numbers by size, texts by {@link sortNatural}, columns of one-hot rows by place.
 *
 * @param arrays - Labels `[count]` or `[count, 1]`, or one-hot rows `[count, classes]`; all of one kind.
 * @param classNames - Names of the classes 0, 1, ..., where a file has them.
 * @throws DataError if they are none: numbers with fractions, several classes an example, nearly as many classes as examples.
 */
export function classesOf(arrays: readonly FileArray[], classNames?: readonly string[]): Classes {
  const plain = arrays.map(plainLabels);
  const distinct = [...new Set(plain.flatMap(({ values }) => [...new Set<number | string>(values)]))];
  const { where } = arrays[0]!;
  const count = plain.reduce((sum, { values }) => sum + values.length, 0);
  if (new Set(distinct.map((value) => typeof value)).size > 1) {
    throw new DataError(`${where}: expected labels of one kind in both splits, got numbers and texts`);
  }
  const oneHot = plain[0]!.classes;
  if (plain.some(({ classes }) => classes !== oneHot)) {
    throw new DataError(`${where}: expected as many columns of one-hot labels in both splits, got others`);
  }
  const values: readonly (number | string)[] =
    oneHot === undefined ? distinct : Array.from({ length: oneHot }, (_, at) => at);
  checkCount(values, count, where);
  if (classNames !== undefined) return named(plain, values, classNames, where);
  const sorted = inOrder(values);
  const numbers = new Map(sorted.map((value, at) => [value, at]));
  return {
    labels: plain.map((split) => Int32Array.from(split.values, (value) => numbers.get(value)!)),
    classNames: sorted.map(String),
  };
}

/** Numbers by size, texts in the order people expect. */
const inOrder = (values: readonly (number | string)[]): (number | string)[] =>
  typeof values[0] === "number"
    ? (values as number[]).toSorted((a, b) => a - b)
    : sortNatural(values as string[], (value) => value);

function checkCount(values: readonly (number | string)[], count: number, where: string): void {
  if (values.length < 2) {
    throw new DataError(
      `${where}: expected two classes or more, got ${values.length === 0 ? "no label" : `only ${values[0]}`}`,
    );
  }
  if (values.length > MOST_CLASSES || (values.length > 20 && values.length > count / 2)) {
    const what =
      typeof values[0] === "number"
        ? "is it a number to be told? Say `targetType` number"
        : "are these names of examples? Name the classes by `target`";
    throw new DataError(
      `${where}: expected classes, got ${values.length} values in ${count} examples; ${what}`,
    );
  }
}

function named(
  plain: readonly PlainLabels[],
  values: readonly (number | string)[],
  classNames: readonly string[],
  where: string,
): Classes {
  if (new Set(classNames).size < classNames.length) {
    throw new DataError(
      `${where}: expected each name of a class once, got ${classNames.slice(0, 20).join(", ")}`,
    );
  }
  const stranger = values.find(
    (value) => typeof value === "string" || !(value >= 0 && value < classNames.length),
  );
  if (stranger !== undefined) {
    throw new DataError(
      `${where}: expected labels in [0, ${classNames.length}), as there are names of classes, got ${stranger}`,
    );
  }
  return { labels: plain.map((split) => Int32Array.from(split.values as ArrayLike<number>)), classNames };
}

/** Labels as one value an example. */
interface PlainLabels {
  readonly values: ArrayLike<number | string> & Iterable<number | string>;
  /** Number of columns of one-hot rows; undefined if there is one value an example. */
  readonly classes?: number;
}

function plainLabels(array: FileArray): PlainLabels {
  const { values, shape, where } = array;
  const [count = 0, ...rest] = shape;
  const width = countElements(rest);
  if (shape.length === 0 || count === 0) {
    throw new DataError(`${where}: expected labels, got ${showSizes(shape)}: there are none`);
  }
  if (width === 1) {
    if (isTexts(values)) return { values };
    const wrong = values.findIndex((value) => !Number.isSafeInteger(value));
    if (wrong < 0) return { values };
    throw new DataError(
      `${where}: expected whole numbers or texts as labels, got ${values[wrong]} for example ${wrong}; ` +
        "say `targetType` number if it is a number to be told, of a table or of arrays",
    );
  }
  if (shape.length !== 2 || isTexts(values)) {
    throw new DataError(
      `${where}: expected labels [count], [count, 1] or one-hot [count, classes], got ${showSizes(shape)}`,
    );
  }
  const labels = new Int32Array(count);
  for (let example = 0; example < count; example++) {
    const row = values.subarray(example * width, (example + 1) * width);
    let ones = 0;
    for (const value of row) ones += Number(value === 1);
    if (ones !== 1 || row.some((value) => value !== 0 && value !== 1)) {
      throw new DataError(
        `${where}: expected one class an example, got [${row.slice(0, 12).join(", ")}] for example ${example}; ` +
          "several labels an example, and shares of classes, are not read: give one label each",
      );
    }
    labels[example] = row.indexOf(1);
  }
  return { values: labels, classes: width };
}
