/**
 * @file Whether a device computes what a network needs, tried in a process of its own: the engine complains on the terminal
 * about devices that are not there, and a driver may end its process.
 */

import { fork } from "node:child_process";
import { EngineError } from "../../base/errors.ts";
import type { Device } from "../../train/devices.ts";

/** What was found of a device that is right. */
export interface DeviceTrial {
  /** What computes there, or that it cannot be known. */
  readonly adapter: string;
  /** What speaks against it all the same. */
  readonly limits?: string | undefined;
}

/** What the process says. */
export type DeviceAnswer = DeviceTrial | { readonly error: string };

// The child has this file's own extension: .ts in the sources, .js in the package.
const CHILD = new URL(
  `./device-trial-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
  import.meta.url,
);

/**
 * Have a device convolve, pool, and take their gradients.
 *
 * @throws EngineError if it is not there or computes something else, with what to do.
 */
export async function tryDevice(device: Device): Promise<DeviceTrial> {
  const child = fork(CHILD, [device], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const answer = await new Promise<DeviceAnswer>((resolve) => {
    child.once("message", (message) => resolve(message as DeviceAnswer));
    child.once("exit", (code, signal) =>
      resolve({ error: `device ${device}: the process that tried it ended (${signal ?? `code ${code}`})` }),
    );
  });
  child.kill("SIGKILL");
  if ("error" in answer) throw new EngineError(answer.error);
  return answer;
}
