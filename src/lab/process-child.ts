/**
 * @file The child process that trains: reads orders, runs trials one after another, sends their events.
 *
 * Run by {@link openProcessPool} with the device and the number of threads as arguments.
 */

import * as runtime from "onnxruntime-node";
import { messageOf } from "../base/errors.ts";
import { loadDataset } from "../data/load.ts";
import { type Device, type Engine, openEngine } from "../train/engine.ts";
import type { ChildMessage, TrialOrder } from "./process-pool.ts";
import { type DataSource, runHere } from "./runner.ts";

const say = (message: ChildMessage): void => void process.send?.(message);

// Ctrl-C reaches the whole process group; the parent decides what becomes of its children.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());

const [device, threads] = process.argv.slice(2);
let engine: Engine | undefined;
try {
  engine = await openEngine(runtime, device as Device, Number(threads));
} catch (error) {
  say({ type: "refused", error: messageOf(error) });
}

if (engine) {
  // Trials of one test read the same files: the last dataset is kept.
  let known: { key: string; splits: ReturnType<typeof loadDataset> } | undefined;
  const load = (source: DataSource): ReturnType<typeof loadDataset> => {
    const key = JSON.stringify(source);
    if (known?.key !== key) known = { key, splits: loadDataset(source.name, source) };
    return known.splits;
  };
  const runner = runHere(engine, load);
  process.on("message", ({ spec, source }: TrialOrder) => {
    void runner
      .run(spec, source, (event) => say({ type: "event", event }))
      .then((failure) => say({ type: "ended", failure }));
  });
  say({ type: "ready" });
}
