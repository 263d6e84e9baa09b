/**
 * @file The engine of a worker: ONNX Runtime as WebAssembly, or on the graphics card, whose files are loaded only then.
 */

import glue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { EngineError, messageOf } from "../base/errors.ts";
import { type Engine, openEngine } from "../train/engine.ts";
import { tellRefusal } from "./failure.ts";
import type { PlayDevice } from "./state.ts";

/** The two workers share the cores; without isolation they have no memory to share among threads. */
const THREADS = self.crossOriginIsolated
  ? Math.max(1, Math.min(4, Math.floor(navigator.hardwareConcurrency / 2)))
  : 1;

const here = (address: string): string => new URL(address, import.meta.url).href;

type Runtime = Engine["runtime"];

/** TypeScript's library does not know WebGPU. */
type WithGpu = Navigator & { readonly gpu?: { requestAdapter(): Promise<object | null> } };

/** How an engine is opened on each device; `title` is for people. */
const DEVICES: {
  readonly [D in PlayDevice]: { readonly title: string; readonly open: () => Promise<Engine> };
} = {
  wasm: {
    title: "WebAssembly",
    open: async () => {
      env.wasm.wasmPaths = { mjs: here(glue), wasm: here(wasm) };
      env.wasm.numThreads = THREADS;
      const runtime = { InferenceSession, Tensor } as unknown as Runtime;
      return await openEngine(runtime, "cpu", THREADS).catch((error: unknown) => {
        throw new EngineError(tellRefusal(messageOf(error)));
      });
    },
  },
  webgpu: {
    title: "WebGPU",
    open: async () => {
      // ONNX Runtime would take the processor instead, and say so in the console alone.
      const adapter = await (navigator as WithGpu).gpu?.requestAdapter().catch(() => null);
      if (!adapter) {
        throw new EngineError(
          "this browser gives no graphics card to pages (WebGPU). Choose “Computed by the processor” in the recipe",
        );
      }
      const [ort, gpuGlue, gpuWasm] = await Promise.all([
        import("onnxruntime-web/webgpu"),
        import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url"),
        import("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url"),
      ]);
      ort.env.wasm.wasmPaths = { mjs: here(gpuGlue.default), wasm: here(gpuWasm.default) };
      ort.env.wasm.numThreads = 1;
      return await openEngine(ort as unknown as Runtime, "webgpu", 1);
    },
  },
};

const opened = new Map<PlayDevice, Promise<Engine>>();

/** What computes, and what it is called. A device that could not be opened is tried again when it is asked for again. */
export async function engineOn(
  device: PlayDevice,
): Promise<{ readonly engine: Engine; readonly title: string }> {
  const { title, open } = DEVICES[device];
  const opening = opened.get(device) ?? open();
  opened.set(device, opening);
  opening.catch(() => opened.delete(device));
  return { engine: await opening, title };
}
