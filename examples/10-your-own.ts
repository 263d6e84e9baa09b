/**
 * A model and data of your own, which have no names: does this network learn exclusive or, or memorize it?
 *
 *   node examples/10-your-own.ts
 */

import { layers, type Model, ops, randomStream, runRandomizationTest } from "../src/index.ts";

/** Points of the plane under the quadrant's parity; the last two of eight columns are all that matters. */
function points(count: number, purpose: string) {
  const random = randomStream(0, purpose);
  const inputs = Float32Array.from({ length: 8 * count }, () => random.normal());
  const parity = (row: number) => Number(inputs[8 * row + 6]! > 0 !== inputs[8 * row + 7]! > 0);
  const labels = Int32Array.from({ length: count }, (_, row) => parity(row));
  return { name: "quadrants", inputs, shape: [count, 8], labels, classNames: ["even", "odd"] };
}

const model: Model = {
  name: "tanh-network",
  title: "two hidden layers of tanh units",
  source: "this example",
  logits(x, classes, scope) {
    const hidden1 = ops.tanh(layers.dense(x, 64, scope, "hidden1"));
    const hidden2 = ops.tanh(layers.dense(hidden1, 64, scope, "hidden2"));
    return layers.dense(hidden2, classes, scope, "output");
  },
};

const { verdict } = await runRandomizationTest({
  data: { train: points(256, "train"), test: points(500, "test") },
  model,
  seeds: 2,
  recipe: { preprocess: "standardize", batch: 32, learningRate: 0.05, epochs: 200 },
});
console.log(verdict.text);
