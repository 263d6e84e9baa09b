/**
 * @file What the oracles share: comparison of arrays, and a run of ONNX Runtime.
 */

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { expect } from "vitest";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { dataTypes, type Graph, type Input } from "../../src/graph/value.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";

/**
 * Expect arrays to be equal within `tolerance` times the largest element expected, or times 1 if all are smaller.
 *
 * Relative to the whole array: one element that cancels to almost nothing keeps the rounding of the others.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "elements",
): void {
  expect(actual.length, `number of ${what}`).toBe(expected.length);
  const wanted = Array.from(expected);
  const allowed = tolerance * Math.max(1, ...wanted.map(Math.abs));
  const worst = wanted.reduce(
    (so, value, at) => (Math.abs(value - actual[at]!) > Math.abs(wanted[so]! - actual[so]!) ? at : so),
    0,
  );
  const difference = Math.abs(wanted[worst]! - actual[worst]!);
  if (!(difference <= allowed)) {
    expect.fail(`${what} [${worst}]: expected ${wanted[worst]} within ${allowed}, got ${actual[worst]}`);
  }
}

/** A tensor for the engine from plain numbers. */
export const tensorOf = ({ type, shape }: Pick<Input, "type" | "shape">, data: ArrayLike<number>): Tensor =>
  new ort.Tensor(
    type as "float32",
    (dataTypes[type].array?.from(data) ?? BigInt64Array.from(Array.from(data, BigInt))) as Float32Array,
    shape,
  );

/** Elements of a tensor as plain numbers. */
export const numbersOf = (tensor: Tensor): number[] => Array.from(tensor.data as Float32Array, Number);

/** Open a model on one thread or more, and close it when `use` is done. */
export async function withSession<R>(
  model: Uint8Array,
  use: (session: InferenceSession) => Promise<R>,
  threads = 1,
): Promise<R> {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

/** Run a graph once on ONNX Runtime. */
export async function runGraph(
  graph: Graph,
  feeds: { readonly [name: string]: ArrayLike<number> },
): Promise<{ readonly [name: string]: number[] }> {
  return withSession(writeOnnx(graph), async (session) => {
    const tensors = graph.inputs.map((given): [string, Tensor] => [
      given.name,
      tensorOf(given, feeds[given.name]!),
    ]);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, numbersOf(tensor)]));
  });
}
