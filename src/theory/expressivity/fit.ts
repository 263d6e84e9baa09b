/**
 * @file Weights that make a network take any targets: the constructions of Theorem 1 and Corollary 1.
 *
 * The system `A w = y` of Lemma 1 is triangular: unit `j` is 0 at all samples before its own. In exact terms, `c` is
 * piecewise linear, and its weights are the differences of its slopes; they are found in one pass. In float32 this is not
 * enough, as the rounding of the weights and of the sums is larger than the targets for `n` of some thousands. There the
 * pass uses the sum as float32 computes it: each weight also makes up for the rounding of all before it.
 */

import { UsageError } from "../../base/errors.ts";
import { type Arithmetic, type Block, placeIn, type ReluNetwork, sumUnits } from "./network.ts";

/** Samples in the order of their projections. */
export interface Ordered {
  /** `[count]`, ascending; distinct but for what float32 cannot tell apart. */
  readonly projected: Float64Array;
  /** `[count]`. */
  readonly targets: Float64Array;
}

/** How a network is made. */
export interface FitOptions {
  readonly direction: Float32Array;
  /** Layers with weights, from 2 to `count + 1`; 2 if not given. */
  readonly depth?: number | undefined;
  /**
   * Where a threshold lies between its sample (0) and the one before (1), exclusive; {@link PLACEMENT} if not given.
   * An error of one slope is passed on to the next by the factor `(1 - placement) / placement`, so midpoints never
   * forget one, and nothing below a half is of use.
   */
  readonly placement?: number | undefined;
}

/** Near the sample before: the function is nearly the straight line from sample to sample. */
export const PLACEMENT = 15 / 16;

/** Sort samples by their projections. */
export function orderSamples(projected: Float64Array | Float32Array, targets: Float64Array): Ordered {
  const order = Uint32Array.from(projected, (_, index) => index).sort(
    (a, b) => projected[a]! - projected[b]! || a - b,
  );
  return {
    projected: Float64Array.from(order, (index) => projected[index]!),
    targets: Float64Array.from(order, (index) => targets[index]!),
  };
}

/**
 * A network of exact arithmetic, computed in float64, `O(n)` for sorted samples.
 *
 * @throws UsageError if the depth or the placement is not one there is.
 */
export const fitNetwork = (samples: Ordered, options: FitOptions): ReluNetwork =>
  build(samples, options, "float64", slopeWeights);

/**
 * A network of float32 weights for float32 arithmetic and sums in the order of the units, `O(n^2 / 2)`: as much as it
 * takes to evaluate it at all samples. Samples that fall together in float32 are not fitted.
 *
 * @param samples - Projected in float32.
 * @throws UsageError if the depth or the placement is not one there is.
 */
export const fitSingleNetwork = (samples: Ordered, options: FitOptions): ReluNetwork =>
  build(samples, options, "float32", substitutedWeights);

/** Finds the weights of a block: `places` and `targets` of its samples, counted from its end and its beginning. */
type Solve = (thresholds: Float64Array, places: Float64Array, targets: Float64Array) => Float64Array;

function build(
  { projected, targets }: Ordered,
  { direction, depth = 2, placement = PLACEMENT }: FitOptions,
  arithmetic: Arithmetic,
  solve: Solve,
): ReluNetwork {
  const count = projected.length;
  if (!Number.isInteger(depth) || depth < 2 || depth > count + 1) {
    throw new UsageError(
      `expressivity: expected a depth from 2 to n + 1 = ${count + 1} layers, got ${depth}`,
    );
  }
  if (!(placement > 0 && placement < 1)) {
    throw new UsageError(`expressivity: expected a placement in (0, 1), got ${placement}`);
  }
  const round = arithmetic === "float32" ? Math.fround : (value: number): number => value;
  const layers = depth - 1;
  const firstOf = (layer: number): number => Math.floor((layer * count) / layers);
  /** Between two neighbors, near the first. */
  const between = (before: number, after: number): number => round(after - placement * (after - before));
  const edge = (sample: number): number =>
    sample === 0
      ? round(projected[0]! - firstDistance(projected))
      : between(projected[sample - 1]!, projected[sample]!);
  const blocks: Block[] = [];
  // What the blocks so far come to at their end.
  let level = 0;
  for (let layer = 0; layer < layers; layer++) {
    const [first, after] = [firstOf(layer), firstOf(layer + 1)];
    const end = layer === layers - 1 ? null : edge(after);
    const places = Float64Array.from(projected.subarray(first, after), (x) => placeIn(end, x, arithmetic));
    const begin = placeIn(end, edge(first), arithmetic);
    const thresholds = places.map((place, index) =>
      index === 0 ? begin : between(places[index - 1]!, place),
    );
    const wanted = targets.slice(first, after).map((target) => target - level);
    const weights = solve(thresholds, places, wanted);
    if (end !== null) level += sumUnits({ thresholds, weights }, 0, arithmetic);
    blocks.push({ end, thresholds, weights });
  }
  return { depth, direction, blocks };
}

/** How far the first threshold is before the first sample: as far as neighbors are from each other, on average. */
function firstDistance(projected: Float64Array): number {
  const range = projected.at(-1)! - projected[0]!;
  return range > 0 ? range / (projected.length - 1) : Math.max(1, Math.abs(projected[0]!));
}

function slopeWeights(thresholds: Float64Array, places: Float64Array, targets: Float64Array): Float64Array {
  const weights = new Float64Array(places.length);
  let [slope, value] = [0, 0];
  for (let unit = 0; unit < places.length; unit++) {
    const next = (targets[unit]! - value) / (places[unit]! - thresholds[unit]!);
    weights[unit] = next - slope;
    slope = next;
    if (unit + 1 < places.length) value = targets[unit]! + slope * (thresholds[unit + 1]! - places[unit]!);
  }
  return weights;
}

function substitutedWeights(
  thresholds: Float64Array,
  places: Float64Array,
  targets: Float64Array,
): Float64Array {
  const weights = new Float64Array(places.length);
  const block = { thresholds, weights };
  for (let unit = 0; unit < places.length; unit++) {
    const height = Math.fround(places[unit]! - thresholds[unit]!);
    // A sample that fell together with the one before has no unit that tells them apart.
    if (!(height > 0)) continue;
    weights[unit] = Math.fround((targets[unit]! - sumUnits(block, places[unit]!, "float32", unit)) / height);
  }
  return weights;
}
