/**
 * @file The networks of Theorem 1 and Corollary 1, and their values in float64 and in float32.
 *
 * Theorem 1 (section 4): `c(x) = sum_j w_j max(<a, x> - b_j, 0)`, one hidden layer. Corollary 1 (appendix C): the hidden
 * units are divided among `k - 1` hidden layers. Layer 1 computes the block of the largest projections, layer 2 the one
 * before it, and so on; each passes on the projection and the sum so far by units of its own. All but the first layer see
 * the projection from the end of their block, `t = -max(end - <a, x>, 0)`, so that a block is constant beyond its end.
 */

/** Units of one hidden layer, those that are not for passing on. */
export interface Block {
  /** Where the block ends on the projection; null for the last one, which has no end. */
  readonly end: number | null;
  /** `[units]`, ascending: where units begin, counted from `end` (from 0 if there is none). */
  readonly thresholds: Float64Array;
  /** `[units]`: what each adds to the slope. */
  readonly weights: Float64Array;
}

/** A network of one output. */
export interface ReluNetwork {
  /** Layers with weights, at least 2; hidden layers are one less. */
  readonly depth: number;
  /** `[dimensions]`: the projection `a`. */
  readonly direction: Float32Array;
  /** From the smallest projections to the largest: one for each hidden layer, the first layer's last. */
  readonly blocks: readonly Block[];
}

/** In which numbers a network is computed; sums are in the order of the units. */
export type Arithmetic = "float64" | "float32";

/** Weights of a network: `2 n + d` for depth 2, and one more for each further layer: where its block ends. */
export const weightCount = ({ direction, blocks }: ReluNetwork): number =>
  blocks.reduce(
    (sum, { thresholds, weights, end }) => sum + thresholds.length + weights.length + (end === null ? 0 : 1),
    direction.length,
  );

/** Units of the widest hidden layer, those for passing on included. */
export function widthOf({ blocks }: ReluNetwork): number {
  const layers = blocks.length;
  const widths = blocks.toReversed().map(({ thresholds }, index) => {
    const isLast = index === layers - 1;
    // The projection in two units (its positive and its negative part), and the distance to the next block's end.
    const passed = (index < layers - 2 ? 2 : 0) + (isLast ? 0 : 1);
    return thresholds.length + passed + (index > 0 ? 2 : 0);
  });
  return Math.max(...widths);
}

/** The Euclidean norm of all output weights `w`. */
export const weightNorm = ({ blocks }: ReluNetwork): number =>
  Math.sqrt(blocks.reduce((sum, { weights }) => sum + weights.reduce((s, w) => s + w * w, 0), 0));

/** The network with every weight rounded to float32. */
export const roundNetwork = (network: ReluNetwork): ReluNetwork => ({
  ...network,
  blocks: network.blocks.map(({ end, thresholds, weights }) => ({
    end: end === null ? null : Math.fround(end),
    thresholds: thresholds.map(Math.fround),
    weights: weights.map(Math.fround),
  })),
});

/** Where a projection lies for a block: from its end, and not beyond it. */
export function placeIn(end: number | null, x: number, arithmetic: Arithmetic): number {
  if (end === null) return x;
  return Math.min(arithmetic === "float32" ? Math.fround(x - end) : x - end, 0);
}

/** The sum of the first `units` units of a block at a place. */
export function sumUnits(
  { thresholds, weights }: Pick<Block, "thresholds" | "weights">,
  place: number,
  arithmetic: Arithmetic,
  units = thresholds.length,
): number {
  let sum = 0;
  if (arithmetic === "float64") {
    // Thresholds ascend: from the first one that is not below the place, all units are 0.
    for (let unit = 0; unit < units && thresholds[unit]! < place; unit++) {
      sum += weights[unit]! * (place - thresholds[unit]!);
    }
    return sum;
  }
  for (let unit = 0; unit < units && thresholds[unit]! < place; unit++) {
    sum = Math.fround(sum + Math.fround(weights[unit]! * Math.fround(place - thresholds[unit]!)));
  }
  return sum;
}

/**
 * The values of a network at projected inputs, `[count]`.
 *
 * In float32 every operation is rounded, in the order of the exported model, so they are the bits the engine computes.
 */
export function evaluateNetwork(
  { blocks }: Pick<ReluNetwork, "blocks">,
  projected: Float64Array | Float32Array,
  arithmetic: Arithmetic,
): Float64Array {
  const values = new Float64Array(projected.length);
  for (const block of blocks.toReversed()) {
    // A block has one value beyond its end.
    const beyond = block.end === null ? 0 : sumUnits(block, 0, arithmetic);
    for (let index = 0; index < values.length; index++) {
      const place = placeIn(block.end, projected[index]!, arithmetic);
      const part = block.end !== null && place === 0 ? beyond : sumUnits(block, place, arithmetic);
      const sum = values[index]! + part;
      values[index] = arithmetic === "float32" ? Math.fround(sum) : sum;
    }
  }
  return values;
}
