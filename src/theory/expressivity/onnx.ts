/**
 * @file The networks as float32 graphs, from inputs `[samples, dimensions]` to values `[samples]`, for any number of
 * samples.
 *
 * `ordered` sums unit by unit, so that every machine that rounds as IEEE 754 says computes the same bits: weights that
 * make up for rounding need that. `product` uses matrix products, as networks usually do; in which order those sum is
 * the engine's affair. Weights are the same in number and in name.
 */

import { writeOnnx } from "../../graph/onnx/write.ts";
import { add, multiply, negate, relu, subtract } from "../../graph/ops/elementwise.ts";
import { fold } from "../../graph/ops/fold.ts";
import { gather } from "../../graph/ops/gather.ts";
import { matmul } from "../../graph/ops/linear.ts";
import { transpose } from "../../graph/ops/shape.ts";
import { sum } from "../../graph/ops/sum.ts";
import { constant, type Graph, type Input, input, type Value } from "../../graph/value.ts";
import type { ReluNetwork } from "./network.ts";

/** How sums are computed. */
export type Sums = "ordered" | "product";

/** The two sums of a network. */
interface Summation {
  /** The axis of samples in its results, which have another one of size 1. */
  readonly samples: 0 | 1;
  /** `<a, x>` for all samples. */
  project(direction: ArrayLike<number>): Value;
  /** `sum_j w_j max(place - b_j, 0)`, of a layer with this number. */
  addUnits(place: Value, thresholds: Float64Array, weights: Float64Array, layer: number): Value;
}

/** The bytes of an ONNX model of a network; its initializers `projection`, `thresholds.*`, `weights.*` and `end.*` are all its weights. */
export const networkOnnx = (network: ReluNetwork, sums: Sums): Uint8Array =>
  writeOnnx(networkGraph(network, sums));

/** A network as a graph: `inputs [samples, dimensions]` give `values [samples]`. */
export function networkGraph({ direction, blocks, depth }: ReluNetwork, sums: Sums): Graph {
  const inputs = input("inputs", ["samples", direction.length]);
  const { samples, project, addUnits } = sums === "ordered" ? inOrder(inputs) : byProducts(inputs);
  const layers = blocks.length;
  let x = project(direction);
  // What layer `layer` sees of the inputs: the projection, then the distance to the end of its block.
  let seen = x;
  let total: Value | undefined;
  for (let layer = 1; layer <= layers; layer++) {
    const { thresholds, weights } = blocks[layers - layer]!;
    const next = blocks[layers - layer - 1];
    const part = addUnits(seen, thresholds, weights, layer);
    total = total === undefined ? part : add(passOn(total), part);
    if (next === undefined) break;
    const end = weight(`end.${layer + 1}`, [next.end!], [1]);
    seen = negate(relu(subtract(end, x)));
    if (layer < layers - 1) x = passOn(x);
  }
  const values = sum(total!, { axes: [1 - samples], keepDims: false });
  return { name: `depth-${depth}-${sums}`, inputs: [inputs], outputs: [{ name: "values", value: values }] };
}

const weight = (name: string, data: ArrayLike<number>, shape: readonly number[]): Value =>
  constant(Float32Array.from(data), shape, "float32", name);

/** A number that goes through a layer as it is: its positive and its negative part are a unit each. */
const passOn = (value: Value): Value => subtract(relu(value), relu(negate(value)));

function byProducts(inputs: Input): Summation {
  return {
    samples: 0,
    project: (direction) => matmul(inputs, weight("projection", direction, [direction.length, 1])),
    addUnits(place, thresholds, weights, layer) {
      const heights = relu(
        subtract(place, weight(`thresholds.${layer}`, thresholds, [1, thresholds.length])),
      );
      return matmul(heights, weight(`weights.${layer}`, weights, [weights.length, 1]));
    },
  };
}

function inOrder(inputs: Input): Summation {
  const columns = transpose(inputs);
  const first = gather(columns, constant([0], [1], "int64"));
  const zeros = subtract(first, first);
  const before = input("before", [1, "samples"]);
  const factor = input("factor", []);
  /** Adds `factor times` row after row. */
  const body = (height: Value, ...others: readonly Input[]): Graph => ({
    name: "sum",
    inputs: [before, factor, ...others],
    outputs: [{ name: "after", value: add(before, multiply(height, factor)) }],
  });
  const column = input("column", ["samples"]);
  const threshold = input("threshold", []);
  const place = input("place", [1, "samples"]);
  const projecting = { body: body(column, column), scanned: 2 };
  const adding = { body: body(relu(subtract(place, threshold)), threshold, place), scanned: 2 };
  return {
    samples: 1,
    project: (direction) =>
      fold(zeros, weight("projection", direction, [direction.length]), columns, projecting),
    addUnits(seen, thresholds, weights, layer) {
      const [factors, starts] = [weights, thresholds].map((data, at) =>
        weight(`${at === 0 ? "weights" : "thresholds"}.${layer}`, data, [data.length]),
      ) as [Value, Value];
      return fold(zeros, factors, starts, seen, adding);
    },
  };
}
