/**
 * @file Writes operations that ONNX has no operator for as the operations they stand for.
 */

import { onOperands } from "./operation.ts";
import { type Application, type Graph, inOrder, type Value } from "./value.ts";

const expansionOf = ({ operation: { onnx } }: Application) =>
  typeof onnx !== "string" && "expand" in onnx ? onnx.expand : undefined;

/**
 * Expand a graph until every operation has an operator.
 *
 * @param keep - Names of operations to leave as they are.
 */
export function expandGraph(graph: Graph, keep: ReadonlySet<string> = new Set()): Graph {
  const expanded = new Map<Value, Value>();
  const expand = (outputs: readonly Value[]): void => {
    for (const value of inOrder(outputs)) {
      if (expanded.has(value)) continue;
      if (value.kind !== "application") {
        expanded.set(value, value);
        continue;
      }
      const operands = value.inputs.map((operand) => expanded.get(operand)!);
      const copy = onOperands(value, operands);
      const expansion = keep.has(value.operation.name) ? undefined : expansionOf(copy);
      if (expansion === undefined) {
        expanded.set(value, copy);
        continue;
      }
      // What an expansion is made of may need expanding too; what it stands on is expanded already.
      for (const operand of operands) expanded.set(operand, operand);
      const result = expansion(operands, value.attributes);
      expand([result]);
      expanded.set(value, expanded.get(result)!);
    }
  };
  expand(graph.outputs.map(({ value }) => value));
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: expanded.get(value)! })),
  };
}
