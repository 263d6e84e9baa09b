/**
 * @file Elementwise operations on blocked images: chains of "times, plus a number a channel", and images with images.
 */

import { apply } from "../operation.ts";
import { divide, negate } from "../ops/elementwise.ts";
import { reshape } from "../ops/shape.ts";
import { broadcastTo } from "../ops/sum.ts";
import { type Application, constant, type Shape, sameShape, sizeOf, type Value } from "../value.ts";
import { type Affine, added, negated, scaled, shifted } from "./affine.ts";
import type { BlockedImages, LoweredValues } from "./lowered-values.ts";
import { addPhases } from "./phases.ts";

/** Operations that compute each element from those at its place. */
export const ELEMENTWISE = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "negate",
  "exp",
  "log",
  "sqrt",
  "tanh",
  "sigmoid",
  "erf",
  "abs",
  "power",
];

/** Lower an elementwise operation of which an operand is computed blocked. */
export function lowerElementwise(value: Application, values: LoweredValues): BlockedImages | undefined {
  const { inputs, shape } = value;
  if (!inputs.some(values.isBlocked)) return undefined;
  return inputs.every((operand) => sameShape(operand.shape, shape))
    ? imagesWithImages(value, values)
    : imagesWithNumbers(value, values);
}

/** Sums stay uncomputed as long as they can: what comes next may take them up. */
function imagesWithImages(
  { inputs, operation, attributes }: Application,
  values: LoweredValues,
): BlockedImages {
  if (operation.name === "add") {
    const [a, b] = inputs.map(values.phasesOf);
    const apart = a && b && addPhases(a, b);
    if (apart) return apart;
  }
  const sign = { add: (x: Affine) => x, subtract: negated }[operation.name];
  const sum = sign && added(values.chainOf(inputs[0]!), sign(values.chainOf(inputs[1]!)));
  return sum ?? apply(operation, inputs.map(values.blockedOf), attributes);
}

/** One operand has one number a channel, or one in all. */
function imagesWithNumbers(
  { inputs, operation, shape }: Application,
  values: LoweredValues,
): Affine | undefined {
  const at = inputs.findIndex((operand) => values.isBlocked(operand) && sameShape(operand.shape, shape));
  const other = inputs[1 - at];
  if (at < 0 || other === undefined || !isPerChannel(other, shape)) return undefined;
  const numbers = perChannel(values.plainOf(other), shape[1]!);
  const chain = values.chainOf(inputs[at]!);
  switch (operation.name) {
    case "add":
      return shifted(chain, numbers);
    case "multiply":
      return scaled(chain, numbers);
    case "subtract":
      return at === 0 ? shifted(chain, negate(numbers)) : shifted(negated(chain), numbers);
    case "divide":
      return at === 0 ? scaled(chain, divide(constant(1), numbers)) : undefined;
    default:
      return undefined;
  }
}

/** True if a value has one number a channel, or one in all, beside images `[n, c, h, w]`. */
function isPerChannel({ shape }: Value, [, c]: Shape): boolean {
  const [channels = 1, height = 1, width = 1] = shape.slice(-3);
  const rest = shape.length > 3 ? shape.slice(0, -3) : [];
  if (sizeOf(shape) === 1) return true;
  return (
    shape.length >= 3 && height === 1 && width === 1 && channels === c && rest.every((size) => size === 1)
  );
}

/** The numbers of {@link isPerChannel} as `[c]`. */
const perChannel = (x: Value, channels: number): Value =>
  sizeOf(x.shape) === channels
    ? reshape(x, { shape: [channels] })
    : broadcastTo(reshape(x, { shape: [1] }), { shape: [channels] });
