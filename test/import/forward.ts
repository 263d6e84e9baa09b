/**
 * @file What model files compute: as they are, by ONNX Runtime, and as the networks that they are read as.
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "../../src/graph/onnx/onnx_pb.ts";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { input, type Shape, sizeOf } from "../../src/graph/value.ts";
import type { Analysis } from "../../src/import/analysis.ts";
import type { FileModel } from "../../src/import/model.ts";
import { createScope } from "../../src/nn/scope.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { Engine } from "../../src/train/engine.ts";
import { relativeError } from "./golden.ts";

/**
 * Logits of a network in evaluation, its tensors as they start.
 *
 * @param examples - `[batch, ...example]`, images channels first.
 * @returns `[batch, classes]`.
 */
export async function logitsOf(
  engine: Engine,
  model: FileModel,
  example: Shape,
  examples: Float32Array,
): Promise<Float32Array> {
  const x = input("x", [examples.length / sizeOf(example), ...example]);
  const scope = createScope();
  const value = model.logits(x, model.analyze(example).classes, scope);
  const given = [...scope.parameters, ...scope.averages];
  const inputs = [x, ...given.map((each) => each.value)];
  const session = await engine.open(
    writeOnnx(await engine.lower({ name: "logits", inputs, outputs: [{ name: "logits", value }] })),
  );
  const { Tensor } = engine.runtime;
  const feeds = Object.fromEntries(
    given.map(({ name, start, value: { shape } }, index) => {
      const elements = typeof start === "function" ? start(0, index) : start;
      const whole = typeof elements === "number" ? new Float32Array(sizeOf(shape)).fill(elements) : elements;
      return [name, new Tensor("float32", whole!, shape)];
    }),
  );
  const results = await session.run({ ...feeds, x: new Tensor("float32", examples, x.shape) });
  await session.release();
  return results["logits"]!.data as Float32Array;
}

/** How ONNX Runtime takes elements of a type. */
const ELEMENTS: {
  readonly [type: string]: (elements: Float32Array) => Float32Array | Float64Array | BigInt64Array;
} = {
  float32: (elements) => elements,
  float64: (elements) => Float64Array.from(elements),
  int64: (elements) => BigInt64Array.from(elements, BigInt),
};

/**
 * Outputs of a file by ONNX Runtime, in evaluation: what was written in training mode computes by its running statistics.
 *
 * @param examples - As the file takes them.
 * @param shape - `[batch, ...]`.
 */
export async function resultsOf(
  bytes: Uint8Array,
  examples: Float32Array,
  shape: Shape,
): Promise<{ readonly [output: string]: ArrayLike<number> }> {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const node of model.graph!.node) {
    // Its last operand is whether it drops.
    if (node.opType === "Dropout") node.input = node.input.slice(0, 2);
    if (node.opType !== "BatchNormalization") continue;
    node.attribute = node.attribute.filter(({ name }) => name !== "training_mode");
    node.output = node.output.slice(0, 1);
  }
  const computed = new Set(model.graph!.node.flatMap(({ output }) => output));
  model.graph!.output = model.graph!.output.filter(({ name }) => computed.has(name));
  const session = await runtime.InferenceSession.create(toBinary(ModelProtoSchema, model), {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const [declared] = session.inputMetadata;
  const type = declared?.isTensor ? declared.type : "float32";
  const take = ELEMENTS[type];
  if (!take) throw new Error(`expected an input of ${Object.keys(ELEMENTS).join(", ")}, got ${type}`);
  const results = await session.run({
    [declared!.name]: new runtime.Tensor(type as "float32", take(examples) as Float32Array, shape),
  });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).flatMap(([name, { data }]) =>
      ArrayBuffer.isView(data) ? [[name, Float64Array.from(data as Float32Array, Number)]] : [],
    ),
  );
}

/**
 * How far a network is from its file: the largest difference of what they compute, over the largest number.
 *
 * @param examples - `[batch, ...example]`, images channels first.
 * @returns Undefined if ONNX Runtime does not take the file, or computes what is no number.
 */
export async function errorOf(
  engine: Engine,
  model: FileModel,
  bytes: Uint8Array,
  example: Shape,
  examples: Float32Array,
): Promise<number | undefined> {
  const analysis = model.analyze(example);
  const { entrance, output } = analysis;
  const given = entrance.layout === "channels-last" ? channelsLast(examples, example) : examples;
  const batch = examples.length / sizeOf(example);
  const logits = await logitsOf(engine, model, example, examples);
  // The position of the largest is a number, whatever is largest.
  if (analysis.taken.includes("argMax") && !logits.every(Number.isFinite)) return undefined;
  const results = await resultsOf(bytes, given, [batch, ...entrance.shape]).catch(() => undefined);
  const wanted = results?.[output];
  if (!wanted || !Array.from(wanted).every(Number.isFinite)) return undefined;
  const got = finish(logits, analysis);
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const error = relativeError(got, wanted);
  // Nothing but zeros has no size.
  return Number.isNaN(error) ? Number(got.some((each) => each !== 0)) : error;
}

/** Images `[batch, c, h, w]` as `[batch, h, w, c]`. */
export function channelsLast(images: Float32Array, [c, h, w]: Shape): Float32Array {
  const pixels = h! * w!;
  return Float32Array.from(images, (_, at) => {
    const [example, inside] = [Math.floor(at / (pixels * c!)), at % (pixels * c!)];
    return images[example * pixels * c! + (inside % c!) * pixels + Math.floor(inside / c!)]!;
  });
}

/** What of a file comes after its logits, done to them: `[batch, classes]` in each row. */
export function finish(
  logits: Float32Array,
  { classes, taken, isBinary }: Pick<Analysis, "classes" | "taken" | "isBinary">,
): Float64Array {
  const rows = Array.from({ length: logits.length / classes }, (_, at) =>
    Array.from(logits.subarray(at * classes, (at + 1) * classes)),
  );
  const largest = (row: readonly number[]): number => row.indexOf(Math.max(...row));
  // From the largest on, so that nothing overflows.
  const logs = (row: readonly number[]): number[] => {
    const top = Math.max(...row);
    const total = row.reduce((sum, each) => sum + Math.exp(each - top), 0);
    return row.map((each) => each - top - Math.log(total));
  };
  return Float64Array.from(
    rows.flatMap((row) => {
      if (taken.includes("argMax")) return [largest(row)];
      if (taken.includes("logSoftmax")) return logs(row);
      if (taken.includes("softmax")) return logs(row).map(Math.exp);
      const score = row[1]!;
      if (!isBinary) return row;
      return [taken.includes("sigmoid") ? 1 / (1 + Math.exp(-score)) : score];
    }),
  );
}
