/**
 * @file How much the loss of each example depends on its input, and how unequally.
 *
 * Source: Arpit et al., "A Closer Look at Memorization in Deep Networks", ICML 2017: the loss-sensitivity of an example is the norm
 * (L1) of the gradient of the loss by its input, averaged over training, and its Gini coefficient over examples is measured.
 */

import { type Dataset, exampleCount, exampleShape } from "../../data/dataset.ts";
import { gradient } from "../../graph/gradient.ts";
import { abs } from "../../graph/ops/elementwise.ts";
import { sum } from "../../graph/ops/sum.ts";
import { input } from "../../graph/value.ts";
import { crossEntropy } from "../../nn/losses.ts";
import type { Model } from "../../nn/model.ts";
import { createScope } from "../../nn/scope.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import type { TrainingState } from "../../train/session.ts";

/** Measures the examples of a dataset. */
export interface Sensitivity extends AsyncDisposable {
  /** `[count]`: sum over an example's input of the absolute gradient of its loss, in nats, with these parameters. */
  measure(state: TrainingState): Promise<Float32Array>;
}

/** Open a network without running averages for measuring the loss-sensitivity of examples. */
export async function openSensitivity(engine: Engine, model: Model, data: Dataset): Promise<Sensitivity> {
  const count = exampleCount(data);
  const x = input("x", [count, ...exampleShape(data)]);
  const labels = input("labels", [count], "int32");
  const scope = createScope();
  const losses = crossEntropy(model.logits(x, data.classNames.length, scope), labels);
  const [slope] = gradient(sum(losses, { axes: [0], keepDims: false }), [x]);
  const axes = x.shape.slice(1).map((_, axis) => axis + 1);
  const parameters = scope.parameters.map(({ value }) => value);
  const program = await openProgram(engine, {
    name: `${model.name}-sensitivity`,
    inputs: [x, labels, ...parameters],
    outputs: [{ name: "sensitivity", value: sum(abs(slope!), { axes, keepDims: false }) }],
  });
  const examples = {
    x: { data: data.inputs as Float32Array, dims: x.shape },
    labels: { data: data.labels, dims: [count] },
  };
  return {
    async measure(state) {
      const given = parameters.map(({ name, shape }) => [name, { data: state[name]!, dims: shape }] as const);
      const { sensitivity } = await program.run({ ...examples, ...Object.fromEntries(given) });
      return sensitivity as Float32Array;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/**
 * The Gini coefficient of numbers that are not negative: 0 where all are equal, `1 - 1 / count` where all but one are 0.
 *
 * @param values - Not all 0.
 */
export function gini(values: Float64Array): number {
  const sorted = values.toSorted();
  const total = sorted.reduce((all, value) => all + value, 0);
  return (
    sorted.reduce((all, value, at) => all + (2 * at + 1 - sorted.length) * value, 0) / (sorted.length * total)
  );
}
