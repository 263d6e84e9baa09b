/**
 * @file Follow a descent to where it ends, and write down on the way how far that still is.
 */

import type { Factor } from "../../base/linear/cholesky.ts";
import { outsideSpan } from "../../base/linear/least-norm.ts";
import { combine, distance, type Matrix, norm, times } from "../../base/linear/matrix.ts";
import { createWalker, type Descent } from "./descent.ts";

/** One row of a path; distances and norms are of weights, in the units of the weights. */
export interface Moment {
  readonly epoch: number;
  /** Distance to the minimum-norm solution. */
  readonly toLeastNorm: number;
  /** Distance to where theory says this descent ends. */
  readonly toLimit: number;
  /** Norm of the weights. */
  readonly norm: number;
  /** Norm of what descent has added to the start outside the span of the rows: 0 but for rounding, without l2. */
  readonly outside: number;
  /** `|X w - y| / |y|`. */
  readonly residual: number;
}

/** A path from start to end. */
export interface Path {
  /** From epoch 0 to the last, at most a twelfth of the epochs so far apart. */
  readonly moments: readonly Moment[];
  /** `[d]`. */
  readonly w: Float64Array;
  /** `reached`: the distance to the limit is within the tolerance. */
  readonly end: "reached" | "out of epochs" | "diverged";
}

/** What a path is followed with. */
export interface Course {
  readonly x: Matrix;
  readonly y: Float64Array;
  /** Of `X X^T`. */
  readonly factor: Factor;
  readonly start: Float64Array;
  readonly descent: Descent;
  readonly leastNorm: Float64Array;
  /** Where theory says it ends. */
  readonly limit: Float64Array;
  /** Distance to the limit, relative to the norm of the minimum-norm solution, at which it ends. */
  readonly tolerance: number;
  readonly epochs: number;
  /** Told after each moment; throws to end everything. */
  readonly onMoment?: (moment: Moment) => void | Promise<void>;
}

/** A distance this many times the first counts as diverged. */
const EXPLOSION = 1e6;

/** Follow a descent until it is within the tolerance, out of epochs, or far away. */
export async function followPath(course: Course): Promise<Path> {
  const { x, y, factor, start, descent, leastNorm, limit, tolerance, epochs, onMoment } = course;
  const walker = createWalker(x, y, start, descent);
  const unit = norm(leastNorm);
  const moments: Moment[] = [];
  const look = async (epoch: number): Promise<Moment> => {
    const moment: Moment = {
      epoch,
      toLeastNorm: distance(walker.w, leastNorm),
      toLimit: distance(walker.w, limit),
      norm: norm(walker.w),
      outside: norm(outsideSpan(x, factor, combine(walker.w, -1, start))),
      residual: norm(combine(times(x, walker.w), -1, y)) / norm(y),
    };
    moments.push(moment);
    await onMoment?.(moment);
    return moment;
  };
  const first = await look(0);
  let next = 1;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    walker.epoch();
    if (epoch < next && epoch < epochs) continue;
    const { toLimit } = await look(epoch);
    if (!(toLimit <= EXPLOSION * Math.max(first.toLimit, unit)))
      return { moments, w: walker.w, end: "diverged" };
    if (toLimit <= tolerance * unit) return { moments, w: walker.w, end: "reached" };
    next = Math.max(epoch + 1, Math.floor(epoch * 1.08));
  }
  return { moments, w: walker.w, end: "out of epochs" };
}

/**
 * Factor by which the distance to the limit shrank an epoch, over the second half of a path; null for paths of fewer than
 * three moments.
 */
export function measuredRate({ moments }: Path): number | null {
  const last = moments.at(-1)!;
  const middle = moments.find(({ epoch }) => epoch >= last.epoch / 2)!;
  if (moments.length < 3 || middle.epoch === last.epoch || last.toLimit === 0) return null;
  return (last.toLimit / middle.toLimit) ** (1 / (last.epoch - middle.epoch));
}
