/**
 * @file Which layout a processor computes right: the operators of the blocked one are internal, so they are tried first.
 */

import { evaluate } from "../graph/evaluate.ts";
import { gradient } from "../graph/gradient.ts";
import { blocked, type Lowering, plain } from "../graph/lower/lowering.ts";
import { writeOnnx } from "../graph/onnx/write.ts";
import { batchNormalize } from "../graph/ops/batch-norm.ts";
import { convolution } from "../graph/ops/convolution.ts";
import { multiply, relu } from "../graph/ops/elementwise.ts";
import { maxPool } from "../graph/ops/pool.ts";
import { sum } from "../graph/ops/sum.ts";
import { type Graph, input, sizeOf } from "../graph/value.ts";
import type { Sessions } from "./sessions.ts";

/** Largest difference that float32 leaves in sums of a few hundred products of numbers below 1. */
const TOLERANCE = 1e-4;

/** A normalized convolution with a ReLU and a pool, and both gradients: every blocked operator, on a few pixels. */
function sample(): Graph {
  const sliding = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] };
  const x = input("x", [16, 16, 4, 4]);
  const w = input("w", [16, 16, 3, 3]);
  const y = relu(batchNormalize(convolution(x, w, { ...sliding, groups: 1 }), { epsilon: 1e-3 }));
  const pooled = maxPool(y, { ...sliding, kernel: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] });
  const total = sum(multiply(pooled, pooled), { axes: [0, 1, 2, 3], keepDims: false });
  const [dx, dw] = gradient(total, [x, w]);
  return {
    name: "self-check",
    inputs: [x, w],
    outputs: [
      { name: "pooled", value: pooled },
      { name: "dx", value: dx! },
      { name: "dw", value: dw! },
    ],
  };
}

/** The blocked layout whose operators an engine has, or the plain one if it has them for blocks of no size. */
export async function layoutOf(sessions: Sessions): Promise<Lowering> {
  const isRight = selfCheck();
  for (const lowering of [blocked(16), blocked(8)]) {
    if (await isRight(lowering, sessions).catch(() => false)) return lowering;
  }
  return plain;
}

/**
 * Compares what engines make of a lowered graph with the float64 meaning of the graph, which is computed once.
 *
 * @returns a function that throws what the engine throws.
 */
export function selfCheck(): (lowering: Lowering, sessions: Sessions) => Promise<boolean> {
  const graph = sample();
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, (_, at) => ((at * 7919) % 1009) / 5045 - 0.1),
    ]),
  );
  const expected = evaluate(graph, feeds);
  return async (lowering, { runtime, open }) => {
    const session = await open(writeOnnx(lowering.lower(graph)));
    const results = await session.run(
      Object.fromEntries(
        graph.inputs.map(({ name, shape }) => [name, new runtime.Tensor("float32", feeds[name]!, shape)]),
      ),
    );
    await session.release();
    return graph.outputs.every(({ name }) => {
      const computed = results[name]!.data as Float32Array;
      return computed.every((element, at) => {
        const wanted = expected[name]!.data[at]!;
        return Math.abs(element - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted));
      });
    });
  };
}
