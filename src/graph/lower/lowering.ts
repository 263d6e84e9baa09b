/**
 * @file Lowerings: from a graph as it is meant to one as an engine computes it fastest.
 */

import type { Block } from "../ops/blocked.ts";
import { simplifyGraph } from "../simplify.ts";
import type { Graph } from "../value.ts";
import { lowerToBlocked } from "./blocked.ts";
import type { FilterWay } from "./gpu/filter-gradient.ts";
import { lowerToGpu } from "./gpu/lower.ts";

/** A way to lower graphs; what a graph computes stays the same but for rounding, and so do its inputs and outputs. */
export interface Lowering {
  /** What the layout of images in it is called. */
  readonly layout: string;
  lower(graph: Graph): Graph;
}

/** Images as everybody lays them out, `[n, c, h, w]`: for every engine. */
export const plain: Lowering = { layout: "plain", lower: simplifyGraph };

/** Images in blocks of so many channels: for processors whose ONNX Runtime convolves those. */
export const blocked = (block: Block): Lowering => ({
  layout: block === 16 ? "blocked" : `blocked by ${block}`,
  lower: (graph) => lowerToBlocked(simplifyGraph(graph), block),
});

/** Images as everybody lays them out, of operations that ONNX Runtime computes on a GPU: for WebGPU. */
export const gpu = (way: FilterWay): Lowering => ({
  layout: "gpu",
  lower: (graph) => lowerToGpu(simplifyGraph(graph), way),
});
