/**
 * @file Arithmetic and activations, element by element, with broadcasting.
 */

import { GraphError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { numberLike, type Value } from "../value.ts";
import { broadcastShape, checkSameType, mapBroadcast } from "./broadcast.ts";
import { equal, greater, where } from "./compare.ts";
import { sumTo } from "./sum.ts";

const binary = (
  name: string,
  operator: string,
  compute: (a: number, b: number) => number,
  slopes: (dy: Value, a: Value, b: Value, y: Value) => readonly [Value, Value],
) =>
  operation<[Value, Value]>({
    name,
    operands: 2,
    onnx: operator,
    shape([a, b]) {
      checkSameType(name, a, b);
      return broadcastShape(name, a.shape, b.shape);
    },
    gradient(dy, [a, b], _, y) {
      const [da, db] = slopes(dy, a, b, y);
      return [sumTo(da, a.shape), sumTo(db, b.shape)];
    },
    evaluate: (shape, inputs) => mapBroadcast(shape, inputs, (a, b) => compute(a!, b!)),
  });

const unary = (
  name: string,
  operator: string,
  compute: (x: number) => number,
  slope: (dy: Value, x: Value, y: Value) => Value,
) =>
  operation<[Value]>({
    name,
    operands: 1,
    onnx: operator,
    shape: ([x]) => x.shape,
    gradient: (dy, [x], _, y) => [slope(dy, x, y)],
    evaluate: (_, [x]) => x.data.map(compute),
  });

/** `a + b`. */
export const add = binary(
  "add",
  "Add",
  (a, b) => a + b,
  (dy) => [dy, dy],
);

/** `a - b`. */
export const subtract = binary(
  "subtract",
  "Sub",
  (a, b) => a - b,
  (dy) => [dy, negate(dy)],
);

/** `a b`, element by element. */
export const multiply = binary(
  "multiply",
  "Mul",
  (a, b) => a * b,
  (dy, a, b) => [multiply(dy, b), multiply(dy, a)],
);

/** `a / b`, element by element. */
export const divide = binary(
  "divide",
  "Div",
  (a, b) => a / b,
  (dy, _, b, y) => {
    const da = divide(dy, b);
    return [da, negate(multiply(da, y))];
  },
);

/** The gradient of the larger (or smaller) of two elements, that of the first: equal ones share it, as in PyTorch. */
const shareOf = (dy: Value, chosen: Value, other: Value, isLarger: boolean): Value => {
  const [above, below] = isLarger ? [chosen, other] : [other, chosen];
  const [all, half, none] = [1, 0.5, 0].map((share) => numberLike(dy, share)) as [Value, Value, Value];
  return multiply(dy, where(equal(chosen, other), half, where(greater(above, below), all, none)));
};

/** The larger of two elements. */
export const maximum = binary("maximum", "Max", Math.max, (dy, a, b) => [
  shareOf(dy, a, b, true),
  shareOf(dy, b, a, true),
]);

/** The smaller of two elements. */
export const minimum = binary("minimum", "Min", Math.min, (dy, a, b) => [
  shareOf(dy, a, b, false),
  shareOf(dy, b, a, false),
]);

/** `-x`. */
export const negate = unary(
  "negate",
  "Neg",
  (x) => -x,
  (dy) => negate(dy),
);

/** `e^x`. */
export const exp = unary("exp", "Exp", Math.exp, (dy, _, y) => multiply(dy, y));

/** The natural logarithm of `x > 0`. */
export const log = unary("log", "Log", Math.log, (dy, x) => divide(dy, x));

/** The square root of `x >= 0`. */
export const sqrt = unary("sqrt", "Sqrt", Math.sqrt, (dy, _, y) =>
  divide(multiply(dy, numberLike(y, 0.5)), y),
);

/** The sine of an angle in radians. */
export const sin = unary("sin", "Sin", Math.sin, (dy, x) => multiply(dy, cos(x)));

/** The cosine of an angle in radians. */
export const cos: Operation<[Value]> = unary("cos", "Cos", Math.cos, (dy, x) => negate(multiply(dy, sin(x))));

/** The angle in `[0, pi]` with a cosine in `[-1, 1]`; float32 alone on the engine. */
export const acos = unary("acos", "Acos", Math.acos, (dy, x) =>
  negate(divide(dy, sqrt(subtract(numberLike(x, 1), multiply(x, x))))),
);

/**
 * The error function, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`.
 *
 * `x + 2 x^3 / 3 + 4 x^5 / (3 5) + ...` times `2 / sqrt(pi) e^(-x^2)`: a series without cancellation (Abramowitz and
 * Stegun, 7.1.6).
 */
function errorFunction(x: number): number {
  // Beyond, 1 - erf(|x|) is less than 2e-17.
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let odd = 3; Math.abs(term) > Number.EPSILON * 1e-2 * Math.abs(sum); odd += 2) {
    term *= (2 * x * x) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The error function, `2 / sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`; float32 alone on the engine. */
export const erf = unary("erf", "Erf", errorFunction, (dy, x) =>
  multiply(dy, multiply(exp(negate(multiply(x, x))), numberLike(x, 2 / Math.sqrt(Math.PI)))),
);

/** `|x|`; the gradient at 0 is 0, as in PyTorch. */
export const abs = unary("abs", "Abs", Math.abs, (dy, x, y) => {
  const zero = numberLike(x, 0);
  return where(greater(x, zero), dy, where(greater(y, zero), negate(dy), zero));
});

/** `x` to the power of a number, the same for all. */
export const power: Operation<[Value], { readonly exponent: number }> = operation({
  name: "power",
  operands: 1,
  onnx: {
    operator: "Pow",
    scalars: 1,
    write: ({ exponent }) => ({ scalars: [exponent] }),
    read: ({ scalars: [exponent] }) => (exponent === undefined ? undefined : { exponent }),
  },
  shape([x], { exponent }) {
    if (!Number.isFinite(exponent))
      throw new GraphError(`power: expected a finite exponent, got ${exponent}`);
    return x.shape;
  },
  gradient(dy, [x], { exponent }) {
    // At 0, 0 times x to the power of -1 would be no number.
    if (exponent === 0) return [multiply(dy, numberLike(dy, 0))];
    return [multiply(dy, multiply(powerOf(x, exponent - 1), numberLike(x, exponent)))];
  },
  evaluate: (_, [x], { exponent }) => x.data.map((element) => element ** exponent),
});

/** {@link power}, but for exponents that need none. */
const powerOf = (x: Value, exponent: number): Value => {
  if (exponent === 0) return numberLike(x, 1);
  return exponent === 1 ? x : power(x, { exponent });
};

/** The numbers between which elements are kept; infinite for no bound. */
type Bounds = { readonly min: number; readonly max: number };

/**
 * The nearest number to `x` in `[min, max]`; the gradient at the bounds is 0, as of PyTorch's `relu6`, `hardtanh` and
 * `hardsigmoid`, the usual meanings of a clip (of `clamp` it is 1).
 */
export const clip: Operation<[Value], Bounds> = operation({
  name: "clip",
  operands: 1,
  onnx: {
    operator: "Clip",
    scalars: 2,
    write: ({ min, max }) => ({ scalars: [min, max] }),
    read: ({ scalars: [min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY] }) => ({ min, max }),
  },
  shape([x], { min, max }) {
    const isRange = min <= max && min < Number.POSITIVE_INFINITY && max > Number.NEGATIVE_INFINITY;
    if (!isRange) throw new GraphError(`clip: expected a least and a largest number, got ${min} and ${max}`);
    return x.shape;
  },
  gradient(dy, _, { min, max }, y) {
    const [least, most, zero] = [min, max, 0].map((number) => numberLike(y, number)) as [Value, Value, Value];
    const below = max === Number.POSITIVE_INFINITY ? dy : where(greater(most, y), dy, zero);
    return [min === Number.NEGATIVE_INFINITY ? below : where(greater(y, least), below, zero)];
  },
  evaluate: (_, [x], { min, max }) => x.data.map((element) => Math.min(Math.max(element, min), max)),
});

/** Hyperbolic tangent. */
export const tanh = unary("tanh", "Tanh", Math.tanh, (dy, _, y) =>
  multiply(dy, subtract(numberLike(y, 1), multiply(y, y))),
);

/** `1 / (1 + e^-x)`. */
export const sigmoid = unary(
  "sigmoid",
  "Sigmoid",
  (x) => 1 / (1 + Math.exp(-x)),
  (dy, _, y) => multiply(dy, multiply(y, subtract(numberLike(y, 1), y))),
);

/** `max(x, 0)`; the gradient at 0 is 0, as in PyTorch. */
export const relu = unary(
  "relu",
  "Relu",
  (x) => Math.max(x, 0),
  (dy, _, y) => where(greater(y, numberLike(y, 0)), dy, numberLike(dy, 0)),
);
