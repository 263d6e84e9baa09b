/**
 * @file The engine: ONNX Runtime on one device, opened or refused with the reason and the remedy.
 */

import type { InferenceSession } from "onnxruntime-node";
import { EngineError, messageOf } from "../base/errors.ts";
import { blocked, type Lowering, plain } from "../graph/lower/lowering.ts";
import { writeOnnx } from "../graph/onnx/write.ts";
import { add } from "../graph/ops/elementwise.ts";
import { type Graph, inOrder, input } from "../graph/value.ts";
import type { Device } from "./devices.ts";
import { computes } from "./self-check.ts";
import type { Runtime, Sessions } from "./sessions.ts";

/** A device that works, and how sessions are opened on it. */
export interface Engine extends Sessions {
  readonly device: Device;
  readonly threads: number;
  /** What computes there, as ONNX Runtime calls it; what it cannot, the processor does. */
  readonly provider: string;
  /** How graphs are rewritten for it. */
  readonly lowering: Lowering;
  /**
   * Rewrite a graph for this engine's fastest kernels: simplified, and in its layout. What it computes stays the same but
   * for rounding. Whatever is opened comes through here.
   *
   * @throws EngineError if the device cannot compute it: its session would open, and fail in the first run.
   */
  lower(graph: Graph): Graph;
}

const REMEDIES: { readonly [D in Device]: string } = {
  cpu: "reinstall onnxruntime-node",
  webgpu:
    "WebGPU needs a graphics driver (Vulkan on Linux, Metal on macOS, D3D12 on Windows); without one use `device` cpu",
  cuda:
    "CUDA needs an NVIDIA driver and the CUDA libraries of ONNX Runtime, which are not installed by default: " +
    "run `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install`, or use `device` cpu",
};

/** Operations that a device takes and then cannot run, in words; the same in Node and in browsers. */
const UNSUPPORTED: { readonly [D in Device]?: { readonly [operation: string]: string } } = {
  // ONNX Runtime 1.30: "The Indices output is not supported yet". The gradient asks where the largest elements are.
  webgpu: { maxPoolGradient: "the gradient of a max pool", maxPoolPositions: "the positions of a max pool" },
};

/** The first operation of a graph that a device cannot run, in words; undefined if nothing is known against it. */
export function unsupportedOn(device: Device, graph: Graph): string | undefined {
  const unsupported = UNSUPPORTED[device];
  if (!unsupported) return undefined;
  const values = inOrder(graph.outputs.map(({ value }) => value));
  const names = values.flatMap((value) => (value.kind === "application" ? [value.operation.name] : []));
  return names.map((name) => unsupported[name]).find((words) => words !== undefined);
}

/**
 * Open the engine on a device.
 *
 * A tiny model is run first, so a device that is not there is refused here and not in mid-training.
 *
 * @param threads - Threads of one session, at least 1. One and two give the same bytes (tested); with more the engine may
 *   divide a matrix product in another way, and results differ in rounding.
 * @throws EngineError with the device's own reason and what to do.
 */
export async function openEngine(runtime: Runtime, device: Device, threads: number): Promise<Engine> {
  const provider = device;
  const options: InferenceSession.SessionOptions = {
    executionProviders: [...new Set([provider, "cpu"])],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    // Warnings and worse: the engine's remarks about its own optimizations help nobody here.
    logSeverityLevel: 3,
  };
  const open = (model: Uint8Array): Promise<InferenceSession> =>
    runtime.InferenceSession.create(model, options);
  try {
    const x = input("x", [1]);
    const session = await open(
      writeOnnx({ name: "probe", inputs: [x], outputs: [{ name: "y", value: add(x, x) }] }),
    );
    await session.run({ x: new runtime.Tensor("float32", Float32Array.of(1), [1]) });
    await session.release();
  } catch (error) {
    throw new EngineError(`device ${device}: not available here (${reasonOf(error)}); ${REMEDIES[device]}`);
  }
  const isBlocked = device === "cpu" && (await computes(blocked, { runtime, open }));
  const lowering = isBlocked ? blocked : plain;
  const lower = (graph: Graph): Graph => {
    const lowered = lowering.lower(graph);
    const unsupported = unsupportedOn(device, lowered);
    if (unsupported !== undefined) throw unsupportedError(`graph "${graph.name}"`, device, unsupported);
    return lowered;
  };
  return { runtime, device, threads, provider, lowering, lower, open };
}

/** The refusal of something that needs an operation which a device has not. */
export const unsupportedError = (what: string, device: Device, unsupported: string): EngineError =>
  new EngineError(
    `device ${device}: ${what} needs ${unsupported}, which ONNX Runtime does not compute there; use \`device\` cpu`,
  );

/** The engine's reason without the places in its own sources. */
const reasonOf = (error: unknown): string =>
  messageOf(error)
    .replace(/^\S+\.cc:\d+ .* was false\. /s, "")
    .trim();
