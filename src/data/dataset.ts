/**
 * @file A dataset: examples, their labels, and what the labels mean. Its inputs are in memory, or read where they are wanted.
 */

import { DataError } from "../base/errors.ts";
import { canonicalJson, sha256 } from "../base/json.ts";

/** What every split of a dataset has besides its inputs. */
interface Described {
  /** What people call it, such as `"cifar10"`; of data at a path what tells them apart: see `title`. */
  readonly name: string;
  /** What people call it, where its name is of its bytes alone. */
  readonly title?: string | undefined;
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

/**
 * One split of a dataset, held whole in memory and never modified.
 *
 * Images are `[count, channels, height, width]`, rows of a table `[count, columns]`; the first
 * index varies slowest. `uint8` inputs are pixels in `[0, 255]`; `float32` inputs are used as they are.
 */
export interface Dataset extends Described {
  readonly inputs: Uint8Array | Float32Array;
}

/** One split whose inputs are not held, but read where they are wanted: the same examples, labels and hash as a {@link Dataset} of them. */
export interface StreamedDataset extends Described {
  readonly rows: Rows;
}

/** The inputs of examples that are not held. */
export interface Rows {
  readonly type: InputType;
  /**
   * The inputs of some examples, `[indices.length, ...example]`, flat, in that order, and not shared with anybody.
   *
   * @param spent - Inputs that nobody needs any more: their memory is written again where it is large enough.
   * @throws DataError if they cannot be read, or have changed.
   */
  read(indices: ArrayLike<number>, spent?: Uint8Array | Float32Array): Uint8Array | Float32Array;
  /** A SHA-256 that is given its bytes part by part: Web Crypto takes all at once only. */
  startHash(): StreamedHash;
}

/** A SHA-256 of what it was given so far. */
export interface StreamedHash {
  update(part: string | Uint8Array): unknown;
  /** Another one that was given the same. */
  copy(): StreamedHash;
  /** 64 hexadecimal digits. */
  digest(encoding: "hex"): string;
}

/** One split, held or not. */
export type Examples = Dataset | StreamedDataset;

/** Both splits, each held or not. */
export interface ExampleSplits {
  readonly train: Examples;
  readonly test: Examples;
  /** The file that they are, all of them, if they are one. */
  readonly content?: ExamplesFile | undefined;
}

/** A file of both splits on this machine. */
export interface ExamplesFile {
  /** `sha256:` and the SHA-256 of its bytes. */
  readonly identity: string;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** What inputs are: pixels in `[0, 255]`, or numbers in the scale a network sees. */
export type InputType = "uint8" | "float32";

/** Whether the inputs of a split are in memory. */
export const isHeld = (examples: Examples): examples is Dataset => "inputs" in examples;

/** What inputs are. */
export const inputType = (examples: Examples): InputType =>
  isHeld(examples) ? typeOf(examples.inputs) : examples.rows.type;

export const typeOf = (inputs: Dataset["inputs"]): InputType =>
  inputs instanceof Uint8Array ? "uint8" : "float32";

/** A dataset's two splits, of the same shape and classes. */
export interface Splits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** What people call a dataset. */
export const titleOf = ({ name, title = name }: Pick<Dataset, "name" | "title">): string => title;

/** Number of examples. */
export const exampleCount = (dataset: Pick<Dataset, "shape">): number => dataset.shape[0]!;

/** Whether numbers are to be told, and not classes. */
export const hasNumbers = ({ values }: Pick<Dataset, "values">): boolean => values !== undefined;

/** `[count]`: the numbers to be told; of classes, their labels. */
export const numbersOf = ({ labels, values }: Pick<Dataset, "labels" | "values">): Float64Array =>
  Float64Array.from(labels, (label) => (values ? values[label]! : label));

/** What an example is labeled as, in words. */
export const labelName = (
  { classNames, values }: Pick<Dataset, "classNames" | "values">,
  label: number,
): string => (values ? String(values[label]) : classNames[label]!);

/**
 * Refuse numbers where only classes make sense.
 *
 * @param what - What needs classes, such as `theory kernel`.
 * @throws DataError saying what to do.
 */
export function requireClasses(
  dataset: Pick<Dataset, "name" | "title" | "classNames" | "values">,
  what: string,
): void {
  if (!hasNumbers(dataset)) return;
  throw new DataError(
    `${titleOf(dataset)}: expected classes for ${what}, got numbers (${dataset.classNames[0]}); read them as classes by \`targetType\` class, or give ranges of the number`,
  );
}

/** `[classes]`: number of examples of each class; of numbers, of all. */
export function classCounts({
  labels,
  classNames,
  values,
}: Pick<Dataset, "labels" | "classNames" | "values">): number[] {
  if (values) return [labels.length];
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Shape of one example: `[channels, height, width]` or `[columns]`. */
export const exampleShape = (dataset: Pick<Dataset, "shape">): readonly number[] => dataset.shape.slice(1);

/** Number of values in one example. */
export const exampleSize = (dataset: Pick<Dataset, "shape">): number =>
  dataset.shape.slice(1).reduce((product, size) => product * size, 1);

/** True if examples are images, `[channels, height, width]`, and not rows of a table. */
export const isImages = (dataset: Pick<Dataset, "shape">): boolean => dataset.shape.length === 4;

/** The raw bytes of a typed array, in this machine's (little-endian) order. */
export const bytesOf = (array: Uint8Array | Float32Array | Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * SHA-256 of everything a network could learn from: shape, element type, class names, inputs, labels, what they stand for, groups.
 *
 * The name is left out: the same data under another name has the same hash.
 */
export async function datasetHash(dataset: Examples): Promise<string> {
  const header = hashHeader(dataset, inputType(dataset));
  const { labels, values, groups } = dataset;
  const told = [labels, values, groups].flatMap((array) => (array ? [bytesOf(array)] : []));
  if (isHeld(dataset)) return sha256(header, bytesOf(dataset.inputs), ...told);
  const hash = hashOfInputs(dataset, header).copy();
  for (const part of told) hash.update(part);
  return hash.digest("hex");
}

/**
 * What the hash of a split begins with; its inputs, its labels, what they stand for and groups follow. What has no groups does not say
 * so: its hash is what it was before there were any.
 */
export const hashHeader = (
  { shape, classNames, groups }: Pick<Dataset, "shape" | "classNames" | "groups">,
  type: InputType,
): string => canonicalJson({ shape, type, classNames, ...(groups && { grouped: true }) });

/** Hashes of inputs that are not held: they are read once, whatever labels come after them. */
const hashes = new WeakMap<Rows, { readonly header: string; readonly hash: StreamedHash }>();

function hashOfInputs(dataset: StreamedDataset, header: string): StreamedHash {
  const known = hashes.get(dataset.rows);
  if (known?.header === header) return known.hash;
  const hash = dataset.rows.startHash();
  hash.update(header);
  for (const { inputs } of partsOf(dataset)) hash.update(bytesOf(inputs));
  hashes.set(dataset.rows, { header, hash });
  return hash;
}

/**
 * Check that a dataset keeps its own promises, and return it.
 *
 * @param where - What to blame in the message, such as a file name.
 * @throws DataError if sizes disagree, a label is out of range, or a float input is not finite.
 */
export function checkDataset(dataset: Dataset, where: string): Dataset {
  const { shape, inputs } = dataset;
  const expected = shape.reduce((product, size) => product * size, 1);
  if (inputs.length !== expected) {
    throw new DataError(
      `${where}: expected ${expected} inputs for shape [${shape.join(", ")}], got ${inputs.length}`,
    );
  }
  checkLabels(dataset, where);
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

/**
 * Check that there is a label for each example, and that each stands for something.
 *
 * @param where - What to blame in the message, such as a file name.
 * @throws DataError naming the first label that does not, or the first number that is none.
 */
export function checkLabels(
  {
    shape,
    labels,
    classNames,
    values,
    groups,
  }: Pick<Dataset, "shape" | "labels" | "classNames" | "values" | "groups">,
  where: string,
): void {
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
  if (groups && groups.length !== shape[0]) {
    throw new DataError(`${where}: expected ${shape[0]} groups, one an example, got ${groups.length}`);
  }
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
 * @param spent - Inputs whose memory may be written again.
 * @throws RangeError if an index is not an example's.
 */
export function takeExamples(
  dataset: Examples,
  indices: ArrayLike<number>,
  spent?: Dataset["inputs"],
): Dataset {
  const size = exampleSize(dataset);
  const count = exampleCount(dataset);
  const labels = new Int32Array(indices.length);
  const groups = dataset.groups && new Int32Array(indices.length);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    if (!(index >= 0 && index < count)) {
      throw new RangeError(`takeExamples: expected indices in [0, ${count}), got ${index}`);
    }
    labels[row] = dataset.labels[index]!;
    if (groups) groups[row] = dataset.groups![index]!;
  }
  const shape = [indices.length, ...exampleShape(dataset)];
  if (!isHeld(dataset)) {
    const { rows, ...described } = dataset;
    return { ...described, inputs: rows.read(indices, spent), labels, shape, ...(groups && { groups }) };
  }
  const inputs = roomFor(inputType(dataset), indices.length * size, spent);
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    inputs.set(dataset.inputs.subarray(index * size, (index + 1) * size), row * size);
  }
  return { ...dataset, inputs, labels, shape, ...(groups && { groups }) };
}

/** Room for inputs. */
export const emptyInputs = (type: InputType, length: number): Dataset["inputs"] =>
  type === "uint8" ? new Uint8Array(length) : new Float32Array(length);

/** Room for inputs, whatever is in it: that of spent ones where it is large enough, as new memory costs more than what is written. */
export function roomFor(type: InputType, length: number, spent?: Dataset["inputs"]): Dataset["inputs"] {
  const isEnough =
    spent && typeOf(spent) === type && spent.buffer.byteLength >= length * spent.BYTES_PER_ELEMENT;
  if (!isEnough) return emptyInputs(type, length);
  return type === "uint8"
    ? new Uint8Array(spent.buffer, 0, length)
    : new Float32Array(spent.buffer, 0, length);
}

/** The indices from `from` on, up to `to`. */
export const rangeOf = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, index) => from + index);

/** Most bytes of examples that are read at once, as float32: few enough to stay in no one's way. */
const PART_BYTES = 16 * 2 ** 20;

/** Number of examples in a part of those that are not held. */
export const partRows = (examples: Pick<Dataset, "shape">): number =>
  Math.max(1, Math.floor(PART_BYTES / (4 * exampleSize(examples))));

/** All examples in their order, in parts: those in memory in one, those that are not held few at once. */
export function* partsOf(examples: Examples): Generator<Dataset> {
  if (isHeld(examples)) {
    yield examples;
    return;
  }
  const count = exampleCount(examples);
  const rows = partRows(examples);
  for (let from = 0; from < count; from += rows) {
    yield takeExamples(examples, rangeOf(from, Math.min(count, from + rows)));
  }
}
