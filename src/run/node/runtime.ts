/**
 * @file ONNX Runtime for Node, kept from calling home: the one place that loads it.
 *
 * From 1.29 on it makes up a device id, keeps a queue of events in the home folder and sends them to Microsoft, unless
 * this variable is in the environment when its first session is opened. Writing `process.env` reaches the environment
 * that native code reads, but not from a worker thread, which has a copy. The library is required and not imported:
 * imports are evaluated before any line of the file that has them.
 */

import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import { EngineError } from "../../base/errors.ts";

const SWITCH = "ORT_DISABLE_TELEMETRY";

if (!isMainThread && process.env[SWITCH] !== "1") {
  throw new EngineError(
    `engine: expected ${SWITCH}=1 in the environment, which a worker thread cannot set, and without which ONNX Runtime calls home; set it, or import Shatter in the main thread first`,
  );
}
process.env[SWITCH] = "1";

/** ONNX Runtime for Node. */
export const runtime: typeof import("onnxruntime-node") = createRequire(import.meta.url)("onnxruntime-node");
