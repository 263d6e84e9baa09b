/**
 * @file Kernels: functions of two examples that depend on their inner product and their norms only.
 *
 * Each has a float64 meaning, the oracle of the tests, and operators that compute a tile of the Gram matrix.
 */

import { UsageError } from "../../base/errors.ts";
import { unknownName } from "../../base/suggest.ts";
import { type ElementType, elementNumber, type ProgramNode } from "./program.ts";

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

/** Where a tile's operators find what they need, by name. */
interface Operands {
  /** `[rows, columns]`: inner products. */
  readonly dot: string;
  /** `[rows, 1]` and `[1, columns]`: squared norms. */
  readonly rows: string;
  readonly columns: string;
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
  /** Operators that end in `output`, `[rows, columns]`; `constants` are scalars they read. */
  nodes(operands: Operands, type: "float32" | "float64", output: string): readonly ProgramNode[];
  /** Names and values of scalars that the operators read. */
  readonly constants: { readonly [name: string]: number };
  /** The largest rank of a Gram matrix of examples of so many values; Infinity if it is never singular by itself. */
  rank(dimensions: number): number;
}

/** The kernel that is asked for. */
export function kernelOf(settings: KernelSettings): Kernel {
  const { kernel, bandwidth, degree } = settings;
  if (!(bandwidth > 0 && Number.isFinite(bandwidth))) {
    throw new UsageError(
      `--bandwidth: expected a positive number, got ${bandwidth}: at 0 all examples look the same to the kernel, and the Gram matrix is singular`,
    );
  }
  if (!Number.isInteger(degree) || degree < 1 || degree > 20) {
    throw new UsageError(`--degree: expected a whole number from 1 to 20, got ${degree}`);
  }
  const make = KERNELS[kernel];
  if (!make) throw new UsageError(unknownName("kernel", String(kernel), kernelNames));
  return make(bandwidth, degree);
}

const node = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: ProgramNode["attributes"] = {},
): ProgramNode => ({ operator, inputs, output, attributes });

/** The squared distance from inner product and norms; rounding may not make it negative. */
const squaredDistance = (dot: number, a: number, b: number): number => Math.max(0, a + b - 2 * dot);

const distanceNodes = ({ dot, rows, columns }: Operands): ProgramNode[] => [
  node("Add", [rows, columns], "norms"),
  node("Mul", [dot, "two"], "twice"),
  node("Sub", ["norms", "twice"], "signed_distance"),
  node("Max", ["signed_distance", "zero"], "squared_distance"),
];

/** Binomial coefficients and such would only hide that a power is a product. */
function powerNodes(base: string, degree: number, output: string): ProgramNode[] {
  if (degree === 1) return [node("Identity", [base], output)];
  return Array.from({ length: degree - 1 }, (_, index) =>
    node(
      "Mul",
      [index === 0 ? base : `power_${index + 1}`, base],
      index === degree - 2 ? output : `power_${index + 2}`,
    ),
  );
}

/**
 * The angle between two examples. ONNX Runtime has an arc cosine for float32 only; in float64 two Newton steps on
 * `cos(angle) = c` make up for it.
 */
function angleNodes({ dot, rows, columns }: Operands, type: "float32" | "float64"): ProgramNode[] {
  const cosine = [
    node("Mul", [rows, columns], "norms_squared"),
    node("Sqrt", ["norms_squared"], "lengths"),
    node("Max", ["lengths", "tiny"], "safe_lengths"),
    node("Div", [dot, "safe_lengths"], "raw_cosine"),
    node("Min", ["raw_cosine", "one"], "least_cosine"),
    node("Max", ["least_cosine", "minus_one"], "cosine"),
  ];
  if (type === "float32") return [...cosine, node("Acos", ["cosine"], "angle")];
  const step = (from: string, to: string): ProgramNode[] => [
    node("Cos", [from], `${to}_cos`),
    node("Sin", [from], `${to}_sin`),
    node("Max", [`${to}_sin`, "guard"], `${to}_slope`),
    node("Sub", [`${to}_cos`, "cosine"], `${to}_error`),
    node("Div", [`${to}_error`, `${to}_slope`], `${to}_step`),
    node("Add", [from, `${to}_step`], to),
  ];
  return [
    ...cosine,
    node("Cast", ["cosine"], "cosine_32", { to: { int: elementNumber("float32") } }),
    node("Acos", ["cosine_32"], "angle_32"),
    node("Cast", ["angle_32"], "angle_0", { to: { int: elementNumber("float64") } }),
    ...step("angle_0", "angle_1"),
    ...step("angle_1", "angle"),
  ];
}

const ANGLE_CONSTANTS = { tiny: 1e-30, one: 1, minus_one: -1, guard: 1e-6, pi: Math.PI };

/** `|x||x'| (sin t + (pi - t) cos t) / pi`, for the angle t. */
function arcCosine(dot: number, a: number, b: number): { readonly value: number; readonly angle: number } {
  const lengths = Math.sqrt(a * b);
  const cosine = Math.min(1, Math.max(-1, dot / Math.max(lengths, 1e-30)));
  const angle = Math.acos(cosine);
  return { value: (lengths * (Math.sin(angle) + (Math.PI - angle) * cosine)) / Math.PI, angle };
}

const arcCosineNodes = (operands: Operands, type: "float32" | "float64", output: string): ProgramNode[] => [
  ...angleNodes(operands, type),
  // sin t = sqrt(1 - cos² t), from the cosine: the engine's sine is for one type, and this is exact enough near 0.
  node("Mul", ["cosine", "cosine"], "cosine_squared"),
  node("Sub", ["one", "cosine_squared"], "sine_squared"),
  node("Sqrt", ["sine_squared"], "sine"),
  node("Sub", ["pi", "angle"], "opening"),
  node("Mul", ["opening", "cosine"], "turned"),
  node("Add", ["sine", "turned"], "shape"),
  node("Mul", ["shape", "lengths"], "scaled"),
  node("Div", ["scaled", "pi"], output),
];

const COMMON = { rank: () => Number.POSITIVE_INFINITY };

const KERNELS: { readonly [K in KernelName]: (bandwidth: number, degree: number) => Kernel } = {
  gaussian: (bandwidth) => ({
    ...COMMON,
    name: "gaussian",
    formula: `exp(-${bandwidth} |x - x'|^2)`,
    source: "the first author's published code for MNIST uses 0.02",
    constants: { two: 2, zero: 0, minus_bandwidth: -bandwidth },
    evaluate: (dot, a, b) => Math.exp(-bandwidth * squaredDistance(dot, a, b)),
    nodes: (operands, _, output) => [
      ...distanceNodes(operands),
      node("Mul", ["squared_distance", "minus_bandwidth"], "exponent"),
      node("Exp", ["exponent"], output),
    ],
  }),
  laplace: (bandwidth) => ({
    ...COMMON,
    name: "laplace",
    formula: `exp(-${bandwidth} |x - x'|)`,
    source: "Belkin, Ma, Mandal 2018",
    constants: { two: 2, zero: 0, minus_bandwidth: -bandwidth },
    evaluate: (dot, a, b) => Math.exp(-bandwidth * Math.sqrt(squaredDistance(dot, a, b))),
    nodes: (operands, _, output) => [
      ...distanceNodes(operands),
      node("Sqrt", ["squared_distance"], "distance"),
      node("Mul", ["distance", "minus_bandwidth"], "exponent"),
      node("Exp", ["exponent"], output),
    ],
  }),
  linear: () => ({
    name: "linear",
    formula: "<x, x'>",
    source: "equation (3)",
    constants: {},
    rank: (dimensions) => dimensions,
    evaluate: (dot) => dot,
    nodes: ({ dot }, _, output) => [node("Identity", [dot], output)],
  }),
  polynomial: (bandwidth, degree) => ({
    name: "polynomial",
    formula: `(${bandwidth} <x, x'> + 1)^${degree}`,
    source: "Vapnik 1995",
    constants: { bandwidth, one: 1 },
    // Monomials of at most that degree: (dimensions + degree) over degree.
    rank: (dimensions) =>
      Array.from({ length: degree }, (_, index) => (dimensions + index + 1) / (index + 1)).reduce(
        (product, factor) => product * factor,
        1,
      ),
    evaluate: (dot) => (bandwidth * dot + 1) ** degree,
    nodes: ({ dot }, _, output) => [
      node("Mul", [dot, "bandwidth"], "scaled_dot"),
      node("Add", ["scaled_dot", "one"], "base"),
      ...powerNodes("base", degree, output),
    ],
  }),
  "arc-cosine": () => ({
    ...COMMON,
    name: "arc-cosine",
    formula: "|x||x'| (sin t + (pi - t) cos t) / pi, t the angle between x and x'",
    source: "Cho and Saul 2009, degree 1: an infinitely wide ReLU layer, its second layer trained",
    constants: ANGLE_CONSTANTS,
    evaluate: (dot, a, b) => arcCosine(dot, a, b).value,
    nodes: arcCosineNodes,
  }),
  ntk: () => ({
    ...COMMON,
    name: "ntk",
    formula: "<x, x'> (pi - t) / pi + |x||x'| (sin t + (pi - t) cos t) / pi, t the angle between x and x'",
    source: "Jacot, Gabriel, Hongler 2018: an infinitely wide ReLU layer, both layers trained",
    constants: ANGLE_CONSTANTS,
    evaluate: (dot, a, b) => {
      const { value, angle } = arcCosine(dot, a, b);
      return value + (dot * (Math.PI - angle)) / Math.PI;
    },
    nodes: (operands, type, output) => [
      ...arcCosineNodes(operands, type, "arc_cosine"),
      node("Mul", ["opening", operands.dot], "turned_dot"),
      node("Div", ["turned_dot", "pi"], "first_layer"),
      node("Add", ["arc_cosine", "first_layer"], output),
    ],
  }),
};

/** The scalars of a kernel as feeds of a type. */
export const constantInputs = (
  { constants }: Kernel,
  type: ElementType,
): { readonly [name: string]: ElementType } =>
  Object.fromEntries(Object.keys(constants).map((name) => [name, type]));
