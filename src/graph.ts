/**
 * @file `shatter/graph`: graphs of ONNX operations as values, their gradients, their meaning in float64, and ONNX files.
 *
 * It promises: pure functions, the same in Node and in browsers; no file, network or engine is touched.
 */

export { GraphError, ShapeError } from "./base/errors.ts";
export { evaluate } from "./graph/evaluate.ts";
export { gradient } from "./graph/gradient.ts";
export { readOnnx } from "./graph/onnx/read.ts";
export { writeOnnx } from "./graph/onnx/write.ts";
export * as ops from "./graph/ops/functions.ts";
export { printGraph } from "./graph/print.ts";
export { validateGraph } from "./graph/validate.ts";
export { constant, type Graph, input, type Value } from "./graph/value.ts";
