/**
 * @file The engine for the theories that train networks, and the two-class or many-class examples they train on.
 */

import { availableParallelism } from "node:os";
import * as runtime from "onnxruntime-node";
import { type Device, type Engine, openEngine } from "../train/engine.ts";

/** Where networks are trained. */
export interface EngineOptions {
  /** `cpu` unless told. */
  readonly device?: Device | undefined;
  /** All cores unless told. */
  readonly threads?: number | undefined;
}

/**
 * Open the engine in this process.
 *
 * @throws EngineError if the device is not there.
 */
export const openHere = ({
  device = "cpu",
  threads = availableParallelism(),
}: EngineOptions): Promise<Engine> => openEngine(runtime, device, threads);
