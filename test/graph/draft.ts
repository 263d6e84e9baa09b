/**
 * @file How the cases of operations are written down: operands, and what is special about them.
 */

import type { Attributes, DataType, Shape } from "../../src/graph/value.ts";

/** One operand: where its elements come from. All are exact in float32, so every oracle sees the same numbers. */
export interface Operand {
  readonly shape: Shape;
  readonly type: DataType;
  /** Normal, normal but at least 0.5 in size, whole below a bound, or given. */
  readonly fill: "normal" | "positive" | "large" | { readonly below: number } | readonly number[];
}

/** One use of an operation. */
export interface OperationCase {
  readonly operation: string;
  /** What the case is about; unique among those of its operation. */
  readonly title: string;
  readonly operands: readonly Operand[];
  readonly attributes: Attributes;
  /** True where the derivative does not exist, so that only PyTorch's convention can be compared. */
  readonly kink: boolean;
}

export type Draft = Omit<OperationCase, "operation">;

export const normal = (...shape: readonly number[]): Operand => ({ shape, type: "float32", fill: "normal" });
export const positive = (...shape: readonly number[]): Operand => ({
  shape,
  type: "float32",
  fill: "positive",
});
export const awayFromZero = (...shape: readonly number[]): Operand => ({
  shape,
  type: "float32",
  fill: "large",
});
/** In float64: gradients are of the type of what they meet. */
export const double = (...shape: readonly number[]): Operand => ({
  shape,
  type: "float64",
  fill: "positive",
});
export const bytes = (...shape: readonly number[]): Operand => ({
  shape,
  type: "uint8",
  fill: { below: 256 },
});
export const choice = (...shape: readonly number[]): Operand => ({ shape, type: "bool", fill: { below: 2 } });
export const indices = (count: number, below: number, type: DataType = "int32"): Operand => ({
  shape: [count],
  type,
  fill: { below },
});
export const exactly = (
  fill: readonly number[],
  shape: Shape = [fill.length],
  type: DataType = "float32",
): Operand => ({
  shape,
  type,
  fill,
});

export const draft = (title: string, operands: readonly Operand[], attributes: Attributes = {}): Draft => ({
  title,
  operands,
  attributes,
  kink: false,
});
export const kink = (title: string, operands: readonly Operand[], attributes: Attributes = {}): Draft => ({
  ...draft(title, operands, attributes),
  kink: true,
});
