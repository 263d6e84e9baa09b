/**
 * @file Lowers a graph to the blocked layout: images stay in it from convolution to convolution.
 *
 * A value is computed blocked if it is made of blocked ones by an operation that has a blocked form; it is reordered
 * where something else needs it. What the graph computes does not change but for rounding.
 */

import { expandGraph } from "../expand.ts";
import { mergeEqual } from "../merge.ts";
import { apply } from "../operation.ts";
import type { Block } from "../ops/blocked.ts";
import { type Graph, inOrder } from "../value.ts";
import { cropFilters } from "./crop.ts";
import { lowerImages } from "./images.ts";
import { lowerValues } from "./lowered-values.ts";
import { lowerSums } from "./sums.ts";
import { widenChannels } from "./widen.ts";

/** Operations that are lowered as they are, and not as what they expand to. */
const KEPT = new Set(["filterGradient", "maxPoolGradient"]);

/** Lower a graph; inputs, outputs and their shapes stay as they are. */
export function lowerToBlocked(graph: Graph, block: Block): Graph {
  const whole = mergeEqual(widenChannels(cropFilters(expandGraph(graph, KEPT)), block));
  const values = lowerValues(whole, block);
  for (const value of inOrder(whole.outputs.map(({ value }) => value))) {
    if (value.kind !== "application") {
      values.becomesPlain(value, value);
      continue;
    }
    const images = lowerImages(value, values);
    if (images) values.becomesBlocked(value, images);
    else {
      const { operation, inputs, attributes } = value;
      values.becomesPlain(
        value,
        lowerSums(value, values) ?? apply(operation, inputs.map(values.plainOf), attributes),
      );
    }
  }
  return expandGraph({
    ...whole,
    outputs: whole.outputs.map(({ name, value }) => ({ name, value: values.plainOf(value) })),
  });
}
