/**
 * @file The helper's process: does one job after the other, and ends with the server. Run by {@link openHelper}.
 */

import { DataError, EngineError, GraphError, messageOf, UsageError } from "../base/errors.ts";
import { rememberLast } from "../base/remember.ts";
import { openLibrary } from "../run/node/library.ts";
import type { Device } from "../train/devices.ts";
import { openEngine } from "../train/engine.ts";
import type { HelperAnswer, HelperMessage } from "./helper.ts";
import {
  drawExamples,
  drawFile,
  drawGrid,
  drawHard,
  findMisfits,
  networkFile,
  type Tools,
} from "./helper-work.ts";

// Native code and the browser's stand-in are loaded only by jobs that need them.
const engineOn = rememberLast(async (device: Device) => {
  const { runtime } = await import("../run/node/runtime.ts");
  return await openEngine(runtime, device, 1);
});

const tools: Tools = {
  library: openLibrary({ contents: process.argv[2], keepsLast: true }),
  engine: () => engineOn("cpu"),
  async drawing() {
    const { drawingTools } = await import("../report/node/tools.ts");
    return drawingTools();
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
      case "hard":
        return { value: await drawHard(message.job, tools) };
      case "network":
        return { value: await networkFile(message.job, tools) };
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
// Ctrl-C and a closed terminal reach the whole process group; the server ends its helper itself.
process.on("SIGINT", () => {}).on("SIGHUP", () => {});
