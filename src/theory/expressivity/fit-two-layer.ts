/**
 * @file Theorem 1 in one call: a two-layer network with `2 n + d` weights for any sample.
 */

import { DataError } from "../../base/errors.ts";
import type { Watch } from "../../base/progress.ts";
import { fitNetwork, fitSingleNetwork, orderSamples } from "./fit.ts";
import type { Arithmetic, ReluNetwork } from "./network.ts";
import { chooseProjection, drawProjections, relativeGap } from "./projection.ts";
import { checkSample, mergeDuplicates, type Sample } from "./sample.ts";

/** How the network is made. */
export interface TwoLayerOptions extends Watch {
  /** Directions drawn, of which the best is taken; 16 if not given. */
  readonly candidates?: number;
  readonly seed?: number;
  /** What the network will be computed in: `float32` weights make up for its rounding, with sums in order. */
  readonly arithmetic?: Arithmetic;
}

/** Directions drawn, unless told. */
export const CANDIDATES = 16;

/**
 * The network of Theorem 1 (Zhang et al., ICLR 2017, section 4) that takes each target at its input.
 *
 * Write it with `networkOnnx(network, "ordered")`, or compute it at projected inputs with `evaluateNetwork`. Equal
 * inputs with equal targets count once.
 *
 * @throws UsageError if it is too large, DataError for numbers that are not finite, equal inputs with different
 *   targets (with the two), and inputs that the arithmetic cannot tell apart along any direction.
 */
export async function fitTwoLayer(sample: Sample, options: TwoLayerOptions = {}): Promise<ReluNetwork> {
  const { candidates = CANDIDATES, seed = 0, arithmetic = "float64" } = options;
  checkSample(sample);
  const { sample: distinct } = mergeDuplicates(sample);
  const projections = await drawProjections(distinct, candidates, seed, options);
  const { direction, exact, single } = chooseProjection(projections, distinct.count, arithmetic);
  if (arithmetic === "float64") return fitNetwork(orderSamples(exact, distinct.targets), { direction });
  if (!(relativeGap(single) > 0)) {
    throw new DataError(
      `expressivity: all ${candidates} directions drawn put two of the ${distinct.count} samples at the same float32 number; ` +
        "take fewer samples, more candidates, or float64",
    );
  }
  return fitSingleNetwork(orderSamples(single, distinct.targets), { direction });
}
