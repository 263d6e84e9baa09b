/**
 * @file Writes a step as a loop: one run of the engine does many steps, and state never leaves it between them.
 *
 * ONNX's `Scan` carries the state from step to step inside the engine, slices the per-step inputs and
 * stacks the per-step outputs. Inputs that are shared by all steps (a whole dataset) are seen by the
 * body without a copy.
 */

import { GraphError } from "../../base/errors.ts";
import type { Graph, Input } from "../value.ts";
import { attributeInit, type GraphInit, graphAttribute, graphInit, modelBytes, valueInfo } from "./write.ts";

/** A step, and which of its inputs play which part. */
export interface ScanStep {
  readonly graph: Graph;
  /** State by input and the output that replaces it in the next step. */
  readonly state: readonly { readonly input: Input; readonly output: string }[];
  /** Inputs the same for all steps. */
  readonly shared: readonly Input[];
}

/**
 * The bytes of an ONNX model that runs a step any number of times.
 *
 * The model's inputs are the state (under the step's names), the per-step inputs with a leading axis of
 * steps, and the shared inputs. Its outputs are the state after the last step, and every other output of
 * the step with a leading axis of steps. All have the step's names.
 *
 * @throws GraphError if the graph breaks a rule, or a state's output is missing or of another shape.
 */
export function writeScan({ graph, state, shared }: ScanStep): Uint8Array {
  const outputs = new Map(graph.outputs.map(({ name, value }) => [name, value]));
  for (const { input, output } of state) {
    const value = outputs.get(output);
    if (value === undefined || String(value.shape) !== String(input.shape) || value.type !== input.type) {
      throw new GraphError(
        `writeScan: expected an output "${output}" of the shape and type of state "${input.name}", got ${value ? `${value.type} [${value.shape.join(", ")}]` : "none"}`,
      );
    }
  }
  const stateInputs = state.map(({ input }) => input);
  const stateOutputs = state.map(({ output }) => output);
  const scanned = graph.inputs.filter((input) => !stateInputs.includes(input) && !shared.includes(input));
  const stacked = graph.outputs.filter(({ name }) => !stateOutputs.includes(name));
  const declared = ({ name, type, shape }: Input) => valueInfo(name, type, shape);
  // The body's names are its own, apart from those of the shared inputs, which it sees from around it.
  const sharedNames = new Set(shared.map(({ name }) => name));
  const inside = (name: string): string => (sharedNames.has(name) ? name : `step.${name}`);
  const body: GraphInit = {
    ...graphInit(graph, inside),
    input: [...stateInputs, ...scanned].map(({ name, type, shape }) => valueInfo(inside(name), type, shape)),
    output: [
      ...state.map(({ input, output }) => valueInfo(inside(output), input.type, input.shape)),
      ...stacked.map(({ name, value }) => valueInfo(inside(name), value.type, value.shape)),
    ],
  };
  return modelBytes({
    name: `${graph.name}-scan`,
    node: [
      {
        opType: "Scan",
        name: "steps",
        input: [...stateInputs, ...scanned].map(({ name }) => name),
        output: [...stateOutputs, ...stacked.map(({ name }) => name)],
        attribute: [graphAttribute("body", body), attributeInit("num_scan_inputs", { int: scanned.length })],
      },
    ],
    input: [
      ...stateInputs.map(declared),
      ...scanned.map(({ name, type, shape }) => valueInfo(name, type, ["steps", ...shape])),
      // The number of rows of a shared dataset is known when it runs.
      ...shared.map(({ name, type, shape }) => valueInfo(name, type, [`rows.${name}`, ...shape.slice(1)])),
    ],
    output: [
      ...state.map(({ input, output }) => valueInfo(output, input.type, input.shape)),
      ...stacked.map(({ name, value }) => valueInfo(name, value.type, ["steps", ...value.shape])),
    ],
  });
}
