/**
 * @file Samples to represent: images with true, random or real-valued targets, or points drawn at random.
 */

import { UsageError } from "../../base/errors.ts";
import { type RandomStream, randomStream } from "../../base/random.ts";
import type { OnRead } from "../../data/data-options.ts";
import { exampleSize } from "../../data/dataset.ts";
import { loadDataset } from "../../run/node/library.ts";
import { checkSize, type Sample, type TargetKind } from "../expressivity/sample.ts";

/** Classes of random labels where the data have none. */
const CLASSES = 10;

/** What is wanted. */
export interface PointsRequest {
  /** `gaussian`, or the name of a dataset. */
  readonly data: string;
  readonly dataDir?: string | undefined;
  /** Samples. */
  readonly n: number;
  /** Dimensions of `gaussian` points; data have their own. */
  readonly d?: number | undefined;
  readonly labels: TargetKind;
  readonly seed: number;
  /** Told how data at a path were understood. */
  readonly onRead?: OnRead | undefined;
}

/**
 * The sample that is asked for. Pixels are taken as they are, 0 to 255; labels are `0 ... classes - 1`; targets of
 * `regression` are standard normal.
 *
 * @throws UsageError if it cannot be: an unknown dataset, too large, true labels of points that have none.
 * @throws DataError if files are missing or not what they should be.
 */
export async function loadPoints({
  data,
  dataDir,
  n,
  d,
  labels,
  seed,
  onRead,
}: PointsRequest): Promise<Sample> {
  if (data === "gaussian") {
    const dimensions = d ?? 100;
    checkSize(n, dimensions);
    if (labels === "true") {
      throw new UsageError(
        'expressivity: expected labels "random" or "regression" with gaussian points, got "true": they have none',
      );
    }
    const random = randomStream(seed, "expressivity-points");
    const inputs = Float32Array.from({ length: n * dimensions }, () => random.normal());
    return { count: n, dimensions, inputs, targets: drawTargets(labels, n, CLASSES, seed) };
  }
  if (d !== undefined) {
    throw new UsageError(`expressivity: expected d only with gaussian points; ${data} has its own`);
  }
  const { train } = await loadDataset(data, { dataDir, n, testN: 1, seed, onRead });
  return {
    count: n,
    dimensions: exampleSize(train),
    inputs: train.inputs,
    targets:
      labels === "true"
        ? Float64Array.from(train.labels)
        : drawTargets(labels, n, train.classNames.length, seed),
  };
}

function drawTargets(
  kind: Exclude<TargetKind, "true">,
  count: number,
  classes: number,
  seed: number,
): Float64Array {
  const random = randomStream(seed, "expressivity-targets");
  const draw: Record<typeof kind, (from: RandomStream) => number> = {
    random: (from) => from.below(classes),
    regression: (from) => from.normal(),
  };
  return Float64Array.from({ length: count }, () => draw[kind](random));
}
