/**
 * @file A stated part of a dataset: some of its classes, and so many images of each.
 */

import { UsageError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import { type ExampleSplits, type Examples, exampleCount, isHeld, takeExamples, titleOf } from "./dataset.ts";
import { reorder } from "./streamed.ts";

/** Which part. */
export interface SampleRequest {
  readonly classes: number;
  /** Training examples of each class. */
  readonly perClass: number;
  /** Test examples of each class; all there are unless told. */
  readonly testPerClass?: number | undefined;
  /** Decides which classes, and which examples of each. */
  readonly seed: number;
}

/**
 * Take random classes, and random examples of each; classes keep their order, and so do examples.
 *
 * @throws UsageError if there are fewer classes, or a class has fewer examples.
 */
export function sampleClasses(
  { train, test }: ExampleSplits,
  { classes, perClass, testPerClass, seed }: SampleRequest,
): ExampleSplits {
  const { classNames } = train;
  if (classes < 2 || classes > classNames.length) {
    throw new UsageError(
      `\`classes\`: expected 2 to ${classNames.length}, as ${titleOf(train)} has, got ${classes}`,
    );
  }
  const chosen = randomStream(seed, "sample-classes")
    .permutation(classNames.length)
    .subarray(0, classes)
    .sort();
  return {
    train: sampleSplit(train, "training", chosen, perClass, seed),
    test: sampleSplit(test, "test", chosen, testPerClass, seed),
  };
}

function sampleSplit(
  examples: Examples,
  split: "training" | "test",
  chosen: Int32Array | Uint32Array,
  wanted: number | undefined,
  seed: number,
): Examples {
  const members = Map.groupBy(
    Array.from({ length: exampleCount(examples) }, (_, at) => at),
    (at) => examples.labels[at]!,
  );
  const places = [...chosen].flatMap((label): number[] => {
    const all = members.get(label) ?? [];
    if (wanted === undefined) return all;
    if (all.length < wanted) {
      throw new UsageError(
        `\`${split === "test" ? "testPerClass" : "perClass"}\` ${wanted}: class "${examples.classNames[label]}" of ${titleOf(examples)} has ${all.length} ${split} examples; ask for fewer`,
      );
    }
    const order = randomStream(seed, `sample-${split}`, label)
      .permutation(all.length)
      .subarray(0, wanted)
      .sort();
    return Array.from(order, (at) => all[at]!);
  });
  const indices = Int32Array.from(places).sort();
  const part = isHeld(examples) ? takeExamples(examples, indices) : reorder(examples, indices);
  const newLabel = new Map([...chosen].map((label, at) => [label, at]));
  return {
    ...part,
    labels: part.labels.map((label) => newLabel.get(label)!),
    classNames: [...chosen].map((label) => examples.classNames[label]!),
  };
}
