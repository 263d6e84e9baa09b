/**
 * @file The networks as float32 ONNX models, from inputs `[samples, dimensions]` to values `[samples]`.
 *
 * `ordered` sums unit by unit with ONNX's `Scan`, so that every machine that rounds as IEEE 754 says computes the same
 * bits: weights that make up for rounding need that. `product` uses matrix products, as networks usually do; in which
 * order those sum is the engine's affair. Weights are the same in number and in name.
 */

import {
  attributeInit,
  type GraphInit,
  graphAttribute,
  modelBytes,
  tensorInit,
  valueInfo,
} from "../../graph/onnx/write.ts";
import type { ReluNetwork } from "./network.ts";

/** How sums are computed. */
export type Sums = "ordered" | "product";

type Nodes = GraphInit["node"];
type Initializers = NonNullable<GraphInit["initializer"]>;

/** A model under construction. */
interface Draft {
  readonly node: Nodes;
  readonly initializer: Initializers;
}

/** The bytes of an ONNX model of a network; its initializers `projection`, `thresholds.*`, `weights.*` and `end.*` are all its weights. */
export function networkOnnx(network: ReluNetwork, sums: Sums): Uint8Array {
  const { direction, blocks } = network;
  const draft: Draft = { node: [], initializer: [] };
  const add = (opType: string, input: string[], output: string): string => {
    draft.node.push({ opType, name: output, input, output: [output] });
    return output;
  };
  const weight = (name: string, data: ArrayLike<number>, shape: readonly number[]): string => {
    draft.initializer.push(tensorInit(name, "float32", shape, data));
    return name;
  };
  const size = direction.length;
  const layers = blocks.length;
  let x: string;
  if (sums === "ordered") {
    weight("projection", direction, [size]);
    addZeros(draft);
    draft.node.push(projectionScan());
    x = "projected";
  } else {
    weight("projection", direction, [size, 1]);
    x = add("MatMul", ["inputs", "projection"], "projected");
  }
  // What layer `layer` sees of the inputs: the projection, then the distance to the end of its block.
  let seen = x;
  let total: string | undefined;
  for (let layer = 1; layer <= layers; layer++) {
    const { thresholds, weights } = blocks[layers - layer]!;
    const next = blocks[layers - layer - 1];
    const units = thresholds.length;
    const name = `layer${layer}`;
    if (sums === "ordered") {
      weight(`thresholds.${layer}`, thresholds, [units]);
      weight(`weights.${layer}`, weights, [units]);
      draft.node.push(unitScan(layer, seen));
    } else {
      weight(`thresholds.${layer}`, thresholds, [1, units]);
      weight(`weights.${layer}`, weights, [units, 1]);
      add("Sub", [seen, `thresholds.${layer}`], `${name}.sums`);
      add("Relu", [`${name}.sums`], `${name}.units`);
      add("MatMul", [`${name}.units`, `weights.${layer}`], `${name}.part`);
    }
    if (total === undefined) total = `${name}.part`;
    else {
      const passed = passOn(add, total, `${name}.total`);
      total = add("Add", [passed, `${name}.part`], `${name}.sum`);
    }
    if (next === undefined) break;
    weight(`end.${layer + 1}`, [next.end!], [1]);
    add("Sub", [`end.${layer + 1}`, x], `${name}.left`);
    add("Relu", [`${name}.left`], `${name}.distance`);
    seen = add("Neg", [`${name}.distance`], `${name}.place`);
    if (layer < layers - 1) x = passOn(add, x, `${name}.projected`);
  }
  if (sums === "ordered") add("Identity", [total!], "values");
  else {
    draft.initializer.push(tensorInit("one_axis", "int64", [1], [1]));
    draft.node.push({ opType: "Squeeze", name: "values", input: [total!, "one_axis"], output: ["values"] });
  }
  return modelBytes({
    name: `depth-${network.depth}-${sums}`,
    ...draft,
    input: [valueInfo("inputs", "float32", ["samples", size])],
    output: [valueInfo("values", "float32", ["samples"])],
  });
}

/** A number that goes through a layer as it is: its positive and its negative part are a unit each. */
function passOn(
  add: (opType: string, input: string[], output: string) => string,
  value: string,
  name: string,
): string {
  add("Relu", [value], `${name}.positive`);
  add("Neg", [value], `${name}.opposite`);
  add("Relu", [`${name}.opposite`], `${name}.negative`);
  return add("Sub", [`${name}.positive`, `${name}.negative`], name);
}

/** `[samples]` zeros, which sums start from. */
function addZeros({ node }: Draft): void {
  const rows = { opType: "Shape", name: "rows", input: ["inputs"], output: ["rows"] };
  node.push(
    { ...rows, attribute: [attributeInit("start", { int: 0 }), attributeInit("end", { int: 1 })] },
    { opType: "ConstantOfShape", name: "zeros", input: ["rows"], output: ["zeros"] },
  );
}

const samples = (name: string) => valueInfo(name, "float32", ["samples"]);
const scalar = (name: string) => valueInfo(name, "float32", []);

/** Adds `inputs[:, k] * projection[k]`, one `k` after another. */
function projectionScan(): Nodes[number] {
  const body: GraphInit = {
    name: "project",
    node: [
      {
        opType: "Mul",
        name: "project.product",
        input: ["project.value", "project.weight"],
        output: ["project.product"],
      },
      {
        opType: "Add",
        name: "project.after",
        input: ["project.before", "project.product"],
        output: ["project.after"],
      },
    ],
    input: [samples("project.before"), samples("project.value"), scalar("project.weight")],
    output: [samples("project.after")],
  };
  return {
    opType: "Scan",
    name: "projected",
    input: ["zeros", "inputs", "projection"],
    output: ["projected"],
    attribute: [
      graphAttribute("body", body),
      attributeInit("num_scan_inputs", { int: 2 }),
      attributeInit("scan_input_axes", { ints: [1, 0] }),
    ],
  };
}

/** Adds `weights[j] * relu(place - thresholds[j])`, one unit after another. */
function unitScan(layer: number, place: string): Nodes[number] {
  const name = `layer${layer}`;
  const inner = (what: string): string => `${name}.unit.${what}`;
  const step = (opType: string, input: string[], output: string) => ({
    opType,
    name: inner(output),
    input,
    output: [inner(output)],
  });
  const body: GraphInit = {
    name: `${name}.unit`,
    node: [
      step("Sub", [place, inner("threshold")], "sum"),
      step("Relu", [inner("sum")], "height"),
      step("Mul", [inner("height"), inner("weight")], "product"),
      step("Add", [inner("before"), inner("product")], "after"),
    ],
    input: [samples(inner("before")), scalar(inner("threshold")), scalar(inner("weight"))],
    output: [samples(inner("after"))],
  };
  return {
    opType: "Scan",
    name: `${name}.part`,
    input: ["zeros", `thresholds.${layer}`, `weights.${layer}`],
    output: [`${name}.part`],
    attribute: [graphAttribute("body", body), attributeInit("num_scan_inputs", { int: 2 })],
  };
}
