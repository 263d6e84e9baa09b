/**
 * @file Kernels: functions of two examples that depend on their inner product and their norms only.
 *
 * Each has a float64 meaning, the oracle of the tests, and a graph that computes a tile of the Gram matrix.
 */

import { UsageError } from "../../base/errors.ts";
import { unknownName } from "../../base/suggest.ts";
import {
  acos,
  add,
  cos,
  divide,
  exp,
  maximum,
  minimum,
  multiply,
  sin,
  sqrt,
  subtract,
} from "../../graph/ops/elementwise.ts";
import { cast } from "../../graph/ops/shape.ts";
import { numberLike, type Value } from "../../graph/value.ts";
import { refuse } from "../settings.ts";

export const kernelNames = ["gaussian", "laplace", "linear", "polynomial", "arc-cosine", "ntk"] as const;

export type KernelName = (typeof kernelNames)[number];

/** What a kernel can be told. */
export interface KernelSettings {
  readonly kernel: KernelName;
  /** Factor of the (squared) distance or of the inner product; positive. */
  readonly bandwidth: number;
  /** Degree of the polynomial; a whole number from 1. */
  readonly degree: number;
}

/** What a tile is computed from. */
export interface TileOperands {
  /** `[rows, columns]`: inner products. */
  readonly dot: Value;
  /** `[rows, 1]` and `[1, columns]`: squared norms. */
  readonly rows: Value;
  readonly columns: Value;
}

/** A kernel with its settings. */
export interface Kernel {
  readonly name: KernelName;
  /** The formula, for people. */
  readonly formula: string;
  /** Where it is from. */
  readonly source: string;
  /** Its value, from the inner product and the squared norms of two examples. */
  evaluate(dot: number, a: number, b: number): number;
  /** Its values of a tile, `[rows, columns]`, of the type of the operands. */
  tile(operands: TileOperands): Value;
  /** The largest rank of a Gram matrix of examples of so many values; Infinity if it is never singular by itself. */
  rank(dimensions: number): number;
}

/** The kernel that is asked for. */
export function kernelOf(settings: KernelSettings): Kernel {
  const { kernel, bandwidth, degree } = settings;
  if (!(bandwidth > 0 && Number.isFinite(bandwidth))) {
    throw new UsageError(
      `\`bandwidth\`: expected a positive number, got ${bandwidth}: at 0 all examples look the same to the kernel, and the Gram matrix is singular`,
    );
  }
  if (!Number.isInteger(degree) || degree < 1 || degree > 20) {
    refuse("degree", "a whole number from 1 to 20", degree);
  }
  const make = KERNELS[kernel];
  if (!make) throw new UsageError(unknownName("kernel", String(kernel), kernelNames));
  return make(bandwidth, degree);
}

/** The squared distance from inner product and norms; rounding may not make it negative. */
const squaredDistance = (dot: number, a: number, b: number): number => Math.max(0, a + b - 2 * dot);

const distanceOf = ({ dot, rows, columns }: TileOperands): Value =>
  maximum(subtract(add(rows, columns), multiply(dot, numberLike(dot, 2))), numberLike(dot, 0));

/** Binomial coefficients and such would only hide that a power is a product. */
const powerOf = (base: Value, degree: number): Value =>
  Array.from({ length: degree - 1 }).reduce<Value>((power) => multiply(power, base), base);

/**
 * The angle between two examples, from its cosine. ONNX Runtime has an arc cosine for float32 only; in float64 two Newton
 * steps on `cos(angle) = c` make up for it.
 */
function angleOf(cosine: Value): Value {
  if (cosine.type === "float32") return acos(cosine);
  const step = (angle: Value): Value => {
    const slope = maximum(sin(angle), numberLike(cosine, 1e-6));
    return add(angle, divide(subtract(cos(angle), cosine), slope));
  };
  return step(step(cast(acos(cast(cosine, { to: "float32" })), { to: cosine.type })));
}

/** `|x||x'| (sin t + (pi - t) cos t) / pi`, for the angle t. */
function arcCosine(dot: number, a: number, b: number): { readonly value: number; readonly angle: number } {
  const lengths = Math.sqrt(a * b);
  const cosine = Math.min(1, Math.max(-1, dot / Math.max(lengths, 1e-30)));
  const angle = Math.acos(cosine);
  return { value: (lengths * (Math.sin(angle) + (Math.PI - angle) * cosine)) / Math.PI, angle };
}

/** The same as a graph, and `pi - t`. */
function arcCosineOf({ dot, rows, columns }: TileOperands): {
  readonly value: Value;
  readonly opening: Value;
} {
  const [one, pi] = [numberLike(dot, 1), numberLike(dot, Math.PI)];
  const lengths = sqrt(multiply(rows, columns));
  const raw = divide(dot, maximum(lengths, numberLike(dot, 1e-30)));
  const cosine = maximum(minimum(raw, one), numberLike(dot, -1));
  const opening = subtract(pi, angleOf(cosine));
  // sin t = sqrt(1 - cos² t), from the cosine: the engine's sine is for one type, and this is exact enough near 0.
  const sine = sqrt(subtract(one, multiply(cosine, cosine)));
  const shape = add(sine, multiply(opening, cosine));
  return { value: divide(multiply(shape, lengths), pi), opening };
}

const COMMON = { rank: () => Number.POSITIVE_INFINITY };

const KERNELS: { readonly [K in KernelName]: (bandwidth: number, degree: number) => Kernel } = {
  gaussian: (bandwidth) => ({
    ...COMMON,
    name: "gaussian",
    formula: `exp(-${bandwidth} |x - x'|^2)`,
    source: "the first author's published code for MNIST uses 0.02",
    evaluate: (dot, a, b) => Math.exp(-bandwidth * squaredDistance(dot, a, b)),
    tile: (operands) => exp(multiply(distanceOf(operands), numberLike(operands.dot, -bandwidth))),
  }),
  laplace: (bandwidth) => ({
    ...COMMON,
    name: "laplace",
    formula: `exp(-${bandwidth} |x - x'|)`,
    source: "Belkin, Ma, Mandal 2018",
    evaluate: (dot, a, b) => Math.exp(-bandwidth * Math.sqrt(squaredDistance(dot, a, b))),
    tile: (operands) => exp(multiply(sqrt(distanceOf(operands)), numberLike(operands.dot, -bandwidth))),
  }),
  linear: () => ({
    name: "linear",
    formula: "<x, x'>",
    source: "equation (3)",
    rank: (dimensions) => dimensions,
    evaluate: (dot) => dot,
    tile: ({ dot }) => dot,
  }),
  polynomial: (bandwidth, degree) => ({
    name: "polynomial",
    formula: `(${bandwidth} <x, x'> + 1)^${degree}`,
    source: "Vapnik 1995",
    // Monomials of at most that degree: (dimensions + degree) over degree.
    rank: (dimensions) =>
      Array.from({ length: degree }, (_, index) => (dimensions + index + 1) / (index + 1)).reduce(
        (product, factor) => product * factor,
        1,
      ),
    evaluate: (dot) => (bandwidth * dot + 1) ** degree,
    tile: ({ dot }) => powerOf(add(multiply(dot, numberLike(dot, bandwidth)), numberLike(dot, 1)), degree),
  }),
  "arc-cosine": () => ({
    ...COMMON,
    name: "arc-cosine",
    formula: "|x||x'| (sin t + (pi - t) cos t) / pi, t the angle between x and x'",
    source: "Cho and Saul 2009, degree 1: an infinitely wide ReLU layer, its second layer trained",
    evaluate: (dot, a, b) => arcCosine(dot, a, b).value,
    tile: (operands) => arcCosineOf(operands).value,
  }),
  ntk: () => ({
    ...COMMON,
    name: "ntk",
    formula: "<x, x'> (pi - t) / pi + |x||x'| (sin t + (pi - t) cos t) / pi, t the angle between x and x'",
    source: "Jacot, Gabriel, Hongler 2018: an infinitely wide ReLU layer, both layers trained",
    evaluate: (dot, a, b) => {
      const { value, angle } = arcCosine(dot, a, b);
      return value + (dot * (Math.PI - angle)) / Math.PI;
    },
    tile(operands) {
      const { value, opening } = arcCosineOf(operands);
      const { dot } = operands;
      return add(value, divide(multiply(opening, dot), numberLike(dot, Math.PI)));
    },
  }),
};
