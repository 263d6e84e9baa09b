/**
 * @file Examples that are not held in memory: changed, put in another order, or read whole where they fit.
 */

import { DataError } from "../base/errors.ts";
import {
  type Dataset,
  type ExampleSplits,
  type Examples,
  emptyInputs,
  exampleCount,
  exampleShape,
  exampleSize,
  inputType,
  isHeld,
  partsOf,
  rangeOf,
  type Splits,
  type StreamedDataset,
  takeExamples,
  titleOf,
} from "./dataset.ts";

/**
 * Splits for work that needs all examples in memory.
 *
 * @param what - The work, such as `a theory`.
 * @throws DataError if they are not held, saying what to do.
 */
export function requireHeld({ train, test }: ExampleSplits, what: string): Splits {
  if (isHeld(train) && isHeld(test)) return { train, test };
  throw new DataError(
    `${titleOf(train)}: ${what} needs all examples in memory, and ${exampleCount(train)} + ${exampleCount(test)} of them are more than may be held: ask for fewer (\`n\`, \`testN\`), or allow more \`memory\``,
  );
}

/** All examples in memory. */
export function hold(examples: Examples): Dataset {
  if (isHeld(examples)) return examples;
  const { rows, ...described } = examples;
  const inputs = emptyInputs(rows.type, exampleCount(examples) * exampleSize(examples));
  let at = 0;
  for (const part of partsOf(examples)) {
    inputs.set(part.inputs, at);
    at += part.inputs.length;
  }
  return { ...described, inputs };
}

/**
 * Change every example by itself: at once where they are in memory, else each time they are read.
 *
 * @param change - Given some examples and their places in the split, gives as many, with the same labels; what it makes of one
 *   must not depend on the others.
 */
export function mapExamples<E extends Examples>(
  examples: E,
  change: (part: Dataset, indices: ArrayLike<number>) => Dataset,
): E;
export function mapExamples(
  examples: Examples,
  change: (part: Dataset, indices: ArrayLike<number>) => Dataset,
): Examples {
  const count = exampleCount(examples);
  if (isHeld(examples)) return change(examples, rangeOf(0, count));
  const first = change(takeExamples(examples, [0]), [0]);
  return {
    ...examples,
    shape: [count, ...exampleShape(first)],
    rows: {
      type: inputType(first),
      read: (indices, spent) => change(takeExamples(examples, indices, spent), indices).inputs,
      startHash: examples.rows.startHash,
    },
  };
}

/** Examples at other places: those at `order`, in that order, read where they are wanted. */
export const reorder = (examples: StreamedDataset, order: ArrayLike<number>): StreamedDataset => ({
  ...examples,
  shape: [order.length, ...exampleShape(examples)],
  labels: Int32Array.from(order, (index) => examples.labels[index]!),
  ...(examples.groups && { groups: Int32Array.from(order, (index) => examples.groups![index]!) }),
  rows: {
    ...examples.rows,
    read: (indices, spent) =>
      examples.rows.read(
        Int32Array.from(indices, (index) => order[index]!),
        spent,
      ),
  },
});
