/**
 * @file The helper's process: does one job after the other, and ends with the server. Run by {@link openHelper}.
 */

import { DataError, EngineError, GraphError, messageOf, UsageError } from "../base/errors.ts";
import { loadDataset } from "../data/load.ts";
import type { DataSource } from "../lab/runner.ts";
import { type Engine, openEngine } from "../train/engine.ts";
import type { HelperAnswer, HelperMessage } from "./helper.ts";
import { drawExamples, drawFile, drawGrid, findMisfits, type Tools } from "./helper-work.ts";

let known: { key: string; splits: ReturnType<typeof loadDataset> } | undefined;
let engine: Promise<Engine> | undefined;

const tools: Tools = {
  load(source: DataSource) {
    const key = JSON.stringify(source);
    if (known?.key !== key) known = { key, splits: loadDataset(source.name, source) };
    // What failed once may be there next time.
    known.splits.catch(() => (known = undefined));
    return known.splits;
  },
  // Native code and the browser's stand-in are loaded only by jobs that need them.
  engine() {
    engine ??= import("../train/process-runtime.ts").then(({ runtime }) => openEngine(runtime, "cpu", 1));
    return engine;
  },
  async document() {
    const { Window } = await import("happy-dom");
    return new Window().document as unknown as Document;
  },
  seconds: () => performance.now() / 1000,
};

async function work(message: HelperMessage): Promise<HelperAnswer> {
  try {
    switch (message.kind) {
      case "grid":
        return { value: await drawGrid(message.job, tools) };
      case "examples":
        return { value: await drawExamples(message.job, tools) };
      case "misfit":
        return { value: await findMisfits(message.job, tools) };
      case "file":
        return { value: await drawFile(message.job, tools) };
    }
  } catch (error) {
    const expected = [UsageError, DataError, EngineError, GraphError].some((kind) => error instanceof kind);
    return { error: messageOf(error), expected };
  }
}

process.on("message", async (message: HelperMessage) => {
  process.send?.(await work(message), undefined, undefined, () => {});
});
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole process group; the server ends its helper itself.
process.on("SIGINT", () => {});
