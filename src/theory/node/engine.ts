/**
 * @file The engine for the theories that train networks.
 */

import { runtime } from "../../run/node/runtime.ts";
import { type Engine, openEngine } from "../../train/engine.ts";
import type { Surroundings } from "./provenance.ts";

/**
 * Open the engine in this process.
 *
 * @throws EngineError if the device is not there.
 */
export const openHere = ({ device = "cpu", threads = 1 }: Surroundings): Promise<Engine> =>
  openEngine(runtime, device, threads);
