/**
 * @file Gabor features of gray images: how strongly each wave of a bank is there around each place.
 *
 * Rectified answers are the simple cells of Hubel and Wiesel's model, magnitudes the complex ones (Daugman, 1985);
 * magnitudes, smoothed and taken at some pixels, are also the first layer of the scattering transform (Bruna and Mallat,
 * "Invariant scattering convolution networks", 2013).
 */

import { DataError, UsageError } from "../../base/errors.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { convolution } from "../../graph/ops/convolution.ts";
import { add, multiply, negate, relu, sqrt } from "../../graph/ops/elementwise.ts";
import { concat } from "../../graph/ops/pieces.ts";
import { reshape } from "../../graph/ops/shape.ts";
import { plain } from "../../graph/ops/window.ts";
import { constant, type Graph, input, sizeOf, type Value } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import { type GaborBank, gaborFilters, gaussianWindow, mnistBank } from "./gabor-bank.ts";

/** Images of one run. */
const BATCH = 50;

/** Rows and columns of MNIST's images. */
const SIDE = 28;

/** The graph of a bank: `x [batch, 1, side, side]` gives `features [batch, maps * places]`. */
export function gaborGraph(bank: GaborBank, batch = BATCH, side = SIDE): Graph {
  const { size, weights } = gaborFilters(bank);
  const x = input("x", [batch, 1, side, side]);
  const filter = (filters: Float64Array): Value =>
    convolution(x, constant(filters, [filters.length / size ** 2, 1, size, size]), {
      ...plain,
      pads: Array.from({ length: 4 }, () => (size - 1) / 2),
      groups: 1,
    });
  const even = filter(weights.subarray(0, weights.length / 2));
  const odd = filter(weights.subarray(weights.length / 2));
  const maps =
    bank.response === "rectified"
      ? concat(relu(even), relu(negate(even)), { axis: 1 })
      : sqrt(add(multiply(even, even), multiply(odd, odd)));
  const count = maps.shape[1]!;
  const smooth = gaussianWindow(bank.smoothing);
  const copies = Array.from({ length: count }, () => [...smooth.weights]).flat();
  const pooled = convolution(maps, constant(copies, [count, 1, smooth.size, smooth.size]), {
    strides: [bank.stride, bank.stride],
    pads: Array.from({ length: 4 }, () => (smooth.size - 1) / 2),
    dilations: [1, 1],
    groups: count,
  });
  const features = reshape(pooled, { shape: [batch, sizeOf(pooled.shape.slice(1))] });
  return { name: "gabor", inputs: [x], outputs: [{ name: "features", value: features }] };
}

/**
 * The Gabor features of images.
 *
 * @param images - `[n, 1, 28, 28]`: bytes, or numbers in [0, 1].
 * @returns `[n, d]`; `d` is 8 maps * 14 * 14 = 1,568 for {@link mnistBank}.
 * @throws UsageError if a setting of the bank is out of range, or the images are not whole ones.
 * @throws DataError if a pixel is not finite.
 */
export async function gaborFeatures(
  engine: Engine,
  images: Float32Array | Uint8Array,
  bank: GaborBank = mnistBank,
  watch: Watch = {},
): Promise<{ readonly features: Float32Array; readonly dimension: number }> {
  const pixels = SIDE * SIDE;
  const count = images.length / pixels;
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(
      `Gabor features: expected gray images of ${SIDE} x ${SIDE} = ${pixels} pixels, got ${images.length} pixels in all`,
    );
  }
  const strange = images.findIndex((pixel) => !Number.isFinite(pixel));
  if (strange >= 0) {
    throw new DataError(
      `Gabor features: expected finite pixels, got ${images[strange]} in image ${Math.floor(strange / pixels)}`,
    );
  }
  const graph = gaborGraph(bank);
  const dimension = graph.outputs[0]!.value.shape[1]!;
  const features = new Float32Array(count * dimension);
  await using program = await openProgram(engine, await engine.lower(graph));
  const batch = new Float32Array(BATCH * pixels);
  const unit = images instanceof Uint8Array ? 255 : 1;
  for (let first = 0; first < count; first += BATCH) {
    await breathe(watch, first, count, "Gabor features");
    // What the last run does not fill is left from the one before, and its features are not read.
    images.subarray(first * pixels, (first + BATCH) * pixels).forEach((pixel, at) => {
      batch[at] = pixel / unit;
    });
    const results = await program.run({ x: { data: batch, dims: [BATCH, 1, SIDE, SIDE] } });
    const rows = Math.min(BATCH, count - first);
    features.set(results["features"]!.subarray(0, rows * dimension), first * dimension);
  }
  return { features, dimension };
}
