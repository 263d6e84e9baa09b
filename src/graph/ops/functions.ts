/**
 * @file Every operation, as the function that applies it.
 */

export { batchNormalize, layerNormalize } from "./batch-norm.ts";
export * from "./compare.ts";
export * from "./convolution.ts";
export * from "./elementwise.ts";
export * from "./gather.ts";
export * from "./linear.ts";
export * from "./normalize.ts";
export * from "./pieces.ts";
export * from "./pool.ts";
export * from "./reduce.ts";
export * from "./shape.ts";
export { broadcastTo, sum, sumTo } from "./sum.ts";
export { ceilPads, plain, type Sliding, samePads } from "./window.ts";
