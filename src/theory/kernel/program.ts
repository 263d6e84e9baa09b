/**
 * @file Small programs of plain ONNX operators over tiles of any size, in float32, float64 and integers.
 *
 * The graph of networks (`src/graph`) is float32 and of fixed shapes. Linear algebra on tiles needs float64, products of
 * bytes, and last tiles that are smaller, so its programs are written as nodes.
 */

import type { InferenceSession } from "onnxruntime-node";
import { attributeInit, modelBytes } from "../../graph/onnx/write.ts";
import type { OnnxAttribute } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";

/** ONNX's numbers for element types (TensorProto.DataType). */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, float64: 11 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** The number ONNX has for an element type, for `Cast`. */
export const elementNumber = (type: ElementType): number => ELEMENT_TYPES[type];

/** An operator with the names of what it reads and makes. */
export interface ProgramNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
}

/** A program: what it is fed, what it does, and which of its values it returns. */
export interface ProgramText {
  readonly name: string;
  readonly inputs: { readonly [name: string]: ElementType };
  readonly nodes: readonly ProgramNode[];
  readonly outputs: { readonly [name: string]: ElementType };
}

type Elements = Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array;

/** Numbers and their shape. */
export interface Block {
  readonly data: Elements;
  readonly dims: readonly number[];
}

export type Feeds = { readonly [name: string]: Block };

/** A program that can be run. */
export interface Program extends AsyncDisposable {
  /**
   * Run it.
   *
   * @param into - Where outputs are to be written, of the very size; others are new.
   */
  run(feeds: Feeds, into?: Feeds): Promise<{ readonly [name: string]: Elements }>;
}

const TYPE_OF = new Map<unknown, ElementType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
  [Int8Array, "int8"],
]);

/** Open a program on the engine. */
export async function openProgram(engine: Engine, text: ProgramText): Promise<Program> {
  const declare = (values: ProgramText["inputs"]) =>
    Object.entries(values).map(([name, type]) => ({
      name,
      type: { value: { case: "tensorType" as const, value: { elemType: ELEMENT_TYPES[type] } } },
    }));
  const session = await engine.open(
    modelBytes({
      name: text.name,
      node: text.nodes.map(({ operator, inputs, output, attributes = {} }) => ({
        opType: operator,
        name: output,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attributeInit(name, value)),
      })),
      input: declare(text.inputs),
      output: declare(text.outputs),
    }),
  );
  const { Tensor } = engine.runtime;
  const tensorsOf = (blocks: Feeds): InferenceSession.OnnxValueMapType =>
    Object.fromEntries(
      Object.entries(blocks).map(([name, { data, dims }]) => {
        const type = TYPE_OF.get(data.constructor)!;
        // The constructor's overloads tie the type's name to the array's class, which the map does, too.
        return [name, new Tensor(type as "float32", data as Float32Array, dims)];
      }),
    );
  return {
    async run(feeds, into) {
      const fetches = into ? tensorsOf(into) : undefined;
      const results = fetches
        ? await session.run(tensorsOf(feeds), fetches)
        : await session.run(tensorsOf(feeds));
      return Object.fromEntries(
        Object.keys(text.outputs).map((name) => [
          name,
          (into?.[name]?.data ?? results[name]!.data) as Elements,
        ]),
      );
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}
