/**
 * @file From labels as files have them - numbers, texts, one-hot rows - to classes.
 */

import { DataError } from "../base/errors.ts";
import { countElements, type FileArray, isTexts, showSizes } from "./array.ts";
import { sortNatural } from "./natural.ts";

/** Most classes: a layer of more would be no classifier any more. */
const MOST_CLASSES = 10_000;

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
      `${where}: expected two classes or more, got ${values.map(String).join() || "no label"}`,
    );
  }
  if (values.length > MOST_CLASSES || (values.length > 20 && values.length > count / 2)) {
    const what =
      typeof values[0] === "number"
        ? "regression is not read yet: give classes, such as ranges of the number"
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
        "regression is not read yet: give classes, such as ranges of the number",
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
