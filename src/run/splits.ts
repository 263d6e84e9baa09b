/**
 * @file Examples as data: both splits as the bytes of a safetensors file, and splits again.
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import {
  bytesOf,
  checkDataset,
  type Dataset,
  emptyInputs,
  exampleShape,
  type InputType,
  type Splits,
  typeOf,
} from "../data/dataset.ts";
import { sameShape, showShape } from "../graph/value.ts";
import { layOut, type PlacedTensor, readHead, type SafetensorsHead } from "../train/safetensors.ts";

/** What stands beside the tensors, as JSON under `splits` in the metadata. */
const factsSchema = z.strictObject({
  schema: z.literal("shatter/splits@1"),
  /** What people call the dataset. */
  name: z.string(),
  classNames: z.array(z.string()).min(1),
  /** Whether labels stand for numbers, which are in the tensor `values`. */
  numbers: z.literal(true).optional(),
});

/** Where the inputs and labels of a split lie in a file. */
export interface PlacedSplit {
  readonly inputs: PlacedTensor;
  readonly labels: PlacedTensor;
  readonly groups?: PlacedTensor | undefined;
}

/** What a file says of both splits before their values. */
export interface SplitsHead {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly type: InputType;
  readonly train: PlacedSplit;
  readonly test: PlacedSplit;
  /** The numbers that labels stand for, in double precision; absent where they are classes. */
  readonly values?: PlacedTensor | undefined;
}

const DTYPES = { uint8: "U8", float32: "F32" } as const;

/** What is said of both splits, and stands for their labels. */
export interface SplitsFacts extends Pick<SplitsHead, "name" | "classNames" | "type"> {
  readonly values?: Float64Array | undefined;
  /** Whether examples have groups; not unless told. */
  readonly grouped?: boolean;
}

/** How a file of both splits is laid out, and what it begins with. */
export function layOutSplits(
  { name, classNames, type, values, grouped = false }: SplitsFacts,
  shapes: { readonly train: readonly number[]; readonly test: readonly number[] },
): SplitsHead & Pick<SafetensorsHead, "bytes" | "size"> {
  const tensors = (["train", "test"] as const).flatMap((split) => [
    { name: `${split}.inputs`, dtype: DTYPES[type], shape: shapes[split] },
    { name: `${split}.labels`, dtype: "I32" as const, shape: shapes[split].slice(0, 1) },
    ...(grouped
      ? [{ name: `${split}.groups`, dtype: "I32" as const, shape: shapes[split].slice(0, 1) }]
      : []),
  ]);
  // As bytes: the file has no numbers of double precision here.
  const numbers = values ? [{ name: "values", dtype: "U8" as const, shape: [values.byteLength] }] : [];
  const facts = JSON.stringify({
    schema: "shatter/splits@1",
    name,
    classNames,
    ...(values && { numbers: true }),
  });
  const { bytes, size, tensors: placed } = layOut([...tensors, ...numbers], { splits: facts });
  const find = (wanted: string) => placed.find((tensor) => tensor.name === wanted)!;
  const placesOf = (split: string) => ({
    inputs: find(`${split}.inputs`),
    labels: find(`${split}.labels`),
    ...(grouped && { groups: find(`${split}.groups`) }),
  });
  const places = {
    train: placesOf("train"),
    test: placesOf("test"),
    ...(values && { values: find("values") }),
  };
  return { name, classNames, type, bytes, size, ...places };
}

/**
 * Write both splits; the same ones give the same bytes.
 *
 * @throws DataError if they are none: see {@link checkDataset}; or are of two shapes, types or lists of classes.
 */
export function writeSplits(splits: Splits): Uint8Array {
  const { train, test } = checkSplits(splits);
  const { name, classNames, inputs, values } = train;
  const head = layOutSplits(
    { name, classNames, type: typeOf(inputs), values, grouped: train.groups !== undefined },
    { train: train.shape, test: test.shape },
  );
  const bytes = new Uint8Array(head.size);
  bytes.set(head.bytes);
  for (const [split, places] of [
    [train, head.train],
    [test, head.test],
  ] as const) {
    bytes.set(bytesOf(split.inputs), places.inputs.begin);
    bytes.set(bytesOf(split.labels), places.labels.begin);
    if (split.groups) bytes.set(bytesOf(split.groups), places.groups!.begin);
  }
  if (values) bytes.set(bytesOf(values), head.values!.begin);
  return bytes;
}

/**
 * Read what a file says of both splits.
 *
 * @param bytes - The file, or at least all before the values.
 * @param size - Of the file, in bytes.
 * @throws DataError if it is no file such as {@link writeSplits} writes.
 */
export function readSplitsHead(bytes: Uint8Array, size: number): SplitsHead {
  const { tensors, metadata } = readHead(bytes, size);
  const { name, classNames, numbers } = factsOf(metadata["splits"]);
  const placesOf = (split: string): PlacedSplit => {
    const find = (part: string) => tensors.find((tensor) => tensor.name === `${split}.${part}`);
    const [inputs, labels] = [find("inputs"), find("labels")];
    if (!inputs || !labels || !/^(U8|F32)$/.test(inputs.dtype) || labels.dtype !== "I32") {
      throw new DataError(
        `splits: ${split}: expected inputs of U8 or F32 and labels of I32, got others or none`,
      );
    }
    const groups = find("groups");
    if (groups && groups.dtype !== "I32") {
      throw new DataError(`splits: ${split}: expected groups of I32, got others`);
    }
    return { inputs, labels, ...(groups && { groups }) };
  };
  const [train, test] = [placesOf("train"), placesOf("test")];
  checkAlike(name, train.inputs, test.inputs);
  const values = numbers ? tensors.find((tensor) => tensor.name === "values") : undefined;
  if (numbers && !(values?.dtype === "U8" && (values.end - values.begin) % 8 === 0)) {
    throw new DataError("splits: values: expected numbers of double precision as U8, got others or none");
  }
  const type = train.inputs.dtype === "U8" ? "uint8" : "float32";
  return { name, classNames, type, train, test, ...(values && { values }) };
}

/**
 * Read both splits.
 *
 * @throws DataError if the bytes are not such as {@link writeSplits} writes.
 */
export function readSplits(bytes: Uint8Array): Splits {
  const { name, classNames, type, ...places } = readSplitsHead(bytes, bytes.length);
  const { values: stored } = places;
  const values = stored && readValues(bytes.subarray(stored.begin, stored.end));
  const splitOf = ({ inputs, labels, groups }: PlacedSplit): Dataset => {
    const copy = emptyInputs(
      type,
      inputs.shape.reduce((product, size) => product * size, 1),
    );
    bytesOf(copy).set(bytes.subarray(inputs.begin, inputs.end));
    return {
      name,
      inputs: copy,
      shape: inputs.shape,
      labels: readLabels(bytes, labels),
      classNames,
      ...(values && { values }),
      ...(groups && { groups: readLabels(bytes, groups) }),
    };
  };
  return checkSplits({ train: splitOf(places.train), test: splitOf(places.test) });
}

/** Labels or groups, from the bytes of the file. */
const readLabels = (bytes: Uint8Array, { begin, end }: PlacedTensor): Int32Array =>
  // A copy: Node's buffers slice without one.
  new Int32Array(new Uint8Array(bytes.subarray(begin, end)).buffer);

/** The numbers that labels stand for, from their bytes. */
export const readValues = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);

function checkSplits({ train, test }: Splits): Splits {
  checkDataset(train, `${train.name}: training split`);
  checkDataset(test, `${train.name}: test split`);
  const placed = ({ shape, inputs }: Dataset) => ({ shape, dtype: DTYPES[typeOf(inputs)] });
  checkAlike(train.name, placed(train), placed(test));
  if (JSON.stringify(train.classNames) !== JSON.stringify(test.classNames)) {
    throw new DataError(`${train.name}: expected the same classes in both splits, got two lists`);
  }
  if ((train.groups === undefined) !== (test.groups === undefined)) {
    throw new DataError(`${train.name}: expected groups in both splits or none, got those of one`);
  }
  if (train.values !== test.values && String(train.values) !== String(test.values)) {
    throw new DataError(`${train.name}: expected one table of numbers for both splits, got two`);
  }
  return { train, test };
}

/** Refuse splits whose inputs are of two shapes or types. */
function checkAlike(
  name: string,
  train: Pick<PlacedTensor, "shape" | "dtype">,
  test: Pick<PlacedTensor, "shape" | "dtype">,
): void {
  const [shape, other] = [exampleShape(train), exampleShape(test)];
  if (!sameShape(shape, other)) {
    throw new DataError(
      `${name}: expected test examples ${showShape(shape)} as in training, got ${showShape(other)}`,
    );
  }
  if (train.dtype !== test.dtype) {
    throw new DataError(`${name}: expected inputs of one type in both splits, got two`);
  }
}

function factsOf(text = "null"): z.infer<typeof factsSchema> {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = null;
  }
  const { data, error } = factsSchema.safeParse(said);
  const [issue] = error?.issues ?? [];
  if (issue) throw new DataError(`splits: ${["metadata", ...issue.path].join(".")}: ${issue.message}`);
  return data!;
}
