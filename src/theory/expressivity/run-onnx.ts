/**
 * @file Runs a network's graph on ONNX Runtime at a sample, some rows at a time.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import type { Graph } from "../../graph/value.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import type { Sample } from "./sample.ts";

/** Most numbers the engine is given at once, or holds for hidden units: 256 MiB. */
const MOST_AT_ONCE = 2 ** 26;

/**
 * The values of a network at the first samples, `[count]`.
 *
 * @param network - A graph with an input `inputs`, `[samples, dimensions]`, and an output `values`, `[samples]`.
 * @param units - Numbers it holds for each sample, about.
 */
export async function runNetwork(
  engine: Engine,
  network: Graph,
  { inputs, dimensions }: Pick<Sample, "inputs" | "dimensions">,
  count: number,
  units: number,
  watch: Watch = {},
): Promise<Float32Array> {
  await using program = await openProgram(engine, network);
  const all = new Float32Array(count);
  const rows = Math.max(1, Math.min(count, Math.floor(MOST_AT_ONCE / Math.max(dimensions, units))));
  for (let first = 0; first < count; first += rows) {
    const last = Math.min(count, first + rows);
    await breathe({ signal: watch.signal }, first, count, "");
    const data = Float32Array.from(inputs.subarray(first * dimensions, last * dimensions));
    const { values } = await program.run({ inputs: { data, dims: [last - first, dimensions] } });
    all.set(values!, first);
  }
  return all;
}
