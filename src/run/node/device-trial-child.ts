/**
 * @file The process that tries a device, which is its argument, and says what came of it.
 */

import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { EngineError, messageOf } from "../../base/errors.ts";
import { filterWays } from "../../graph/lower/gpu/filter-gradient.ts";
import { gpu, plain } from "../../graph/lower/lowering.ts";
import type { Device } from "../../train/devices.ts";
import { openEngine } from "../../train/engine.ts";
import { selfCheck } from "../../train/self-check.ts";
import type { DeviceAnswer, DeviceTrial } from "./device-trial.ts";
import { runtime } from "./runtime.ts";

/** Drivers of Vulkan that draw with the processor: SwiftShader, and Mesa's. */
const SOFTWARE = /swiftshader|lvp|llvmpipe/;

/** Libraries of Vulkan drivers that this process has loaded, by the names that they have on Linux. */
function driversHere(): readonly string[] {
  const maps = "/proc/self/maps";
  if (!existsSync(maps)) return [];
  const files = readFileSync(maps, "utf8").matchAll(/\s(\/\S+\.so\S*)$/gm);
  const names = new Set([...files].map(([, file]) => basename(file!)));
  return [...names].filter((name) => /vulkan_|vk_|nvidia|amdvlk/.test(name));
}

/** ONNX Runtime for Node does not tell the adapter; the driver, where it can be seen, is as good. */
function describe(device: Device): DeviceTrial {
  if (device !== "webgpu") return { adapter: device === "cpu" ? "the processor" : "the GPU" };
  const drivers = driversHere();
  if (drivers.length === 0) return { adapter: "an adapter that ONNX Runtime does not name" };
  const limits = drivers.every((name) => SOFTWARE.test(name))
    ? "that is software, on the processor, and slower than `device` cpu"
    : undefined;
  return { adapter: `the driver ${drivers.join(", ")}`, limits };
}

async function examine(device: Device): Promise<DeviceTrial> {
  const engine = await openEngine(runtime, device, 1);
  const lowering = device === "webgpu" ? gpu(filterWays[0]) : plain;
  if (!(await selfCheck()(lowering, engine)))
    throw new EngineError(
      `device ${device}: a convolution, a pool or their gradients are wrong there; update its driver, or use \`device\` cpu`,
    );
  return describe(device);
}

const answer = await examine(process.argv[2] as Device).catch(
  (error: unknown): DeviceAnswer => ({ error: messageOf(error) }),
);
process.send?.(answer);
