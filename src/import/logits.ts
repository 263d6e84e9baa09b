/**
 * @file Where the loss attaches: what a file does after its logits is taken off.
 */

import { DataError } from "../base/errors.ts";
import { concat } from "../graph/ops/pieces.ts";
import { reshape } from "../graph/ops/shape.ts";
import { constant, type Shape, showShape, sizeOf, type Value } from "../graph/value.ts";

/** The logits of a file. */
export interface Logits {
  /** `[batch, classes]`. */
  readonly value: Value;
  /** Operations that were taken off, the last first. */
  readonly taken: readonly string[];
  /** Whether there was one score, of the second of two classes: it is compared with 0. */
  readonly isBinary: boolean;
}

/** Operations behind logits. */
const BEHIND = new Set(["softmax", "logSoftmax", "argMax", "cast"]);

/**
 * The logits before an output.
 *
 * A trailing softmax, logarithmic softmax or position of the largest is taken off, a sigmoid of one score too.
 *
 * @param isNumber - Whether one score is a number to be told, and not that of the second of two classes.
 * @throws DataError if there is no row of scores for each example.
 */
export function logitsBefore(output: Value, batch: number, isNumber = false): Logits {
  const taken: string[] = [];
  let value = output;
  while (value.kind === "application") {
    const { operation, inputs } = value;
    const isSigmoid = operation.name === "sigmoid" && sizeOf(value.shape) === batch;
    const isPair = pairOf(value);
    if (BEHIND.has(operation.name) || isSigmoid) {
      taken.push(operation.name);
      value = inputs[0]!;
    } else if (isPair) {
      taken.push("both probabilities of one score");
      value = isPair;
    } else if (operation.name === "reshape" && taken.includes("argMax") && taken.length === 1)
      value = inputs[0]!;
    else if (operation.name === "reshape" && behindReshape(value, batch)) value = inputs[0]!;
    else break;
  }
  const sizes = value.shape.slice(1).filter((size) => size > 1);
  if (value.shape[0] !== batch || sizes.length > 1) {
    throw new DataError(
      `model file: expected an output of a row of scores for each example, [${batch}, classes], got ${showShape(value.shape)}; choose another output (\`output\`)`,
    );
  }
  const classes = sizeOf(value.shape.slice(1));
  const rows = toShape(value, [batch, classes]);
  if (classes > 1 || isNumber) return { value: rows, taken, isBinary: false };
  return { value: concat(constant(0, [batch, 1]), rows, { axis: 1 }), taken, isBinary: true };
}

const toShape = (value: Value, shape: Shape): Value =>
  String(value.shape) === String(shape) ? value : reshape(value, { shape });

/** Whether behind a change of shape there is something to take off. */
const behindReshape = ({ inputs }: Extract<Value, { kind: "application" }>, batch: number): boolean => {
  const before = inputs[0]!;
  if (before.kind !== "application") return false;
  return (
    BEHIND.has(before.operation.name) ||
    (before.operation.name === "sigmoid" && sizeOf(before.shape) === batch)
  );
};

/** The second of `[1 - p, p]`, of files with two classes and one score; undefined if a value is no such pair. */
function pairOf(value: Extract<Value, { kind: "application" }>): Value | undefined {
  const [first, second] = value.inputs;
  if (value.operation.name !== "concat" || value.inputs.length !== 2 || first?.kind !== "application")
    return undefined;
  return first.operation.name === "subtract" && first.inputs[1] === second ? second : undefined;
}
