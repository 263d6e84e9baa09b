/**
 * @file The engine: ONNX Runtime on one device, opened or refused with the reason and the remedy.
 */

import { EngineError, messageOf } from "../base/errors.ts";
import { plain } from "../graph/lower/lowering.ts";
import { writeOnnx } from "../graph/onnx/write.ts";
import { add } from "../graph/ops/elementwise.ts";
import { type Graph, input } from "../graph/value.ts";
import type { Device } from "./devices.ts";
import { openGpu, type Provider } from "./gpu.ts";
import { layoutOf } from "./self-check.ts";
import type { Runtime, Sessions } from "./sessions.ts";

/** A device that works, and how sessions are opened on it. */
export interface Engine extends Sessions {
  readonly device: Device;
  readonly threads: number;
  /** What computes there, as ONNX Runtime calls it; what it cannot, the processor does. */
  readonly provider: string;
  /** What the layout of images there is called. */
  readonly layout: string;
  /**
   * Rewrite a graph for this engine's fastest kernels: simplified, and in its layout. What it computes stays the same but
   * for rounding. Whatever is opened comes through here. On a GPU the first graph with a convolution has ways to compute
   * them measured, and all that follow are lowered by the fastest.
   */
  lower(graph: Graph): Promise<Graph>;
}

const REMEDIES: { readonly [D in Device]: string } = {
  cpu: "reinstall onnxruntime-node",
  webgpu:
    "WebGPU needs a graphics driver (Vulkan on Linux, Metal on macOS, D3D12 on Windows); without one use `device` cpu",
  cuda:
    "CUDA needs an NVIDIA driver and the CUDA libraries of ONNX Runtime, which are not installed by default: " +
    "run `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install`, or use `device` cpu",
};

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
  const openWith =
    (provider: Provider): Sessions["open"] =>
    (model, kept = []) =>
      runtime.InferenceSession.create(model, {
        executionProviders: device === "cpu" ? [provider] : [provider, "cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        // Warnings and worse: the engine's remarks about its own optimizations help nobody here.
        logSeverityLevel: 3,
        ...(kept.length > 0 && {
          preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, "gpu-buffer"] as const)),
        }),
      });
  const engine = { runtime, device, threads, provider: device };
  try {
    await tryAddition({ runtime, open: openWith(device) });
  } catch (error) {
    throw new EngineError(`device ${device}: not available here (${reasonOf(error)}); ${REMEDIES[device]}`);
  }
  if (device === "webgpu") return { ...engine, ...openGpu(runtime, openWith) };
  const open = openWith(device);
  const lowering = device === "cpu" ? await layoutOf({ runtime, open }) : plain;
  return { ...engine, open, layout: lowering.layout, lower: async (graph) => lowering.lower(graph) };
}

/** Run a tiny model, so that a device that is not there is refused now. */
async function tryAddition({ runtime, open }: Sessions): Promise<void> {
  const x = input("x", [1]);
  const session = await open(
    writeOnnx({ name: "probe", inputs: [x], outputs: [{ name: "y", value: add(x, x) }] }),
  );
  await session.run({ x: new runtime.Tensor("float32", Float32Array.of(1), [1]) });
  await session.release();
}

/** The engine's reason without the places in its own sources. */
const reasonOf = (error: unknown): string =>
  messageOf(error)
    .replace(/^\S+\.cc:\d+ .* was false\. /s, "")
    .trim();
