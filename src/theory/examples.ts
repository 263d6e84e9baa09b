/**
 * @file The examples that theory is computed on: those of a dataset with a name, or Gaussian rows of any width.
 */

import { DataError, UsageError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import type { OnRead } from "../data/data-options.ts";
import { checkDataset, type Dataset, exampleCount, type Splits, titleOf } from "../data/dataset.ts";
import type { LoadOptions } from "../data/node/load.ts";
import { refuse } from "./settings.ts";

/** The dataset that is drawn here, beside those of the registry. */
export const GAUSSIAN = "gaussian";

/** Most elements of the Gaussian rows of both splits: 1 GiB of float32. */
const GAUSSIAN_LIMIT = 2 ** 28;

/** What the labels of the training examples are: the dataset's own, or drawn. */
export const labelings = ["true", "random"] as const;

export type Labeling = (typeof labelings)[number];

/** What is asked for. */
export interface ExampleOptions extends LoadOptions {
  /** Name of a dataset, path of data, or `gaussian`. */
  readonly data: string;
  /** Number of training examples; all by default, or 1,000 Gaussian rows. */
  readonly n?: number | undefined;
  /** Number of test examples; all by default, or 1,000 Gaussian rows. */
  readonly testN?: number | undefined;
  /** Width of Gaussian rows; the other datasets have theirs. */
  readonly d?: number | undefined;
  /** Told how data at a path were understood. */
  readonly onRead?: OnRead | undefined;
}

/**
 * Rows of independent standard normal numbers in float32, of two classes: the side of a random hyperplane through 0.
 *
 * Row `i` is the same whatever the number of rows.
 *
 * @param d - Width of a row, at least 1.
 * @throws UsageError if there would be more than 2^28 numbers.
 */
export function gaussianRows({
  n,
  testN,
  d,
  seed,
}: {
  readonly n: number;
  readonly testN: number;
  readonly d: number;
  readonly seed: number;
}): Splits {
  requireWhole("d", d, 1);
  if ((n + testN) * d > GAUSSIAN_LIMIT) {
    throw new UsageError(
      `${GAUSSIAN}: expected at most ${GAUSSIAN_LIMIT} numbers in all rows, got (${n} + ${testN}) x ${d}; ask for fewer rows or a smaller \`d\``,
    );
  }
  const normals = randomStream(seed, "theory-gaussian-teacher");
  const teacher = Float64Array.from({ length: d }, () => normals.normal());
  const draw = (split: string, count: number): Dataset => {
    const inputs = new Float32Array(count * d);
    const labels = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const random = randomStream(seed, `theory-gaussian-${split}`, row);
      let side = 0;
      for (let at = 0; at < d; at++) {
        inputs[row * d + at] = random.normal();
        side += inputs[row * d + at]! * teacher[at]!;
      }
      labels[row] = Number(side > 0);
    }
    return { name: GAUSSIAN, inputs, labels, shape: [count, d], classNames: ["below", "above"] };
  };
  return { train: draw("train", n), test: draw("test", testN) };
}

/** The two classes of {@link twoClasses}. */
export const TWO_CLASSES: readonly string[] = ["even class", "odd class"];

/**
 * The two-class problem of a dataset: whether the number of an example's class is odd; inputs pass through.
 *
 * Sign +1 is the odd classes, -1 the even ones. For ten balanced classes the halves are balanced, too.
 */
export const twoClasses = (dataset: Dataset): Dataset => ({
  ...dataset,
  classNames: TWO_CLASSES,
  labels: dataset.labels.map((label) => label % 2),
});

/** `[count]`: +1 for label 1 and -1 for label 0 of two classes. */
export const signsOf = ({ labels }: Dataset): Float64Array =>
  Float64Array.from(labels, (label) => 2 * label - 1);

/**
 * Refuse examples that no network can tell apart or learn from: inputs that are not finite, or one class only.
 *
 * @throws DataError saying which.
 */
export function requireClasses(dataset: Dataset): void {
  checkDataset(dataset, dataset.name);
  const first = dataset.labels[0]!;
  if (dataset.labels.some((label) => label !== first)) return;
  throw new DataError(
    `${titleOf(dataset)}: expected training examples of at least two classes, got "${dataset.classNames[first]}" only; take more or other examples`,
  );
}

/** What a theory is computed on, in words: `mnist, 100 examples`. */
export const describeExamples = (dataset: Dataset): string =>
  `${titleOf(dataset)}, ${exampleCount(dataset).toLocaleString("en-US")} training examples`;

/**
 * Refuse what is not a whole number of at least `low`.
 *
 * @throws UsageError naming the option.
 */
export function requireWhole(
  option: string,
  value: number,
  low: number,
  high = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
  refuse(option, `a whole number ${range}`, value);
}
