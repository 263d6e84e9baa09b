/**
 * Theorem 1 as a network: any labels of 500 images with 2n + d weights, checked in float64 and on ONNX Runtime.
 *
 *   node examples/07-expressivity.ts
 */

import { fitTwoLayer, loadDataset, networkOnnx, randomStream, runtime, weightCount } from "../src/index.ts";

const { train } = await loadDataset("shapes", { n: 500, testN: 1 });
const dimensions = train.inputs.length / 500;
const random = randomStream(0, "labels-example");
const targets = Float64Array.from({ length: 500 }, () => random.below(10));

const sample = { count: 500, dimensions, inputs: train.inputs, targets };
const network = await fitTwoLayer(sample, { arithmetic: "float32" });
console.log(`${weightCount(network)} weights = 2 x 500 + ${dimensions}`);

const session = await runtime.InferenceSession.create(networkOnnx(network, "ordered"));
const inputs = new runtime.Tensor("float32", Float32Array.from(train.inputs), [500, dimensions]);
const { values } = await session.run({ inputs });
const errors = Float64Array.from(values!.data as Float32Array, (value, i) => Math.abs(value - targets[i]!));
const right = errors.filter((error) => error < 0.5).length;
console.log(
  `${right} of 500 random labels right; the largest error is ${Math.max(...errors).toExponential(1)}`,
);
