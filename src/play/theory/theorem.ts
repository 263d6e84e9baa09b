/**
 * @file Theorem 1 for points that are dragged: the network of `2 n + d` weights, its curve, and points it cannot tell apart.
 */

import { fitNetwork, orderSamples } from "../../theory/expressivity/fit.ts";
import { evaluateNetwork, type ReluNetwork } from "../../theory/expressivity/network.ts";
import type { Point } from "./points.ts";

/** Two points at one place of the projection. */
export interface Clash {
  /** Their places in the list. */
  readonly first: number;
  readonly second: number;
  /** Whether their inputs are equal: no function at all tells them apart. */
  readonly isSameInput: boolean;
}

/** The network for some points. */
export interface Solved {
  readonly network: ReluNetwork;
  /** `[points]`: where each is along the projection. */
  readonly projected: readonly number[];
  /** Points that are fitted, by their projections: their places in the list. */
  readonly order: readonly number[];
  /** Points that are left out, since another is at their place. */
  readonly clashes: readonly Clash[];
  /** The largest difference of the network and the label of a point that is fitted. */
  readonly worst: number;
  /** `min_i (x_i - b_i)`, the smallest eigenvalue of the matrix of Lemma 1. */
  readonly smallestEigenvalue: number;
}

/** Projections closer than this are one place: a hundredth of what a drag moves a point by. */
const CLOSE = 1e-4;

/** The direction at an angle in degrees; of one dimension there is one. */
export const directionAt = (dimensions: number, angle: number): Float32Array => {
  const turn = (Math.PI * angle) / 180;
  return dimensions === 1 ? Float32Array.of(1) : Float32Array.of(Math.cos(turn), Math.sin(turn));
};

/**
 * The network of Theorem 1 through the points.
 *
 * @param points - At least one.
 * @param direction - The projection `a`.
 */
export function solveTheorem(points: readonly Point[], direction: Float32Array): Solved {
  const projected = points.map(({ input }) =>
    input.reduce((sum, value, axis) => sum + value * direction[axis]!, 0),
  );
  const order: number[] = [];
  const clashes: Clash[] = [];
  for (const second of [...points.keys()].sort((a, b) => projected[a]! - projected[b]! || a - b)) {
    const first = order.at(-1);
    if (first === undefined || projected[second]! - projected[first]! > CLOSE) order.push(second);
    else {
      const isSameInput = points[first]!.input.every((value, axis) => value === points[second]!.input[axis]);
      clashes.push({ first, second, isSameInput });
    }
  }
  const x = Float64Array.from(order, (at) => projected[at]!);
  const y = Float64Array.from(order, (at) => points[at]!.label);
  const network = fitNetwork(orderSamples(x, y), { direction });
  const { thresholds } = network.blocks[0]!;
  const values = evaluateNetwork(network, x, "float64");
  return {
    network,
    projected,
    order,
    clashes,
    worst: Math.max(...values.map((value, at) => Math.abs(value - y[at]!))),
    smallestEigenvalue: Math.min(...x.map((place, at) => place - thresholds[at]!)),
  };
}

/** The network from one end to another: it is straight between these points. */
export function curveOf({ network }: Solved, from: number, to: number): (readonly [x: number, y: number])[] {
  const knots = network.blocks[0]!.thresholds.filter((knot) => knot > from && knot < to);
  const x = Float64Array.of(from, ...knots, to);
  const y = evaluateNetwork(network, x, "float64");
  return Array.from(x, (place, at) => [place, y[at]!] as const);
}

/** What two points at one place mean, and what to do. */
export function tellClash({ first, second, isSameInput }: Clash, points: readonly Point[]): string {
  const names = `Points ${Math.min(first, second) + 1} and ${Math.max(first, second) + 1}`;
  if (!isSameInput) {
    return `${names} are at the same place along a, so the network cannot tell them apart: turn a, or move one. Almost every direction keeps all points apart.`;
  }
  return points[first]!.label === points[second]!.label
    ? `${names} are the same example, which counts once.`
    : `${names} have the same input and different labels: no function, and so no network, takes both. Move one.`;
}
