/**
 * @file Examples of which all is known but their inputs, which come part by part: so that more can be read, decoded and
 * written to a file than memory holds.
 */

import type { DataOptions, ReadData } from "./data-options.ts";
import {
  type Dataset,
  type ExampleSplits,
  exampleShape,
  exampleSize,
  type InputType,
  inputType,
  partsOf,
} from "./dataset.ts";

/** Both splits before their inputs are read. */
export interface PlannedSplits {
  /** What people call them. */
  readonly title: string;
  /** Shape of one example: `[channels, height, width]` or `[columns]`. */
  readonly shape: readonly number[];
  readonly type: InputType;
  readonly classNames: readonly string[];
  /** The numbers that labels stand for; absent where they are classes. */
  readonly values?: Float64Array | undefined;
  readonly train: PlannedSplit;
  readonly test: PlannedSplit;
}

/** One split before its inputs are read. */
export interface PlannedSplit {
  /** `[count]`. */
  readonly labels: Int32Array;
  /** `[count]`: the group of each; in both splits or none. */
  readonly groups?: Int32Array | undefined;
  /** The inputs of all examples in their order, any number of whole examples at once; of the type that was planned. */
  parts(): AsyncIterable<Dataset["inputs"]> | Iterable<Dataset["inputs"]>;
}

/** Where examples go that are more than may be held. */
export interface SplitsStore {
  /** Bytes of examples, as float32, that may be held. */
  readonly memory: number;
  /**
   * Write examples to a file, a part at a time, and read them from there from then on.
   *
   * @throws DataError if a part is not what was planned, or the file cannot be written.
   */
  write(planned: PlannedSplits): Promise<ExampleSplits>;
  /** What was remembered of examples, if it is still there. */
  find(made: MadeOf): Promise<ReadData<ExampleSplits> | undefined>;
  /** Remember what examples were made of, so that they need not be made again. */
  remember(made: MadeOf, read: ReadData<ExampleSplits>): Promise<void>;
}

/** What examples are made of. */
export interface MadeOf {
  /** Says all that decides which they are: the files, their sizes and times, and how they are read. */
  readonly key: string;
  /** What people call the examples. */
  readonly title: string;
}

/**
 * A reader that can write examples to a file part by part, where they are more than may be held.
 *
 * @throws DataError, UsageError as `DataReader`.
 */
export interface StreamingReader {
  /** Without a store all examples are held, or refused. */
  (path: string, options: DataOptions): Promise<ReadData>;
  (path: string, options: DataOptions, store: SplitsStore): Promise<ReadData<ExampleSplits>>;
}

/** Bytes that examples take as float32, as a network is given them. */
export const heldBytes = (count: number, shape: readonly number[]): number =>
  4 * shape.reduce((product, size) => product * size, count);

/** Bytes that both splits take as float32. */
export const splitsBytes = ({ train, test }: ExampleSplits): number =>
  4 * exampleSize(train) * (train.labels.length + test.labels.length);

/** Examples that are there, to be written elsewhere. */
export function planOf({ train, test }: ExampleSplits): PlannedSplits {
  return {
    title: train.title ?? train.name,
    shape: exampleShape(train),
    type: inputType(train),
    classNames: train.classNames,
    ...(train.values && { values: train.values }),
    train: { labels: train.labels, groups: train.groups, parts: () => inputsOf(train) },
    test: { labels: test.labels, groups: test.groups, parts: () => inputsOf(test) },
  };
}

function* inputsOf(split: ExampleSplits["train"]): Generator<Dataset["inputs"]> {
  for (const { inputs } of partsOf(split)) yield inputs;
}
