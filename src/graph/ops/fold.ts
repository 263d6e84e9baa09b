/**
 * @file A value that is carried through a body again and again, in an order that every machine keeps.
 */

import { ShapeError } from "../../base/errors.ts";
import { evaluate } from "../evaluate.ts";
import { forwardOnly, type Operation, operation } from "../operation.ts";
import { type Graph, type Input, type Shape, sameShape, showShape, type Value } from "../value.ts";

type Fold = {
  /** Its inputs stand for the operands, one each; its output is the value that is carried on. */
  readonly body: Graph;
  /** How many operands after the first are gone through row by row. */
  readonly scanned: number;
};

const isScanned = (operand: number, scanned: number): boolean => operand > 0 && operand <= scanned;

/** Whether an input can be given a value of a shape; where its size is free, of any. */
const isGiven = ({ shape, free }: Input, given: Shape): boolean =>
  shape.length === given.length &&
  shape.every((size, axis) => size === given[axis] || free?.[axis] !== undefined);

/**
 * Carry a value through a body, once for each row of some others: the value to begin with, then `scanned` operands
 * whose rows the body is given one after another, then those it sees whole.
 *
 * A sum is one in the order of its terms: every machine that rounds as IEEE 754 says computes the same bits. In which
 * order a matrix product sums is the engine's affair.
 */
export const fold: Operation<readonly Value[], Fold> = operation<readonly Value[], Fold>({
  name: "fold",
  operands: [2, Number.POSITIVE_INFINITY],
  onnx: {
    operator: "Scan",
    write: ({ body, scanned }) => ({
      attributes: {
        body: { graph: body, seen: body.inputs.length - scanned - 1 },
        num_scan_inputs: { int: scanned },
      },
    }),
  },
  shape(operands, { body, scanned }) {
    const shapes = operands.map(({ shape }, at) => (isScanned(at, scanned) ? shape.slice(1) : shape));
    const rows = operands.slice(1, scanned + 1).map(({ shape }) => shape[0]);
    const fits =
      body.inputs.length === operands.length &&
      body.inputs.every((given, at) => isGiven(given, shapes[at]!)) &&
      sameShape(body.outputs[0]!.value.shape, body.inputs[0]!.shape);
    if (!fits || rows.some((count) => count !== rows[0])) {
      const expected = body.inputs.map(
        ({ shape }, at) => `${isScanned(at, scanned) ? "rows of " : ""}${showShape(shape)}`,
      );
      throw new ShapeError(
        "fold",
        expected.join(", "),
        operands.map(({ shape }) => shape),
      );
    }
    return operands[0]!.shape;
  },
  gradient: forwardOnly("fold"),
  evaluate(_, operands, { body, scanned }) {
    const rows = operands[1]!.shape[0]!;
    let [carried] = operands.map(({ data }) => data) as [Float64Array];
    for (let row = 0; row < rows; row++) {
      const given = operands.map(({ data }, at) => {
        const size = data.length / rows;
        if (isScanned(at, scanned)) return data.subarray(row * size, (row + 1) * size);
        return at === 0 ? carried : data;
      });
      const results = evaluate(
        body,
        Object.fromEntries(body.inputs.map(({ name }, at) => [name, given[at]!])),
      );
      carried = results[body.outputs[0]!.name]!.data;
    }
    return carried;
  },
});
