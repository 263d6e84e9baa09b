/**
 * @file Arithmetic, comparisons and activations of a file.
 */

import { DataError } from "../../base/errors.ts";
import { equal, greater, where } from "../../graph/ops/compare.ts";
import {
  abs,
  acos,
  add,
  clip,
  cos,
  divide,
  erf,
  exp,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  relu,
  sigmoid,
  sin,
  sqrt,
  subtract,
  tanh,
} from "../../graph/ops/elementwise.ts";
import { constant, numberLike, type Value } from "../../graph/value.ts";
import type { Operator, Operators } from "../call.ts";
import { type Call, floatOf, itemAt, optionalNumbers, stringOf, tensorOf, valueAt } from "../call.ts";

const unary =
  (compute: (x: Value) => Value): Operator =>
  (call) => [compute(valueAt(call, 0))];

const binary =
  (compute: (a: Value, b: Value) => Value): Operator =>
  (call) => [compute(valueAt(call, 0), valueAt(call, 1))];

/** All operands, at least one. */
const operandsOf = (call: Call): Value[] => [
  valueAt(call, 0),
  ...call.items.slice(1).map((_, at) => valueAt(call, at + 1)),
];

/** Any number of operands, one after another. */
const variadic =
  (compute: (a: Value, b: Value) => Value): Operator =>
  (call) => [operandsOf(call).reduce((a, b) => compute(a, b))];

const plus = (x: Value, number: number): Value => add(x, numberLike(x, number));
const times = (x: Value, number: number): Value => multiply(x, numberLike(x, number));
const isAbove0 = (x: Value): Value => greater(x, numberLike(x, 0));
const not = (x: Value): Value => equal(x, constant(0, [], "bool"));
const asNumber = (x: Value): Value => where(x, constant(1), constant(0));

/** `log(1 + e^x)`, from the larger of `x` and 0, so that nothing overflows. */
const softplus = (x: Value): Value => add(relu(x), log(plus(exp(negate(abs(x))), 1)));

/** `x` where it is positive, and `alpha (e^(x / scale) - 1)` elsewhere. */
const exponentialLinear = (x: Value, alpha: number, scale = 1): Value => {
  const below = times(plus(exp(times(minimum(x, numberLike(x, 0)), 1 / scale)), -1), alpha);
  return where(isAbove0(x), x, below);
};

const hardSigmoid = (x: Value, alpha: number, beta: number): Value =>
  clip(plus(times(x, alpha), beta), { min: 0, max: 1 });

/** `x Phi(x)` (Hendrycks and Gimpel 2016), by the error function or by their approximation with a hyperbolic tangent. */
const gelu = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const half = times(x, 0.5);
  if (stringOf(call, "approximate", "none") === "tanh") {
    const inner = times(add(x, times(multiply(x, multiply(x, x)), 0.044715)), Math.sqrt(2 / Math.PI));
    return [multiply(half, plus(tanh(inner), 1))];
  }
  return [multiply(half, plus(erf(times(x, Math.SQRT1_2)), 1))];
};

const raise = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const { data } = tensorOf(itemAt(call, 1));
  const exponent = data[0] ?? Number.NaN;
  if (data.some((other) => other !== exponent)) throw new DataError("expected one exponent for all elements");
  if (exponent === 1) return [x];
  if (exponent === 2) return [multiply(x, x)];
  return [exponent === 0.5 ? sqrt(x) : power(x, { exponent })];
};

/** The largest float32, which files write for no bound. */
const LARGEST = 3.4e38;

const bound = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const least = optionalNumbers(call, 1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const most = optionalNumbers(call, 2)?.[0] ?? Number.POSITIVE_INFINITY;
  const min = least <= -LARGEST ? Number.NEGATIVE_INFINITY : least;
  const max = most >= LARGEST ? Number.POSITIVE_INFINITY : most;
  if (!Number.isFinite(max)) {
    if (min === 0) return [relu(x)];
    if (!Number.isFinite(min)) return [x];
  }
  return [clip(x, { min, max })];
};

export const activations: Operators = {
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(divide),
  Max: variadic(maximum),
  Min: variadic(minimum),
  Sum: variadic(add),
  Mean: (call) => [
    times(
      operandsOf(call).reduce((a, b) => add(a, b)),
      1 / call.items.length,
    ),
  ],
  Pow: raise,
  Clip: bound,
  Neg: unary(negate),
  Abs: unary(abs),
  Reciprocal: unary((x) => divide(numberLike(x, 1), x)),
  Exp: unary(exp),
  Log: unary(log),
  Sqrt: unary(sqrt),
  Sin: unary(sin),
  Cos: unary(cos),
  Acos: unary(acos),
  Tanh: unary(tanh),
  Erf: unary(erf),
  Sigmoid: unary(sigmoid),
  Relu: unary(relu),
  Gelu: gelu,
  LeakyRelu: (call) => {
    const x = valueAt(call, 0);
    return [where(isAbove0(x), x, times(x, floatOf(call, "alpha", 0.01)))];
  },
  // `relu(x) - slope relu(-x)`, whose slope has a gradient.
  PRelu: binary((x, slope) => subtract(relu(x), multiply(slope, relu(negate(x))))),
  Elu: (call) => [exponentialLinear(valueAt(call, 0), floatOf(call, "alpha", 1))],
  Celu: (call) => {
    const alpha = floatOf(call, "alpha", 1);
    return [exponentialLinear(valueAt(call, 0), alpha, alpha)];
  },
  Selu: (call) => {
    const gamma = floatOf(call, "gamma", 1.0507009873554805);
    return [times(exponentialLinear(valueAt(call, 0), floatOf(call, "alpha", 1.6732632423543772)), gamma)];
  },
  Softplus: unary(softplus),
  Softsign: unary((x) => divide(x, plus(abs(x), 1))),
  Mish: unary((x) => multiply(x, tanh(softplus(x)))),
  Swish: (call) => {
    const x = valueAt(call, 0);
    return [multiply(x, sigmoid(times(x, floatOf(call, "alpha", 1))))];
  },
  HardSigmoid: (call) => [
    hardSigmoid(valueAt(call, 0), floatOf(call, "alpha", 0.2), floatOf(call, "beta", 0.5)),
  ],
  HardSwish: unary((x) => multiply(x, hardSigmoid(x, 1 / 6, 0.5))),
  ThresholdedRelu: (call) => {
    const x = valueAt(call, 0);
    return [where(greater(x, numberLike(x, floatOf(call, "alpha", 1))), x, numberLike(x, 0))];
  },
  Equal: binary(equal),
  Greater: binary(greater),
  Less: binary((a, b) => greater(b, a)),
  GreaterOrEqual: binary((a, b) => not(greater(b, a))),
  LessOrEqual: binary((a, b) => not(greater(a, b))),
  Not: unary(not),
  And: binary((a, b) => greater(multiply(asNumber(a), asNumber(b)), constant(0.5))),
  Or: binary((a, b) => greater(add(asNumber(a), asNumber(b)), constant(0.5))),
  Where: (call) => [where(valueAt(call, 0), valueAt(call, 1), valueAt(call, 2))],
};
