/**
 * @file One layer of random convolutional features as a graph, run over all images a few at a time.
 */

import { type Dataset, exampleCount, exampleSize } from "../../data/dataset.ts";
import { convolution } from "../../graph/ops/convolution.ts";
import { multiply, relu, subtract } from "../../graph/ops/elementwise.ts";
import { concat } from "../../graph/ops/pieces.ts";
import { averagePool } from "../../graph/ops/pool.ts";
import { reshape } from "../../graph/ops/shape.ts";
import { plain, windowCounts } from "../../graph/ops/window.ts";
import { type Graph, input, sizeOf, type Value } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import { type Filters, pixelScale } from "./patches.ts";

/** How answers of filters are pooled, and what they must exceed. */
export interface LayerSettings {
  readonly patchSize: number;
  readonly threshold: number;
  readonly poolSize: number;
  readonly poolStride: number;
}

/**
 * Images of one run: with 256 filters their answers are 3 MB, which stay in the cache from the convolution to the
 * pool. In runs of 64 images, an image takes twice as long.
 */
const BATCH = 4;

/**
 * Subtracted from pixels, which changes no answer, as filters have sum 0: products of smaller numbers lose fewer
 * digits.
 */
const MIDDLE = 128;

/** Places of a patch in an image, and pools of those, `[rows, columns]` each; below 1 where none fits. */
export function layerGeometry(
  image: readonly number[],
  { patchSize, poolSize, poolStride }: LayerSettings,
): { readonly places: readonly number[]; readonly grid: readonly number[] } {
  const places = windowCounts(image, [patchSize, patchSize], plain);
  const grid = windowCounts(places, [poolSize, poolSize], { ...plain, strides: [poolStride, poolStride] });
  return { places, grid };
}

/**
 * The graph of a layer: `x [batch, c, h, w]`, `filters [count, c, size, size]`, `inverse [batch, 1, h', w']` (one over
 * the deviation of each patch), `above` and `below [1, count, 1, 1]` give `features [batch, 2 * count * pools]`.
 *
 * An answer is `z = inverse * (x conv filter) - offset`. With `above = offset + threshold` and
 * `below = offset - threshold`, its two halves `max(0, z - threshold)` and `max(0, -z - threshold)` take one
 * subtraction each.
 */
export function layerGraph(
  [channels, height, width]: readonly [number, number, number],
  count: number,
  settings: LayerSettings,
  batch = BATCH,
): Graph {
  const { patchSize, poolSize, poolStride } = settings;
  const { places, grid } = layerGeometry([height, width], settings);
  const x = input("x", [batch, channels, height, width]);
  const filters = input("filters", [count, channels, patchSize, patchSize]);
  const inverse = input("inverse", [batch, 1, ...places]);
  const above = input("above", [1, count, 1, 1]);
  const below = input("below", [1, count, 1, 1]);
  const answers = multiply(convolution(x, filters, { ...plain, groups: 1 }), inverse);
  const pool = (images: Value, size: number, stride: number): Value =>
    averagePool(images, {
      kernel: [size, size],
      strides: [stride, stride],
      pads: plain.pads,
      countPads: false,
    });
  // Pools that overlap share cells as large as the common divisor of size and stride: their means are taken once.
  const cell = commonDivisor(poolSize, poolStride);
  const halves = [relu(subtract(answers, above)), relu(subtract(below, answers))].map((half) =>
    cell === 1 || cell === poolSize
      ? pool(half, poolSize, poolStride)
      : pool(pool(half, cell, cell), poolSize / cell, poolStride / cell),
  );
  const features = reshape(concat(...halves, { axis: 1 }), { shape: [batch, 2 * count * sizeOf(grid)] });
  return {
    name: "random-convolutions",
    inputs: [x, filters, inverse, above, below],
    outputs: [{ name: "features", value: features }],
  };
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** A layer of `count` filters, open on the engine. */
export interface Layer extends AsyncDisposable {
  readonly count: number;
  /**
   * Compute the features of all images into `features`, `[n, 2 * count * pools]`.
   *
   * @param inverse - `[n, 1, h', w']`: one over the deviation of each patch.
   * @throws the signal's reason as soon as it is aborted.
   */
  compute(
    images: Dataset,
    inverse: Float32Array,
    filters: Filters,
    features: Float32Array,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Open a layer for images of a shape, `[channels, height, width]`. */
export async function openLayer(
  engine: Engine,
  shape: readonly [number, number, number],
  count: number,
  settings: LayerSettings,
): Promise<Layer> {
  const { places, grid } = layerGeometry(shape.slice(1), settings);
  const width = 2 * count * sizeOf(grid);
  // Not lowered to blocks: on few channels and small batches the plain convolution is as fast, and the passes after it
  // are faster.
  const program = await openProgram(engine, layerGraph(shape, count, settings));
  return {
    count,
    async compute(images, inverse, { weights, offsets }, features, signal) {
      const size = exampleSize(images);
      const scale = pixelScale(images);
      const place = sizeOf(places);
      const perFilter = (sign: number) => ({
        data: offsets.map((offset) => offset + sign * settings.threshold),
        dims: [1, count, 1, 1],
      });
      const fixed = {
        filters: { data: weights, dims: [count, shape[0], settings.patchSize, settings.patchSize] },
        above: perFilter(1),
        below: perFilter(-1),
      };
      const pixels = new Float32Array(BATCH * size);
      const deviations = new Float32Array(BATCH * place);
      for (let first = 0; first < exampleCount(images); first += BATCH) {
        signal?.throwIfAborted();
        const rows = Math.min(BATCH, exampleCount(images) - first);
        // What the last run does not fill is left from the one before, and its features are not read.
        for (let at = 0; at < rows * size; at++)
          pixels[at] = images.inputs[first * size + at]! * scale - MIDDLE;
        deviations.set(inverse.subarray(first * place, (first + rows) * place));
        const results = await program.run({
          ...fixed,
          x: { data: pixels, dims: [BATCH, ...shape] },
          inverse: { data: deviations, dims: [BATCH, 1, ...places] },
        });
        features.set(results["features"]!.subarray(0, rows * width), first * width);
      }
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}
