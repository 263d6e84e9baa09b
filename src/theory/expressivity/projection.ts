/**
 * @file The projection `a` of Theorem 1: a direction along which all samples are apart.
 *
 * Almost every direction will do (section 4), but a network's weights grow with the inverse of the gaps between
 * neighbors. So several directions are drawn and the one with the largest smallest gap, as a share of the range, is taken.
 */

import { DataError } from "../../base/errors.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import type { Arithmetic } from "./network.ts";
import type { Sample } from "./sample.ts";

/** Directions that are followed at once: their sums do not wait for each other. */
const AT_ONCE = 4;

/** A direction and where it puts the samples. */
export interface Projection {
  /** `[dimensions]`, float32 numbers, so that the network is the same in both arithmetics. */
  readonly direction: Float32Array;
  /** `[count]`: inner products in float64, summed in the order of the inputs. */
  readonly exact: Float64Array;
  /** `[count]`: the same in float32, every product and every sum rounded, in the same order. */
  readonly single: Float32Array;
}

/**
 * Draw directions at random, and project the samples on each.
 *
 * The directions are normal, three of four orthogonal to the mean of the inputs (pixels are positive: without this all
 * projections would share a large constant, which costs float32 digits).
 *
 * @param candidates - How many, at least 1.
 */
export async function drawProjections(
  sample: Sample,
  candidates: number,
  seed: number,
  watch: Watch = {},
): Promise<Projection[]> {
  const mean = meanOf(sample);
  const projections: Projection[] = [];
  for (let index = 0; index < candidates; index += AT_ONCE) {
    await breathe(watch, index, candidates, "projections");
    const now = Math.min(AT_ONCE, candidates - index);
    const directions = Array.from({ length: now }, (_, at) => drawDirection(mean, seed, index + at));
    projections.push(...projectAll(sample, directions));
  }
  return projections;
}

/** `[dimensions]`: the mean of the inputs. */
function meanOf({ count, dimensions, inputs }: Sample): Float64Array {
  const mean = new Float64Array(dimensions);
  for (let index = 0; index < inputs.length; index++) mean[index % dimensions]! += inputs[index]! / count;
  return mean;
}

function drawDirection(mean: Float64Array, seed: number, index: number): Float32Array {
  const random = randomStream(seed, "expressivity-projection", index);
  const drawn = Float64Array.from(mean, () => random.normal() / Math.sqrt(mean.length));
  const size = mean.reduce((sum, value) => sum + value * value, 0);
  // In one dimension nothing is orthogonal to the mean but 0; and samples may all be multiples of their mean.
  const isFree = mean.length === 1 || size === 0 || index % AT_ONCE === AT_ONCE - 1;
  if (isFree) return Float32Array.from(drawn);
  const along = drawn.reduce((sum, value, place) => sum + value * mean[place]!, 0) / size;
  return Float32Array.from(drawn, (value, place) => value - along * mean[place]!);
}

/** Project the samples on at most {@link AT_ONCE} directions. */
function projectAll(
  { count, dimensions, inputs }: Sample,
  directions: readonly Float32Array[],
): Projection[] {
  // The sums of all are kept by name: an array of them would be several times slower.
  const woven = new Float32Array(AT_ONCE * dimensions);
  directions.forEach((direction, at) => {
    for (let place = 0; place < dimensions; place++) woven[AT_ONCE * place + at] = direction[place]!;
  });
  const exact = directions.map(() => new Float64Array(count));
  const single = directions.map(() => new Float32Array(count));
  for (let row = 0; row < count; row++) {
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    let rounded0 = Math.fround(0);
    let rounded1 = Math.fround(0);
    let rounded2 = Math.fround(0);
    let rounded3 = Math.fround(0);
    for (let at = row * dimensions, end = at + dimensions, weight = 0; at < end; at++, weight += AT_ONCE) {
      const value = inputs[at]!;
      // Products of two float32 numbers are exact in float64, so they are rounded once.
      const product0 = value * woven[weight]!;
      const product1 = value * woven[weight + 1]!;
      const product2 = value * woven[weight + 2]!;
      const product3 = value * woven[weight + 3]!;
      sum0 += product0;
      sum1 += product1;
      sum2 += product2;
      sum3 += product3;
      rounded0 = Math.fround(rounded0 + Math.fround(product0));
      rounded1 = Math.fround(rounded1 + Math.fround(product1));
      rounded2 = Math.fround(rounded2 + Math.fround(product2));
      rounded3 = Math.fround(rounded3 + Math.fround(product3));
    }
    [sum0, sum1, sum2, sum3].forEach((sum, at) => {
      if (at < exact.length) exact[at]![row] = sum;
    });
    [rounded0, rounded1, rounded2, rounded3].forEach((sum, at) => {
      if (at < single.length) single[at]![row] = sum;
    });
  }
  return directions.map((direction, at) => ({ direction, exact: exact[at]!, single: single[at]! }));
}

/** The smallest distance of neighbors over the range of all, in `[0, 1]`; 1 for a single number. */
export function relativeGap(values: Float64Array | Float32Array): number {
  if (values.length < 2) return 1;
  const sorted = values.toSorted();
  const range = sorted.at(-1)! - sorted[0]!;
  return range > 0 ? smallestGap(sorted) / range : 0;
}

/** The smallest distance of neighbors of some sorted numbers; infinite for a single one. */
export function smallestGap(sorted: Float64Array | Float32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < sorted.length; index++) {
    least = Math.min(least, sorted[index]! - sorted[index - 1]!);
  }
  return least;
}

/**
 * The best of some projections for the first samples: that with the largest smallest gap over the range in the given
 * arithmetic. Where float32 cannot keep the samples apart on any, float64 decides.
 *
 * @throws DataError if samples fall together in float64 on all of them.
 */
export function chooseProjection(
  projections: readonly Projection[],
  count: number,
  arithmetic: Arithmetic = "float64",
): Projection {
  const rated = projections.map(({ direction, exact, single }) => {
    const cut = { direction, exact: exact.subarray(0, count), single: single.subarray(0, count) };
    return { cut, single: relativeGap(cut.single), exact: relativeGap(cut.exact) };
  });
  const apart = rated.filter(({ exact }) => exact > 0);
  if (apart.length === 0) {
    throw new DataError(
      `expressivity: all ${projections.length} directions drawn put two of the ${count} samples at the same float64 number; ` +
        "take fewer samples, more candidates, or inputs that differ by more",
    );
  }
  const isInSingle = arithmetic === "float32" && apart.some(({ single }) => single > 0);
  const gapOf = (one: (typeof apart)[number]): number => (isInSingle ? one.single : one.exact);
  return apart.reduce((best, one) => (gapOf(one) > gapOf(best) ? one : best)).cut;
}
