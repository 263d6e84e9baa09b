/**
 * @file Graphs that are open on the engine, and given plain arrays.
 */

import type { InferenceSession } from "onnxruntime-node";
import { writeOnnx } from "../graph/onnx/write.ts";
import { onOperands, rewriteGraph } from "../graph/operation.ts";
import {
  type Constant,
  type DataType,
  dataTypes,
  type Elements,
  type Graph,
  type Input,
  input,
} from "../graph/value.ts";
import type { Engine } from "./engine.ts";

/** Numbers and their shape. */
export interface Block {
  readonly data: Elements;
  readonly dims: readonly number[];
}

/** What inputs are given, by name. */
export type Feeds = { readonly [name: string]: Block };

/** A graph that can be run. */
export interface Program extends AsyncDisposable {
  /**
   * Run it.
   *
   * @param into - Where outputs are to be written, of the very size; others are new.
   */
  run(feeds: Feeds, into?: Feeds): Promise<{ readonly [name: string]: Elements }>;
}

/**
 * Open a graph on the engine as it is, without lowering it.
 *
 * Numbers in it are given with each run. By what it knows to be constant ONNX Runtime multiplies the matrix product that
 * comes after (MatMulScaleFusion), which rounds otherwise than what is recorded.
 */
export async function openProgram(engine: Engine, graph: Graph): Promise<Program> {
  const { Tensor } = engine.runtime;
  const numbers = new Map<Constant, Input>();
  const { outputs } = rewriteGraph(graph, (value, operands) => {
    if (value.kind === "application") return onOperands(value, operands);
    if (value.kind === "input" || value.shape.length > 0) return value;
    const given = numbers.get(value) ?? input(`number.${numbers.size}`, [], value.type);
    numbers.set(value, given);
    return given;
  });
  const inputs = [...graph.inputs, ...numbers.values()];
  const session = await engine.open(writeOnnx({ name: graph.name, inputs, outputs }));
  const types = new Map<string, DataType>([
    ...inputs.map(({ name, type }) => [name, type] as const),
    ...outputs.map(({ name, value }) => [name, value.type] as const),
  ]);
  const tensorsOf = (blocks: Feeds): InferenceSession.OnnxValueMapType =>
    Object.fromEntries(
      // The constructor's overloads tie the type's name to the array's class, which graphs do, too.
      Object.entries(blocks).map(([name, { data, dims }]) => [
        name,
        new Tensor(types.get(name) as "float32", data as Float32Array, dims),
      ]),
    );
  const fixed = tensorsOf(
    Object.fromEntries(
      [...numbers].map(([{ type, data }, { name }]) => [
        name,
        { data: dataTypes[type].array!.from(data), dims: [] },
      ]),
    ),
  );
  return {
    async run(feeds, into) {
      const given = { ...tensorsOf(feeds), ...fixed };
      const results = into ? await session.run(given, tensorsOf(into)) : await session.run(given);
      return Object.fromEntries(
        outputs.map(({ name }) => [name, into?.[name]?.data ?? (results[name]!.data as Elements)]),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
