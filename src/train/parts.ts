/**
 * @file Batches that are computed in parts, one after another, so that less memory holds them: whoever trains knows whole batches only.
 */

import { sizeOf } from "../graph/value.ts";
import type { Batches, scannedSteps } from "./steps.ts";

type Open = typeof scannedSteps;

/** Opens steps of parts, and does so many of them for a step of a batch. */
export const stepsInParts =
  (open: Open): Open =>
  async (engine, step, shared, start) => {
    const { Tensor } = engine.runtime;
    const { parts, batch, sums } = step;
    const zeros = sums.map(({ input: { name, shape } }) => [
      name,
      new Tensor("float32", new Float32Array(sizeOf(shape)), shape),
    ]);
    const steps = await open(engine, { ...step, state: [...step.state, ...sums] }, shared, {
      ...start,
      ...Object.fromEntries(zeros),
    });
    return {
      async run(batches) {
        const losses = await steps.run(divide(batches, batch, parts));
        return Float32Array.from({ length: batches.steps }, (_, at) =>
          losses.subarray(at * parts, (at + 1) * parts).reduce((total, loss) => total + loss, 0),
        );
      },
      scale: (ratio) => steps.scale(ratio),
      // Between batches the sums are zeros.
      async state() {
        const isSum = new Set(sums.map(({ input }) => input.name));
        const all = Object.entries(await steps.state());
        return Object.fromEntries(all.filter(([name]) => !isSum.has(name)));
      },
      [Symbol.asyncDispose]: () => steps[Symbol.asyncDispose](),
    };
  };

/** Steps of the parts of batches; their weights are shares of all in a batch, so that losses of its parts add up to the mean. */
function divide(batches: Batches, batch: number, parts: number): Batches {
  const { rates } = batches;
  const steps = batches.steps * parts;
  const weights = batches.weights.slice();
  for (let from = 0; from < weights.length; from += batch) {
    const own = weights.subarray(from, from + batch);
    const count = own.reduce((sum, weight) => sum + weight, 0);
    own.forEach((weight, at) => {
      own[at] = weight / count;
    });
  }
  return {
    ...batches,
    steps,
    weights,
    rates: Float32Array.from({ length: steps }, (_, at) => rates[Math.floor(at / parts)]!),
    last: Float32Array.from({ length: steps }, (_, at) => Number(at % parts === parts - 1)),
  };
}
