/**
 * @file Reverse mode, graph to graph: the gradient of a scalar is more graph.
 */

import { GraphError } from "../base/errors.ts";
import { add } from "./ops/elementwise.ts";
import { constant, type Input, inOrder, numberLike, sameShape, showShape, type Value } from "./value.ts";

/**
 * Gradients of a scalar with respect to some values, as new values of the same graph.
 *
 * Each operation's record is asked once, from the scalar back; gradients that arrive at a value along
 * several ways are added. A value the scalar does not depend on has gradient zero.
 *
 * @example
 * ```ts
 * import { gradient, input, ops } from "shatter/graph";
 *
 * const x = input("x", [3]);
 * const loss = ops.sum(ops.multiply(x, x), { axes: [0], keepDims: false });
 * const [slope] = gradient(loss, [x]);
 * ```
 * @param scalar - The value to differentiate, of shape `[]`.
 * @param targets - The values to differentiate by, usually parameters.
 * @throws GraphError if `scalar` is no scalar or depends on an input of free sizes, or a record gives a gradient of another shape.
 */
export function gradient(scalar: Value, targets: readonly Value[]): Value[] {
  if (scalar.shape.length !== 0) {
    throw new GraphError(`gradient: expected a scalar, got shape ${showShape(scalar.shape)}`);
  }
  const order = inOrder([scalar]);
  const free = order.find((value) => value.kind === "input" && value.free !== undefined);
  if (free) {
    // Gradients count: a mean's divides by how many there were.
    throw new GraphError(`gradient: expected fixed sizes, but input "${(free as Input).name}" has free ones`);
  }
  // Only values between the targets and the scalar matter: the rest is never differentiated.
  const matters = new Set<Value>(targets);
  for (const value of order) {
    if (value.kind === "application" && value.inputs.some((operand) => matters.has(operand)))
      matters.add(value);
  }
  const gradients = new Map<Value, Value>([[scalar, numberLike(scalar, 1)]]);
  for (const value of order.reverse()) {
    const dy = gradients.get(value);
    if (dy === undefined || value.kind !== "application" || !matters.has(value)) continue;
    const slopes = value.operation.gradient(dy, value.inputs, value.attributes, value);
    value.inputs.forEach((operand, index) => {
      const slope = slopes[index];
      if (slope === undefined || slope === null || !matters.has(operand)) return;
      if (!sameShape(slope.shape, operand.shape)) {
        throw new GraphError(
          `gradient of ${value.operation.name}: expected shape ${showShape(operand.shape)} for operand ${index}, got ${showShape(slope.shape)}`,
        );
      }
      const other = gradients.get(operand);
      gradients.set(operand, other === undefined ? slope : add(other, slope));
    });
  }
  return targets.map((target) => gradients.get(target) ?? constant(0, target.shape, target.type));
}
