/**
 * @file A trained network as an ONNX file for inference: its evaluation, with the tensors in it, for batches of any size.
 */

import { DataError } from "../base/errors.ts";
import { plain } from "../graph/lower/lowering.ts";
import { BATCHES, freeBatch } from "../graph/onnx/free-batch.ts";
import { writeNorms } from "../graph/onnx/inference-norm.ts";
import { type GraphInit, graphInit, modelBytes, tensorInit, valueInfo } from "../graph/onnx/write.ts";
import { subtract } from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/shape.ts";
import { type Graph, type Input, inOrder, input, type Shape, sizeOf, type Value } from "../graph/value.ts";
import type { Model } from "./model.ts";
import { createScope } from "./scope.ts";

/** A network as a file. */
export interface InferenceFile {
  /** Name of the input, `[batch, ...example]`; the output, `[batch, classes]`, is "logits". */
  readonly input: string;
  /** The size of the batch, where the network writes it down in more than sizes; undefined for any. */
  readonly batch: number | undefined;
  /** The bytes of the file. */
  write(metadata: { readonly [name: string]: string }): Uint8Array;
}

/** A tensor that an evaluation is given. */
interface Given {
  readonly name: string;
  readonly shape: Shape;
}

/** The evaluation of a model for a batch. */
interface Evaluation {
  /** Parameters and running averages, in the model's order. */
  readonly given: readonly Input[];
  /** Names of the averages that are taken from images, `[batch, channels, h, w]`, and from nothing else. */
  readonly averages: ReadonlySet<string>;
  readonly graph: Graph;
}

/** The parameters of a model, and its running averages, in its order. */
export const tensorsOf = (model: Model, example: Shape, classes: number): readonly Given[] =>
  evaluationOf(model, [1, ...example], classes, "x").given;

/**
 * Write a trained network for inference. Batch normalization is ONNX's own operator, with the running averages; dropout is gone.
 *
 * @param example - Shape of one example, as the network is given it.
 * @param state - Parameters and running averages by name.
 * @throws DataError if there is no tensor for one of them, or one has numbers that are not finite.
 */
export function inferenceFile(
  model: Model,
  example: Shape,
  classes: number,
  state: { readonly [name: string]: Float32Array },
): InferenceFile {
  const given = tensorsOf(model, example, classes);
  const tensors = given.map(({ name, shape }) =>
    tensorInit(name, "float32", shape, elementsOf(state, name, shape)),
  );
  let name = "input";
  while (given.some((tensor) => tensor.name === name)) name += "_";
  const build = (batch: number): GraphInit => {
    const { graph, averages } = evaluationOf(model, [batch, ...example], classes, name);
    return writeNorms(graphInit(plain.lower(graph)), averages);
  };
  const free = freeGraph(build, name);
  const whole = free ?? build(1);
  const batch = free ? "batch" : 1;
  return {
    input: name,
    batch: free ? undefined : 1,
    write: (metadata) =>
      modelBytes(
        {
          ...whole,
          initializer: [...tensors, ...(whole.initializer ?? [])],
          input: [valueInfo(name, "float32", [batch, ...example])],
          output: [valueInfo("logits", "float32", [batch, classes])],
        },
        metadata,
      ),
  };
}

function elementsOf(
  state: { readonly [name: string]: Float32Array },
  name: string,
  shape: Shape,
): Float32Array {
  const elements = state[name];
  if (elements?.length !== sizeOf(shape)) {
    throw new DataError(
      `tensor "${name}": expected ${sizeOf(shape)} elements, got ${elements?.length ?? "none"}`,
    );
  }
  const strange = elements.findIndex((element) => !Number.isFinite(element));
  if (strange < 0) return elements;
  throw new DataError(
    `tensor "${name}": expected finite numbers, got ${elements[strange]} as element ${strange}: the training diverged`,
  );
}

function evaluationOf(model: Model, batch: Shape, classes: number, name: string): Evaluation {
  const x = input(name, batch);
  const scope = createScope();
  const logits = model.logits(x, classes, scope);
  const given = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const averages = new Set(scope.averages.map((average) => average.name));
  for (const value of inOrder([logits])) {
    if (value.kind !== "application" || value.operation !== subtract.record) continue;
    const [from, taken] = value.inputs as [Value, Value];
    const source = behindReshapes(taken);
    if (source.kind === "input" && from.shape.length !== 4) averages.delete(source.name);
  }
  const graph = { name: model.name, inputs: [x, ...given], outputs: [{ name: "logits", value: logits }] };
  return { given, averages, graph };
}

/** What a value was before it got another shape. */
function behindReshapes(value: Value): Value {
  let source = value;
  while (source.kind === "application" && source.operation === reshape.record) source = source.inputs[0]!;
  return source;
}

/** The evaluation for batches of any size; undefined if there is none. */
function freeGraph(build: (batch: number) => GraphInit, name: string): GraphInit | undefined {
  try {
    return freeBatch(BATCHES.map(build), name);
  } catch {
    // A model may refuse batches of any size but its own; whatever else is wrong shows again at a batch of one.
    return undefined;
  }
}
