/**
 * @file Examples as data: both splits as the bytes of a safetensors file, and splits again.
 */

import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { checkDataset, type Dataset, exampleShape, type Splits } from "../data/dataset.ts";
import { sameShape, showShape } from "../graph/value.ts";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../train/safetensors.ts";

/** What stands beside the tensors, as JSON under `splits` in the metadata. */
const factsSchema = z.strictObject({
  schema: z.literal("shatter/splits@1"),
  /** What people call the dataset. */
  name: z.string(),
  classNames: z.array(z.string()).min(1),
  /** Whether labels stand for numbers, which are in the tensor `values`. */
  numbers: z.literal(true).optional(),
});

/**
 * Write both splits; the same ones give the same bytes.
 *
 * @throws DataError if they are none: see {@link checkDataset}; or are of two shapes, types or lists of classes.
 */
export function writeSplits(splits: Splits): Uint8Array {
  const { train, test } = checkSplits(splits);
  const { name, classNames, values } = train;
  const tensorsOf = (split: string, { inputs, shape, labels, groups }: Dataset): NamedTensor[] => [
    { name: `${split}.inputs`, shape, elements: inputs },
    { name: `${split}.labels`, shape: [labels.length], elements: labels },
    ...(groups ? [{ name: `${split}.groups`, shape: [groups.length], elements: groups }] : []),
  ];
  return writeSafetensors({
    tensors: [
      ...tensorsOf("train", train),
      ...tensorsOf("test", test),
      // As bytes: the file has no numbers of double precision here.
      ...(values ? [{ name: "values", shape: [values.byteLength], elements: bytesOf(values) }] : []),
    ],
    metadata: {
      splits: JSON.stringify({
        schema: "shatter/splits@1",
        name,
        classNames,
        ...(values && { numbers: true }),
      }),
    },
  });
}

/**
 * Read both splits.
 *
 * @throws DataError if the bytes are not such as {@link writeSplits} writes.
 */
export function readSplits(bytes: Uint8Array): Splits {
  const { tensors, metadata } = readSafetensors(bytes);
  const { name, classNames, numbers } = factsOf(metadata["splits"]);
  const stored = numbers ? tensors.find((tensor) => tensor.name === "values")?.elements : undefined;
  if (numbers && !(stored instanceof Uint8Array && stored.length % 8 === 0)) {
    throw new DataError("splits: values: expected numbers of double precision as U8, got others or none");
  }
  const values = stored && new Float64Array(Uint8Array.from(stored as Uint8Array).buffer);
  const splitOf = (split: string): Dataset => {
    const find = (part: string) => tensors.find((tensor) => tensor.name === `${split}.${part}`);
    const [inputs, labels] = [find("inputs"), find("labels")];
    const elements = inputs?.elements;
    if (
      !(elements instanceof Uint8Array || elements instanceof Float32Array) ||
      !(labels?.elements instanceof Int32Array)
    ) {
      throw new DataError(
        `splits: ${split}: expected inputs of U8 or F32 and labels of I32, got others or none`,
      );
    }
    return {
      name,
      inputs: elements,
      shape: inputs!.shape,
      labels: labels.elements,
      classNames,
      ...(values && { values }),
      ...groupsIn(find("groups")),
    };
  };
  return checkSplits({ train: splitOf("train"), test: splitOf("test") });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The groups in a tensor; none if there is none. */
function groupsIn(tensor: NamedTensor | undefined): Pick<Dataset, "groups"> {
  if (!tensor) return {};
  if (tensor.elements instanceof Int32Array) return { groups: tensor.elements };
  throw new DataError("splits: groups: expected I32, got others");
}

function checkSplits({ train, test }: Splits): Splits {
  checkDataset(train, `${train.name}: training split`);
  checkDataset(test, `${train.name}: test split`);
  const [shape, other] = [exampleShape(train), exampleShape(test)];
  if (!sameShape(shape, other)) {
    throw new DataError(
      `${train.name}: expected test examples ${showShape(shape)} as in training, got ${showShape(other)}`,
    );
  }
  if (train.inputs.constructor !== test.inputs.constructor) {
    throw new DataError(`${train.name}: expected inputs of one type in both splits, got two`);
  }
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
