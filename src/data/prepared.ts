/**
 * @file Preparation by code of the user's own: what it is given, what it gives back, and the splits that come of that.
 */

import { DataError } from "../base/errors.ts";
import { type RandomStream, randomStream } from "../base/random.ts";
import {
  checkDataset,
  type Dataset,
  exampleCount,
  exampleShape,
  type Splits,
  takeExamples,
} from "./dataset.ts";

/** All examples as they came, those of the training split first: what a preparation is given. */
export interface PooledData {
  /** What people call them. */
  readonly name: string;
  readonly inputs: Uint8Array | Float32Array;
  /** `[count, channels, height, width]` or `[count, columns]`; the first index varies slowest. */
  readonly shape: readonly number[];
  readonly classNames: readonly string[];
  /** `[count]`: 1 for an example of the test split as the data came, else 0. */
  readonly isTest: Uint8Array;
  /** `[count]`: the group of each example, where there are groups: no split may divide one. */
  readonly groups?: Int32Array | undefined;
}

/** What a preparation is given besides. */
export interface PreparationTools {
  /** `[count]`, each in `[0, classNames.length)`: the labels, true or permuted. */
  readonly labels: Int32Array;
  /** Random numbers that are the same in every run: `Math.random` is not. */
  readonly rng: RandomStream;
}

/** What a preparation gives back. */
export interface PreparedData {
  /** Numbers of every kind of array; 8-bit ones are pixels, all others become float32. */
  readonly inputs: ArrayLike<number>;
  /** `[count, ...]` */
  readonly shape: ArrayLike<number>;
  /** `[count]`: the given example that each comes from; needed where their number or order is another. */
  readonly rows?: ArrayLike<number> | undefined;
  /** `[count]`: 1 or true for test examples, where the preparation makes the split itself. */
  readonly isTest?: ArrayLike<number | boolean> | undefined;
  /** `[count]`: labels, where they are others than those of `rows`. */
  readonly labels?: ArrayLike<number> | undefined;
}

/** Selection, scaling, filtering: whatever is done to the data before a network sees them. */
export type Prepare = (data: PooledData, tools: PreparationTools) => PreparedData | Promise<PreparedData>;

/** Both splits as one, and their labels. */
export interface Pooled {
  readonly data: PooledData;
  /** `[count]` */
  readonly labels: Int32Array;
}

/** The splits that a preparation's answer comes to. */
export interface PreparedSplits {
  readonly splits: Splits;
  /** The given example that each is from; null where that is not known. */
  readonly rows: { readonly train: readonly number[]; readonly test: readonly number[] } | null;
}

/** Put both splits together. */
export function poolSplits({ train, test }: Splits): Pooled {
  const [first, second] = [exampleCount(train), exampleCount(test)];
  const Inputs = train.inputs instanceof Uint8Array ? Uint8Array : Float32Array;
  const inputs = new Inputs(train.inputs.length + test.inputs.length);
  inputs.set(train.inputs);
  inputs.set(test.inputs, train.inputs.length);
  const labels = new Int32Array(first + second);
  labels.set(train.labels);
  labels.set(test.labels, first);
  const isTest = new Uint8Array(first + second).fill(1, first);
  const { name, title = name, classNames } = train;
  const shape = [first + second, ...exampleShape(train)];
  const groups = train.groups && test.groups && Int32Array.from([...train.groups, ...test.groups]);
  return { data: { name: title, inputs, shape, classNames, isTest, ...(groups && { groups }) }, labels };
}

/**
 * Labels for one run of a preparation: as they are for run 0, for all others permuted over all examples of both splits.
 *
 * @param labels - Not modified.
 */
export function permutePooled(labels: Int32Array, seed: number, run: number): Int32Array {
  if (run === 0) return labels.slice();
  const order = randomStream(seed, "pipeline-labels", run).permutation(labels.length);
  return labels.map((_, index) => labels[order[index]!]!);
}

/**
 * The splits that a preparation's answer comes to.
 *
 * @param answer - Whatever came back: nothing of it is trusted.
 * @param where - The module to blame.
 * @returns Splits under the name of the data.
 * @throws DataError if it is no such answer, or a split would have no example.
 */
export function splitsOfPrepared(
  answer: unknown,
  { data, labels: given }: Pooled,
  where: string,
): PreparedSplits {
  if (typeof answer !== "object" || answer === null) {
    throw new DataError(
      `${where}: expected \`prepare\` to return { inputs, shape }, got ${tellKind(answer)}`,
    );
  }
  const { inputs: values, shape: sizes, ...told } = answer as Partial<PreparedData>;
  const shape = Array.from(numbers(sizes, "shape", where));
  if (shape.length !== 2 && shape.length !== 4) {
    throw new DataError(
      `${where}: expected a \`shape\` [count, columns] or [count, channels, height, width], got [${shape.join(", ")}]`,
    );
  }
  if (shape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new DataError(`${where}: expected whole numbers from 1 on as \`shape\`, got [${shape.join(", ")}]`);
  }
  const count = shape[0]!;
  const before = given.length;
  const list = (name: keyof typeof told, limit: number): number[] | undefined =>
    told[name] === undefined ? undefined : wholeNumbers(told[name], { name, count, limit, where });
  const rows = list("rows", before);
  const ownLabels = list("labels", data.classNames.length);
  const ownTest = list("isTest", 2);
  if (count !== before && !rows && !(ownLabels && ownTest)) {
    throw new DataError(
      `${where}: \`prepare\` was given ${before} examples and returned ${count}: expected \`rows\`, the given example that each is from`,
    );
  }
  const from = rows ?? (count === before ? Array.from({ length: count }, (_, row) => row) : undefined);
  const isTest = ownTest ?? from!.map((row) => data.isTest[row]!);
  const labels = Int32Array.from(ownLabels ?? from!.map((row) => given[row]!));
  const inputs = inputsOf(numbers(values, "inputs", where));
  const groups = data.groups && groupsOf(data.groups, from, isTest, where);
  const { name, classNames } = data;
  const whole: Dataset = { name, inputs, shape, labels, classNames, ...(groups && { groups }) };
  checkDataset(whole, `${where}: what \`prepare\` returned`);
  const part = (split: 0 | 1, what: string): number[] => {
    const indices = isTest.flatMap((one, index) => (one === split ? [index] : []));
    if (indices.length > 0) return indices;
    throw new DataError(`${where}: expected \`prepare\` to return a ${what} example at least, got none`);
  };
  const [train, test] = [part(0, "training"), part(1, "test")];
  const origin = (indices: readonly number[]): number[] => indices.map((index) => from![index]!);
  return {
    splits: { train: takeExamples(whole, train), test: takeExamples(whole, test) },
    rows: from ? { train: origin(train), test: origin(test) } : null,
  };
}

/** The groups of what was returned, none of which may stand in both splits. */
function groupsOf(
  given: Int32Array,
  from: readonly number[] | undefined,
  isTest: readonly (number | boolean)[],
  where: string,
): Int32Array {
  if (!from) {
    throw new DataError(
      `${where}: the data have groups: expected \`rows\`, the given example that each is from`,
    );
  }
  const groups = Int32Array.from(from, (row) => given[row]!);
  const training = new Set(groups.filter((_, index) => Number(isTest[index]) === 0));
  const divided = groups.findIndex((group, index) => Number(isTest[index]) === 1 && training.has(group));
  if (divided < 0) return groups;
  throw new DataError(
    `${where}: expected \`isTest\` to divide no group, got example ${divided} as a test example and another of its group in training`,
  );
}

/** Something that numbers can be read from by index. */
function numbers(value: unknown, name: string, where: string): ArrayLike<number> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (isList) return value as unknown as ArrayLike<number>;
  throw new DataError(`${where}: expected an array of numbers as \`${name}\`, got ${tellKind(value)}`);
}

function inputsOf(values: ArrayLike<number>): Uint8Array | Float32Array {
  if (values instanceof Uint8Array || values instanceof Float32Array) return values;
  if (values instanceof Uint8ClampedArray) return new Uint8Array(values);
  // What is no number becomes NaN, which is refused.
  return Float32Array.from(values, Number);
}

interface Wanted {
  readonly name: string;
  readonly count: number;
  readonly limit: number;
  readonly where: string;
}

/** `count` whole numbers below a limit. */
function wholeNumbers(value: unknown, { name, count, limit, where }: Wanted): number[] {
  const list = Array.from(numbers(value, name, where), Number);
  if (list.length !== count) {
    throw new DataError(
      `${where}: expected ${count} numbers as \`${name}\`, one for each example returned, got ${list.length}`,
    );
  }
  const wrong = list.findIndex((one) => !(Number.isInteger(one) && one >= 0 && one < limit));
  if (wrong < 0) return list;
  throw new DataError(
    `${where}: expected whole numbers from 0 to ${limit - 1} as \`${name}\`, got ${list[wrong]} for example ${wrong}`,
  );
}

const tellKind = (value: unknown): string =>
  value === null || value === undefined ? "nothing" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
