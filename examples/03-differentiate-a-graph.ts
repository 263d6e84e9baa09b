/**
 * Build a graph, differentiate it graph to graph, print it, and run it in float64 and as ONNX.
 *
 *   node examples/03-differentiate-a-graph.ts
 */

import {
  constant,
  evaluate,
  gradient,
  input,
  ops,
  printGraph,
  runtime,
  validateGraph,
  writeOnnx,
} from "../src/index.ts";

const { multiply, relu, sum } = ops;
const x = input("x", [3]);
const loss = sum(multiply(relu(x), constant(0.5)), { axes: [0], keepDims: false });
const [slope] = gradient(loss, [x]);
const graph = validateGraph({
  name: "example",
  inputs: [x],
  outputs: [
    { name: "loss", value: loss },
    { name: "slope", value: slope! },
  ],
});
console.log(printGraph(graph));
console.log(evaluate(graph, { x: [-1, 2, 3] }));

const session = await runtime.InferenceSession.create(writeOnnx(graph));
const { loss: value, slope: derivative } = await session.run({
  x: new runtime.Tensor(Float32Array.of(-1, 2, 3), [3]),
});
console.log(value!.data, derivative!.data);
