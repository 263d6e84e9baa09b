/**
 * @file Runs a network's model on ONNX Runtime at a sample, some rows at a time.
 */

import type { Engine } from "../../train/engine.ts";
import { breathe, type Watch } from "../progress.ts";
import type { Sample } from "./sample.ts";

/** Most numbers the engine is given at once, or holds for hidden units: 256 MiB. */
const MOST_AT_ONCE = 2 ** 26;

/**
 * The values of a model at the first samples, `[count]`.
 *
 * @param model - An ONNX model with an input `inputs`, `[samples, dimensions]`, and an output `values`, `[samples]`.
 * @param units - Numbers it holds for each sample, about.
 */
export async function runNetwork(
  engine: Engine,
  model: Uint8Array,
  { inputs, dimensions }: Pick<Sample, "inputs" | "dimensions">,
  count: number,
  units: number,
  watch: Watch = {},
): Promise<Float32Array> {
  const session = await engine.open(model);
  try {
    const values = new Float32Array(count);
    const rows = Math.max(1, Math.min(count, Math.floor(MOST_AT_ONCE / Math.max(dimensions, units))));
    for (let first = 0; first < count; first += rows) {
      const last = Math.min(count, first + rows);
      await breathe({ signal: watch.signal }, first, count, "");
      const data = Float32Array.from(inputs.subarray(first * dimensions, last * dimensions));
      const fed = new engine.runtime.Tensor("float32", data, [last - first, dimensions]);
      const { values: out } = await session.run({ inputs: fed });
      values.set(out!.data as Float32Array, first);
      fed.dispose();
      out!.dispose();
    }
    return values;
  } finally {
    await session.release();
  }
}
