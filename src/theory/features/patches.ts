/**
 * @file Random patches of images, normalized and whitened: the filters of random convolutional features.
 *
 * Source: Coates, Lee, Ng, "An analysis of single-layer networks in unsupervised feature learning", AISTATS 2011,
 * sections 3.1 and 4.3; the constants, and filters that are patches, are those of KeystoneML's `RandomPatchCifar`
 * (Sparks et al., ICDE 2017), whose group ran the paper's experiment.
 */

import { UsageError } from "../../base/errors.ts";
import { multiply } from "../../base/linear/matrix.ts";
import { symmetricEigen } from "../../base/linear/symmetric-eigen.ts";
import { randomStream } from "../../base/random.ts";
import type { Dataset } from "../../data/dataset.ts";

/** Added to the variance of a patch of pixels in [0, 255] before it is divided by its deviation. */
const VARIANCE_FLOOR = 10;

/** Settings of {@link preparePatches}. */
export interface PatchSettings {
  /** Rows and columns of a patch. */
  readonly size: number;
  /** Patches that are drawn, and the most filters there can be. */
  readonly patches: number;
  /** Added to the eigenvalues of the patches' covariance before whitening; more than 0. */
  readonly epsilon: number;
  readonly seed: number;
}

/** Filters that are whitened random patches; filter `k` is the same however many are asked for at once. */
export interface PatchBank {
  readonly settings: PatchSettings;
  /** Elements of a patch: `channels * size * size`. */
  readonly length: number;
  /** Filters `first` to `first + count - 1`. */
  filters(first: number, count: number): Filters;
}

/** Some filters, as a convolution takes them. */
export interface Filters {
  /**
   * `[count, channels, size, size]`, each of sum 0: the product with a patch is the product with the patch less its
   * mean, so no mean has to be subtracted.
   */
  readonly weights: Float32Array;
  /** `[count]`: product of each filter with the mean normalized patch, to be subtracted from its answers. */
  readonly offsets: Float32Array;
}

/** The factor from inputs to pixels in [0, 255]: float32 images are in [0, 1]. */
export const pixelScale = ({ inputs }: Dataset): number => (inputs instanceof Uint8Array ? 1 : 255);

/**
 * Draw patches from images, and learn from them how to whiten.
 *
 * A patch has its mean subtracted and is divided by `sqrt(variance + 10)`, the pixels being in [0, 255]. With the
 * eigenvectors `V` and eigenvalues `l` of the patches' covariance, the whitener is `W = V diag((l + epsilon)^-1/2) V^T`
 * (ZCA), and filter `k` is `W (W p / |W p|)` for patch `k`, `p` being the patch less the mean patch.
 *
 * @param images - `[n, channels, height, width]`.
 * @throws UsageError if images are too small, or the settings out of range.
 */
export function preparePatches(images: Dataset, settings: PatchSettings): PatchBank {
  const { size, patches, epsilon, seed } = settings;
  const [count, channels, height, width] = imageShape(images, size);
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new UsageError(`random patches: expected a whitening epsilon above 0, got ${epsilon}`);
  }
  const length = channels * size * size;
  if (!Number.isInteger(patches) || patches < 2) {
    throw new UsageError(
      `random patches: expected 2 patches or more to learn whitening from, got ${patches}`,
    );
  }
  const scale = pixelScale(images);
  const rows = new Float64Array(patches * length);
  for (let patch = 0; patch < patches; patch++) {
    const random = randomStream(seed, "patches", patch);
    const image = random.below(count);
    const top = random.below(height - size + 1);
    const left = random.below(width - size + 1);
    const row = rows.subarray(patch * length, (patch + 1) * length);
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < size; y++) {
        const from = ((image * channels + channel) * height + top + y) * width + left;
        for (let x = 0; x < size; x++)
          row[(channel * size + y) * size + x] = images.inputs[from + x]! * scale;
      }
    normalizePatch(row);
  }
  const center = subtractMean(rows, length);
  const whitener = zcaWhitener(rows, length, epsilon);
  return {
    settings,
    length,
    filters(first, wanted) {
      if (first + wanted > patches) {
        throw new UsageError(
          `random patches: expected at most ${patches} filters, one a patch, got ${first + wanted}; draw more patches`,
        );
      }
      const weights = new Float32Array(wanted * length);
      const offsets = new Float32Array(wanted);
      for (let at = 0; at < wanted; at++) {
        const patch = rows.subarray((first + at) * length, (first + at + 1) * length);
        const white = multiply(whitener, patch, 1);
        const norm = Math.sqrt(white.reduce((sum, element) => sum + element * element, 0));
        // A patch that is the mean patch is no direction; its filter stays 0.
        const filter = multiply(whitener, norm > 0 ? white.map((element) => element / norm) : white, 1);
        const mean = filter.reduce((sum, element) => sum + element, 0) / length;
        weights.set(
          filter.map((element) => element - mean),
          at * length,
        );
        offsets[at] = filter.reduce((sum, element, index) => sum + element * center[index]!, 0);
      }
      return { weights, offsets };
    },
  };
}

/** The shape of images that patches of `size` fit into. */
function imageShape(images: Dataset, size: number): readonly [number, number, number, number] {
  const { shape, name } = images;
  if (shape.length !== 4 || shape[2]! < size || shape[3]! < size || !Number.isInteger(size) || size < 2) {
    throw new UsageError(
      `random patches of ${name}: expected images [n, channels, height, width] of at least ${size} x ${size} pixels, ` +
        `got [${shape.join(", ")}]`,
    );
  }
  return shape as [number, number, number, number];
}

/** Subtract a patch's mean and divide by its deviation, in place; pixels are in [0, 255]. */
function normalizePatch(row: Float64Array): void {
  const mean = row.reduce((sum, pixel) => sum + pixel, 0) / row.length;
  const squares = row.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0);
  const inverse = inverseDeviation(squares, row.length);
  for (let at = 0; at < row.length; at++) row[at] = (row[at]! - mean) * inverse;
}

/** One over the deviation of a patch, from the sum of squared distances from its mean. */
export const inverseDeviation = (squares: number, length: number): number =>
  1 / Math.sqrt(squares / (length - 1) + VARIANCE_FLOOR);

/** Subtract the mean row from all rows, in place, and return it. */
function subtractMean(rows: Float64Array, length: number): Float64Array {
  const count = rows.length / length;
  const mean = new Float64Array(length);
  for (let at = 0; at < rows.length; at++) mean[at % length]! += rows[at]!;
  for (let column = 0; column < length; column++) mean[column]! /= count;
  for (let at = 0; at < rows.length; at++) rows[at]! -= mean[at % length]!;
  return mean;
}

/**
 * The symmetric matrix that makes the covariance of centered rows the identity, but for `epsilon`; `[length, length]`.
 *
 * Source: Bell and Sejnowski, "The independent components of natural scenes are edge filters", 1997 (ZCA).
 */
function zcaWhitener(rows: Float64Array, length: number, epsilon: number): Float64Array {
  const count = rows.length / length;
  const covariance = new Float64Array(length * length);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < length; i++) {
      const factor = rows[row * length + i]!;
      for (let j = 0; j <= i; j++) covariance[i * length + j]! += factor * rows[row * length + j]!;
    }
  const { values, vectors } = symmetricEigen(
    covariance.map((sum) => sum / (count - 1)),
    length,
  );
  const whitener = new Float64Array(length * length);
  for (let k = 0; k < length; k++) {
    // Rounding makes an eigenvalue of 0 a little negative.
    const factor = 1 / Math.sqrt(Math.max(values[k]!, 0) + epsilon);
    for (let i = 0; i < length; i++) {
      const scaled = factor * vectors[i * length + k]!;
      for (let j = 0; j < length; j++) whitener[i * length + j]! += scaled * vectors[j * length + k]!;
    }
  }
  return whitener;
}
