/**
 * @file What held-out labels are predicted from: features of examples that no label has a part in.
 *
 * Images have answers of random patches, pooled (Coates and Ng, ICML 2011), and rows of a table their columns; both
 * standardized, and rounded to an eighth, so that sums of their products are exact.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { type Dataset, exampleCount, exampleSize, isImages } from "../../data/dataset.ts";
import { cutView } from "../../data/view.ts";
import { inverseDeviations } from "../../theory/features/patch-deviation.ts";
import { preparePatches } from "../../theory/features/patches.ts";
import { type LayerSettings, layerGeometry, openLayer } from "../../theory/features/random-conv-layer.ts";
import { standardize } from "../../theory/features/standardize.ts";
import type { Engine } from "../../train/engine.ts";

/** Features of all examples, in eighths of a deviation: `[count, widths[b]]` for each block `b`. */
export interface Features {
  readonly count: number;
  readonly blocks: readonly Int8Array[];
  readonly widths: readonly number[];
}

/** How features are made. */
export interface FeatureSettings {
  /** Random patches that are filters; each gives two features a pool. */
  readonly filters: number;
  /** Filters before it are left out; 0 unless told. */
  readonly from?: number | undefined;
  /** Whether an image and its mirror image have the same features. */
  readonly mirrored: boolean;
  readonly seed: number;
}

/** Filters that are computed at once. */
const BLOCK = 128;

/** Patches that whitening is learned from: some of each image, and no more than so many. */
const PATCHES_OF_EACH = 20;
const MOST_PATCHES = 100_000;

/** Added to eigenvalues before whitening, and what an answer must exceed; see docs/theory/features.md. */
const EPSILON = 1;
const THRESHOLD = 1.3;

/** Make the features of examples. */
export async function featuresOf(
  engine: Engine,
  examples: Dataset,
  settings: FeatureSettings,
  watch: Watch = {},
): Promise<Features> {
  return isImages(examples)
    ? await patchFeatures(engine, smallerImages(examples), settings, watch)
    : columnFeatures(examples);
}

/** The columns of rows, standardized. */
function columnFeatures(rows: Dataset): Features {
  const width = exampleSize(rows);
  const values = Float32Array.from(rows.inputs);
  return { count: exampleCount(rows), blocks: [rounded(values, width)], widths: [width] };
}

function rounded(rows: Float32Array, width: number): Int8Array {
  const out = new Int8Array(rows.length);
  const none = { rows: new Float32Array(0), rounded: new Int8Array(0) };
  standardize({ rows, rounded: out }, none, width);
  return out;
}

/**
 * Sizes of patches and pools for images of a height and width: for 32 x 32 pixels those of docs/theory/features.md, patches of
 * 6 x 6 in 3 x 3 pools of 15 that overlap; in proportion for others.
 *
 * @returns undefined where images are too small for a patch.
 */
export function layerFor(height: number, width: number): LayerSettings | undefined {
  const side = Math.min(height, width);
  if (side < 5) return undefined;
  const patchSize = Math.min(6, Math.max(3, Math.round((side * 6) / 24)));
  const places = side - patchSize + 1;
  const poolStride = Math.max(1, Math.round((places * 6) / 27));
  const poolSize = Math.max(1, places - 2 * poolStride);
  return { patchSize, threshold: THRESHOLD, poolSize, poolStride };
}

async function patchFeatures(
  engine: Engine,
  images: Dataset,
  { filters, from = 0, mirrored, seed }: FeatureSettings,
  watch: Watch,
): Promise<Features> {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const layer = layerFor(height, width);
  if (!layer) return columnFeatures(images);
  const { grid } = layerGeometry([height, width], layer);
  const perFilter = 2 * grid[0]! * grid[1]!;
  const patches = Math.max(filters, Math.min(MOST_PATCHES, PATCHES_OF_EACH * count));
  const bank = preparePatches(images, { size: layer.patchSize, patches, epsilon: EPSILON, seed });
  const views = (mirrored ? [images, mirrorOf(images)] : [images]).map((view) => ({
    view,
    inverse: inverseDeviations(view, layer.patchSize),
  }));
  const blocks: Int8Array[] = [];
  const widths: number[] = [];
  for (let first = from; first < filters; first += BLOCK) {
    const used = Math.min(BLOCK, filters - first);
    await using open = await openLayer(engine, [channels, height, width], used, layer);
    const drawn = bank.filters(first, used);
    const sum = new Float32Array(count * perFilter * used);
    const part = mirrored ? new Float32Array(sum.length) : sum;
    for (const [at, { view, inverse }] of views.entries()) {
      await open.compute(view, inverse, drawn, part, watch.signal);
      if (mirrored) for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
      const done = first + (used * (at + 1)) / views.length;
      await breathe(watch, done, filters, "features for held-out labels: filters");
    }
    widths.push(perFilter * used);
    blocks.push(rounded(sum, perFilter * used));
  }
  return { count, blocks, widths };
}

function mirrorOf(images: Dataset): Dataset {
  const [count, , rows, columns] = images.shape as [number, number, number, number];
  const size = exampleSize(images);
  const inputs = images.inputs.slice();
  for (let image = 0; image < count; image++) {
    const whole = { degrees: 0, top: 0, left: 0, rows, columns, mirrored: true };
    cutView(images, image, whole, inputs, image * size);
  }
  return { ...images, inputs };
}

/** Most pixels of a side that patches are answered on: larger images are shrunk by a whole number. */
const MOST_SIDE = 48;

/** Images whose shorter side has {@link MOST_SIDE} pixels at most: means of squares of pixels, what is left over cut off. */
export function smallerImages(images: Dataset): Dataset {
  const [count, channels, height, width] = images.shape as [number, number, number, number];
  const factor = Math.ceil(Math.min(height, width) / MOST_SIDE);
  if (factor <= 1) return images;
  const [rows, columns] = [Math.floor(height / factor), Math.floor(width / factor)];
  const inputs =
    images.inputs instanceof Uint8Array
      ? new Uint8Array(count * channels * rows * columns)
      : new Float32Array(count * channels * rows * columns);
  let at = 0;
  for (let plane = 0; plane < count * channels; plane++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let y = 0; y < factor; y++) {
          const from = (plane * height + row * factor + y) * width + column * factor;
          for (let x = 0; x < factor; x++) sum += images.inputs[from + x]!;
        }
        const mean = sum / factor ** 2;
        inputs[at++] = inputs instanceof Uint8Array ? Math.round(mean) : mean;
      }
  return { ...images, inputs, shape: [count, channels, rows, columns] };
}
