/**
 * @file Which test images nearly equal a training image, for a test: some of them, and not in data that would take long.
 */

import { type ExampleSplits, exampleCount, exampleSize, isHeld, takeExamples } from "../../data/dataset.ts";
import type { Engine } from "../../train/engine.ts";
import { MOST_PAIRS, type NearAcross, testsAsked } from "../../train/twins.ts";
import { findTwins, lacksPictures } from "./find.ts";

/** Training examples, and values of their inputs, beyond which nobody looks: some 10 s. */
const MOST = { examples: 100_000, values: 4e8 };

/**
 * Look for near twins of the test examples that networks tell their answers to ({@link testsAsked}).
 *
 * @param open - Opens what large matrices are multiplied with, if it is needed.
 */
export async function nearAcross(
  { train, test }: ExampleSplits,
  open: () => Promise<Engine>,
): Promise<NearAcross> {
  const trained = exampleCount(train);
  const lacks =
    lacksPictures(train) ??
    (!(isHeld(train) && isHeld(test))
      ? "examples that memory does not hold are not compared"
      : trained > MOST.examples || trained * exampleSize(train) > MOST.values
        ? "there are too many: `shatter data audit` looks for them"
        : undefined);
  if (lacks !== undefined || !(isHeld(train) && isHeld(test))) return { lacks: lacks! };
  const asked = testsAsked(exampleCount(test));
  const some = takeExamples(test, asked);
  const { twins } = await findTwins({ splits: { train, test: some }, engine: await open() }, trained);
  const size = exampleSize(train);
  const inputsAt = (inputs: typeof train.inputs, at: number) => inputs.subarray(at * size, (at + 1) * size);
  const isEqual = (row: number, twin: number): boolean => {
    const other = inputsAt(train.inputs, twin);
    return inputsAt(some.inputs, row).every((value, at) => value === other[at]);
  };
  const pairs = twins.pairs
    .filter(({ first, second }) => first < trained && second >= trained)
    .map(({ first, second }) => [second - trained, first] as const);
  // Who equals a training example has a twin without this.
  const equal = new Set(pairs.filter(([row, twin]) => isEqual(row, twin)).map(([row]) => row));
  const near = pairs.filter(([row]) => !equal.has(row)).sort(([a, b], [c, d]) => a - c || b - d);
  return {
    looked: asked.length,
    tests: new Set(near.map(([row]) => row)).size,
    pairs: near.slice(0, MOST_PAIRS).map(([row, twin]) => [asked[row]!, twin]),
    ...(twins.crowded.length > 0 && { crowded: twins.crowded.length }),
  };
}
