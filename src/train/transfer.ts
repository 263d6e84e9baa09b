/**
 * @file Tensors to a device and back.
 *
 * ONNX Runtime for Node ends the process where a tensor on a GPU is read (1.30), so tensors go through a session either way:
 * times 1, with outputs that stay, or do not.
 */

import type { Tensor } from "onnxruntime-node";
import { writeOnnx } from "../graph/onnx/write.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { type Input, input } from "../graph/value.ts";
import type { Engine } from "./engine.ts";

/** Tensors by name. */
export type Tensors = { readonly [name: string]: Tensor };

/** A way between a device and everybody else, for tensors of fixed shapes. */
export interface Transfer extends AsyncDisposable {
  /** Tensors as they are on the device, from wherever they are; those that are scaled times a ratio, 1 unless told. */
  toDevice(tensors: Tensors, ratio?: number): Promise<Tensors>;
  /** Tensors as they are in memory. */
  toHost(tensors: Tensors): Promise<Tensors>;
}

/**
 * Open a way for tensors.
 *
 * @param scaled - Those that {@link Transfer.toDevice} takes times a ratio.
 */
export async function openTransfer(
  engine: Engine,
  tensors: readonly Input[],
  scaled: readonly Input[] = [],
): Promise<Transfer> {
  const types = [...new Set(tensors.map(({ type }) => type))];
  const ones = new Map(types.map((type) => [type, input(`one.${type}`, [], type)]));
  const ratio = input("ratio", []);
  const factorOf = (value: Input): Input => (scaled.includes(value) ? ratio : ones.get(value.type)!);
  const factors = [...ones.values(), ...(scaled.length > 0 ? [ratio] : [])];
  const moved = (name: string): string => `moved.${name}`;
  const model = writeOnnx({
    name: "transfer",
    inputs: [...tensors, ...factors],
    outputs: tensors.map((value) => ({ name: moved(value.name), value: multiply(value, factorOf(value)) })),
  });
  const names = tensors.map(({ name }) => name);
  const up = await engine.open(model, names.map(moved));
  const down = await engine.open(model);
  const move = async (session: typeof up, given: Tensors, by: number): Promise<Tensors> => {
    const numbers = factors.map(({ name, type }) => {
      const number = name === ratio.name ? by : 1;
      const data = type === "int32" ? Int32Array.of(number) : Float32Array.of(number);
      return [name, new engine.runtime.Tensor(type as "float32", data as Float32Array, [])] as const;
    });
    const results = await session.run({ ...given, ...Object.fromEntries(numbers) });
    return Object.fromEntries(names.map((name) => [name, results[moved(name)]!]));
  };
  return {
    toDevice: (given, by = 1) => move(up, given, by),
    toHost: (given) => move(down, given, 1),
    async [Symbol.asyncDispose]() {
      await up.release();
      await down.release();
    },
  };
}

/** Give up tensors of a device. */
export function disposeOf(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
