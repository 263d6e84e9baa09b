/**
 * @file A dataset in memory: examples, their labels, and what the labels mean.
 */

import { DataError } from "../base/errors.ts";
import { canonicalJson, sha256 } from "../base/json.ts";

/**
 * One split of a dataset, held whole in memory and never modified.
 *
 * Images are `[count, channels, height, width]`, rows of a table `[count, columns]`; the first
 * index varies slowest. `uint8` inputs are pixels in `[0, 255]`; `float32` inputs are used as they are.
 */
export interface Dataset {
  /** What people call it, such as `"cifar10"`; of data at a path what tells them apart: see `title`. */
  readonly name: string;
  /** What people call it, where its name is of its bytes alone. */
  readonly title?: string | undefined;
  readonly inputs: Uint8Array | Float32Array;
  /** `[count, channels, height, width]` or `[count, columns]`. */
  readonly shape: readonly number[];
  /** `[count]`, each in `[0, classNames.length)`; where there are `values`, in `[0, values.length)`. */
  readonly labels: Int32Array;
  /** Names of the classes; where there are `values`, the one name of what they are values of. */
  readonly classNames: readonly string[];
  /**
   * Where numbers are to be told: the number that each label stands for, in its own unit, ascending, all different. What becomes of
   * labels - parts, permutations - then becomes of the numbers.
   */
  readonly values?: Float64Array | undefined;
  /** `[count]`: the group of each example, where some belong together; a number is one group in both splits. */
  readonly groups?: Int32Array | undefined;
}

/** A dataset's two splits, of the same shape and classes. */
export interface Splits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** What people call a dataset. */
export const titleOf = ({ name, title = name }: Pick<Dataset, "name" | "title">): string => title;

/** Number of examples. */
export const exampleCount = (dataset: Dataset): number => dataset.shape[0]!;

/** Whether numbers are to be told, and not classes. */
export const hasNumbers = ({ values }: Pick<Dataset, "values">): boolean => values !== undefined;

/** `[count]`: the numbers to be told; of classes, their labels. */
export const numbersOf = ({ labels, values }: Pick<Dataset, "labels" | "values">): Float64Array =>
  Float64Array.from(labels, (label) => (values ? values[label]! : label));

/** What an example is labeled as, in words. */
export const labelName = ({ classNames, values }: Dataset, label: number): string =>
  values ? String(values[label]) : classNames[label]!;

/**
 * Refuse numbers where only classes make sense.
 *
 * @param what - What needs classes, such as `theory kernel`.
 * @throws DataError saying what to do.
 */
export function requireClasses(dataset: Dataset, what: string): void {
  if (!hasNumbers(dataset)) return;
  throw new DataError(
    `${titleOf(dataset)}: expected classes for ${what}, got numbers (${dataset.classNames[0]}); read them as classes by \`targetType\` class, or give ranges of the number`,
  );
}

/** `[classes]`: number of examples of each class; of numbers, of all. */
export function classCounts({ labels, classNames, values }: Dataset): number[] {
  if (values) return [labels.length];
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Shape of one example: `[channels, height, width]` or `[columns]`. */
export const exampleShape = (dataset: Dataset): readonly number[] => dataset.shape.slice(1);

/** Number of values in one example. */
export const exampleSize = (dataset: Dataset): number =>
  dataset.shape.slice(1).reduce((product, size) => product * size, 1);

/** True if examples are images, `[channels, height, width]`, and not rows of a table. */
export const isImages = (dataset: Dataset): boolean => dataset.shape.length === 4;

/** The raw bytes of a typed array, in this machine's (little-endian) order. */
const bytesOf = (array: Uint8Array | Float32Array | Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * SHA-256 of everything a network could learn from: shape, element type, class names, inputs, labels, what they stand for, groups.
 *
 * The name is left out: the same data under another name has the same hash.
 */
export async function datasetHash(dataset: Dataset): Promise<string> {
  const type = dataset.inputs instanceof Uint8Array ? "uint8" : "float32";
  const { shape, classNames, values, groups } = dataset;
  // What is not there is not named, so that the hash of what has no numbers and no groups is what it was.
  const header = canonicalJson({
    shape,
    type,
    classNames,
    ...(values && { numbers: values.length }),
    ...(groups && { grouped: true }),
  });
  const more = [values, groups].flatMap((array) => (array ? [bytesOf(array)] : []));
  return sha256(header, bytesOf(dataset.inputs), bytesOf(dataset.labels), ...more);
}

/**
 * Check that a dataset keeps its own promises, and return it.
 *
 * @param where - What to blame in the message, such as a file name.
 * @throws DataError if sizes disagree, a label is out of range, or a float input is not finite.
 */
export function checkDataset(dataset: Dataset, where: string): Dataset {
  const { shape, labels, inputs, classNames, values } = dataset;
  const expected = shape.reduce((product, size) => product * size, 1);
  if (inputs.length !== expected) {
    throw new DataError(
      `${where}: expected ${expected} inputs for shape [${shape.join(", ")}], got ${inputs.length}`,
    );
  }
  if (labels.length !== shape[0]) {
    throw new DataError(`${where}: expected ${shape[0]} labels, one an example, got ${labels.length}`);
  }
  const kinds = values?.length ?? classNames.length;
  const wrong = labels.findIndex((label) => !(label >= 0 && label < kinds));
  if (wrong >= 0) {
    throw new DataError(
      `${where}: expected labels in [0, ${kinds}), got ${labels[wrong]} for example ${wrong}`,
    );
  }
  if (values) checkValues(values, where);
  const { groups } = dataset;
  if (groups && groups.length !== shape[0]) {
    throw new DataError(`${where}: expected ${shape[0]} groups, one an example, got ${groups.length}`);
  }
  if (inputs instanceof Float32Array) {
    let strange = 0;
    while (strange < expected && Number.isFinite(inputs[strange]!)) strange++;
    if (strange < expected) {
      const example = Math.floor(strange / (expected / shape[0]!));
      throw new DataError(`${where}: expected finite inputs, got ${inputs[strange]} in example ${example}`);
    }
  }
  return dataset;
}

function checkValues(values: Float64Array, where: string): void {
  const wrong = values.findIndex(
    (value, at) => !(Number.isFinite(value) && (at === 0 || value > values[at - 1]!)),
  );
  if (wrong < 0) return;
  throw new DataError(
    `${where}: expected finite numbers as targets, each once and ascending, got ${values[wrong]} at ${wrong}`,
  );
}

/**
 * The examples at `indices`, in that order, as a dataset of their own.
 *
 * @throws RangeError if an index is not an example's.
 */
export function takeExamples(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const size = exampleSize(dataset);
  const count = exampleCount(dataset);
  const inputs =
    dataset.inputs instanceof Uint8Array
      ? new Uint8Array(indices.length * size)
      : new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  const groups = dataset.groups && new Int32Array(indices.length);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!(index >= 0 && index < count)) {
      throw new RangeError(`takeExamples: expected indices in [0, ${count}), got ${index}`);
    }
    inputs.set(dataset.inputs.subarray(index * size, (index + 1) * size), row * size);
    labels[row] = dataset.labels[index]!;
    if (groups) groups[row] = dataset.groups![index]!;
  }
  const shape = [indices.length, ...exampleShape(dataset)];
  return { ...dataset, inputs, labels, shape, ...(groups && { groups }) };
}
