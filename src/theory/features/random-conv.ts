/**
 * @file Random convolutional features: one layer of filters that are random patches, rectified and pooled.
 *
 * Source: Coates and Ng, "The importance of encoding versus training with sparse coding and vector quantization",
 * ICML 2011 (random patches as filters, the soft threshold and its negative), with the patches, whitening
 * and form of KeystoneML's `RandomPatchCifar`, and the threshold and pools of the same group's `nondeep`, whose published
 * accuracy with 32,000 filters (83.3 %) is that of the paper's section 5. docs/theory/features.md compares the two.
 */

import { UsageError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import { checkDataset, type Dataset, datasetHash, exampleCount } from "../../data/dataset.ts";
import type { Engine } from "../../train/engine.ts";
import { FEATURE_UNIT, type FeatureBlock } from "./gram-state.ts";
import { inverseDeviations } from "./patch-deviation.ts";
import { preparePatches } from "./patches.ts";
import { type Layer, type LayerSettings, layerGeometry, openLayer } from "./random-conv-layer.ts";
import { type Side, standardize } from "./standardize.ts";

/** What random convolutional features are made with. */
export interface RandomConvSettings extends LayerSettings {
  /** Number of filters; each gives two features a pool. */
  readonly filters: number;
  /** Rows and columns of a patch; 6 by default. */
  readonly patchSize: number;
  /** Patches that whitening is learned from and filters are taken from; 100,000 by default. */
  readonly patches: number;
  /** Added to the eigenvalues of the patches' covariance; 1 by default. */
  readonly epsilon: number;
  /** What an answer must exceed, up or down, to count; 1.3 by default. */
  readonly threshold: number;
  /** Rows and columns of a pool; 15 by default. */
  readonly poolSize: number;
  /** Rows and columns from pool to pool; 6 by default, so that pools overlap. */
  readonly poolStride: number;
  readonly seed: number;
  /** Filters of a block, which decides memory; 256 by default. */
  readonly blockFilters: number;
}

/** The settings, but for the number of filters. */
export const randomConvDefaults: Omit<RandomConvSettings, "filters"> = {
  patchSize: 6,
  patches: 100_000,
  epsilon: 1,
  threshold: 1.3,
  poolSize: 15,
  poolStride: 6,
  seed: 0,
  blockFilters: 256,
};

/**
 * Everything that decides the bytes of the features, for a folder that keeps their Gram matrix.
 *
 * The number of filters is left out where blocks are whole: more filters only go on from fewer.
 */
export async function describeRandomConv(
  train: Dataset,
  tests: Dataset,
  settings: RandomConvSettings,
): Promise<{ readonly [name: string]: Json }> {
  const { filters, ...rest } = settings;
  return {
    features: "random-conv",
    unit: FEATURE_UNIT,
    train: await datasetHash(train),
    tests: await datasetHash(tests),
    ...rest,
    ...(filters % settings.blockFilters === 0 ? {} : { filters }),
  };
}

/** How many features a filter gives on images of a shape. */
export function featuresOfFilter(shape: readonly number[], settings: RandomConvSettings): number {
  const { grid } = layerGeometry(shape.slice(2), settings);
  return 2 * grid[0]! * grid[1]!;
}

/** Refuse settings and images that make no features. */
function checkSettings(train: Dataset, tests: Dataset, settings: RandomConvSettings): void {
  const { filters, patches, threshold, blockFilters } = settings;
  const refuse = (problem: string): never => {
    throw new UsageError(`random convolutional features: ${problem}`);
  };
  for (const dataset of [train, tests]) {
    const { shape, name } = dataset;
    const fits =
      shape.length === 4 &&
      layerGeometry(shape.slice(2), settings).grid.every((count) => Number.isInteger(count) && count > 0);
    if (!fits) {
      refuse(
        `expected images [n, channels, height, width] of at least ${settings.patchSize + settings.poolSize - 1} rows and ` +
          `columns, got [${shape.join(", ")}] of ${name}`,
      );
    }
    checkDataset(dataset, name);
  }
  if (train.shape.slice(1).join() !== tests.shape.slice(1).join()) {
    refuse(`expected tests of the shape [${train.shape.slice(1)}], got [${tests.shape.slice(1)}]`);
  }
  if (!Number.isInteger(filters) || filters < 1 || filters > patches) {
    refuse(`expected 1 to ${patches} filters, one a patch, got ${filters}`);
  }
  if (!Number.isInteger(blockFilters) || blockFilters < 1) {
    refuse(`expected blocks of 1 filter or more, got ${blockFilters}`);
  }
  if (!(threshold >= 0 && Number.isFinite(threshold))) {
    refuse(`expected a threshold of 0 or more, got ${threshold}`);
  }
}

/**
 * The features of training and test images, a block of filters at a time.
 *
 * A patch is normalized at each place of an image as in {@link preparePatches}; filter `f` answers `z`, which becomes
 * `max(0, z - threshold)` and `max(0, -z - threshold)`, averaged over each pool; each feature is then brought to mean 0
 * and deviation 1 over the training images, and rounded to an eighth. (A sum over the pool, as in the source, is
 * standardized to the same.)
 *
 * A block's arrays are overwritten by the next one.
 *
 * @param train - `[n, channels, height, width]`, pixels in [0, 255] as bytes or in [0, 1] as float32.
 * @param from - Blocks that are done already, and are left out.
 * @throws UsageError if the images have another shape, or there are more filters than patches.
 * @throws DataError if a pixel is not finite.
 */
export async function* randomConvBlocks(
  engine: Engine,
  train: Dataset,
  tests: Dataset,
  settings: RandomConvSettings,
  {
    from = 0,
    signal,
  }: { readonly from?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<FeatureBlock> {
  checkSettings(train, tests, settings);
  const { filters, blockFilters, patchSize, patches, epsilon, seed } = settings;
  const perFilter = featuresOfFilter(train.shape, settings);
  if (from * blockFilters >= filters) return;
  const bank = preparePatches(train, { size: patchSize, patches, epsilon, seed });
  const sides = [train, tests].map((images) => ({
    images,
    inverse: inverseDeviations(images, patchSize),
    features: new Float32Array(exampleCount(images) * perFilter * Math.min(blockFilters, filters)),
    rounded: new Int8Array(exampleCount(images) * perFilter * Math.min(blockFilters, filters)),
  }));
  const shape = train.shape.slice(1) as [number, number, number];
  let layer: Layer | undefined;
  try {
    for (let first = from * blockFilters; first < filters; first += blockFilters) {
      const count = Math.min(blockFilters, filters - first);
      if (layer?.count !== count) {
        await layer?.[Symbol.asyncDispose]();
        layer = await openLayer(engine, shape, count, settings);
      }
      const drawn = bank.filters(first, count);
      const made: Side[] = [];
      for (const { images, inverse, features, rounded } of sides) {
        const length = exampleCount(images) * perFilter * count;
        const rows = features.subarray(0, length);
        await layer.compute(images, inverse, drawn, rows, signal);
        made.push({ rows, rounded: rounded.subarray(0, length) });
      }
      const [trained, tested] = made as [Side, Side];
      standardize(trained, tested, perFilter * count);
      yield { train: trained.rounded, tests: tested.rounded, features: perFilter * count, filters: count };
    }
  } finally {
    await layer?.[Symbol.asyncDispose]();
  }
}
