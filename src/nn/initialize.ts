/**
 * @file How parameters start: each from a random stream of its own.
 */

import { type RandomStream, randomStream } from "../base/random.ts";
import { sizeOf } from "../graph/value.ts";
import type { Parameter } from "./scope.ts";

/** The initializations known by name; biases start at zero in all but `pytorch`. */
export const initializations = [
  "he-normal",
  "he-uniform",
  "glorot-uniform",
  "pytorch",
  "truncated-normal",
] as const;

export type Initialization = (typeof initializations)[number];

/** A normal number, drawn again beyond two deviations. */
function truncated(random: RandomStream): number {
  const drawn = random.normal();
  return Math.abs(drawn) > 2 ? truncated(random) : drawn;
}

/**
 * Draw a parameter's first values.
 *
 * `he-normal`: normal with variance `2 / fanIn` (He et al., ICCV 2015, equation 10). `he-uniform`: the same
 * variance, uniform. `glorot-uniform`: uniform with variance `2 / (fanIn + fanOut)` (Glorot and Bengio,
 * AISTATS 2010, equation 16). `pytorch`: what `torch.nn.Linear` and `Conv2d` do, uniform in `±1 / sqrt(fanIn)`,
 * biases too, unless no inputs meet in them. `truncated-normal`: normal within two deviations, which are 0.1 in convolutions and
 * 0.01 in dense layers whatever their size, as in TensorFlow's `inception` package.
 *
 * @param index - The parameter's place in its model: names its stream.
 */
export function initialize(
  parameter: Parameter,
  kind: Initialization,
  seed: number,
  index: number,
): Float32Array {
  const { role, fanIn, fanOut, value, start } = parameter;
  if (start) return start(seed, index);
  const elements = new Float32Array(sizeOf(value.shape));
  if (role === "scale") return elements.fill(1);
  if (role === "bias" && (kind !== "pytorch" || fanIn === 0)) return elements;
  const random = randomStream(seed, "initialization", index);
  const uniform = (bound: number) => () => (2 * random.uniform() - 1) * bound;
  const deviation = Math.sqrt(2 / fanIn);
  const draw = {
    "he-normal": () => random.normal() * deviation,
    "he-uniform": uniform(Math.sqrt(6 / fanIn)),
    "glorot-uniform": uniform(Math.sqrt(6 / (fanIn + fanOut))),
    pytorch: uniform(1 / Math.sqrt(fanIn)),
    "truncated-normal": () => truncated(random) * (value.shape.length === 2 ? 0.01 : 0.1),
  }[kind];
  for (let at = 0; at < elements.length; at++) elements[at] = draw();
  return elements;
}
