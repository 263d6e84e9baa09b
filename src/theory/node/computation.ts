/**
 * @file What all computations do on a machine with Node: open the engine, and sign what they computed.
 */

import type { Watch } from "../../base/progress.ts";
import type { OnRead } from "../../data/data-options.ts";
import type { Splits } from "../../data/dataset.ts";
import { provenanceOf } from "../../run/node/provenance.ts";
import { runtime } from "../../run/node/runtime.ts";
import type { Device } from "../../train/devices.ts";
import { type Engine, openEngine } from "../../train/engine.ts";
import { splitsHash } from "../../train/prepare.ts";
import type { Unsigned } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";

/** What a computation runs on, and what it was asked by. */
export interface Surroundings {
  /** `cpu` if not given. */
  readonly device?: Device | undefined;
  /** Threads of the engine; 1 if not given. */
  readonly threads?: number | undefined;
  /** The command line, for the document; none if it was called as a function. */
  readonly command?: string | undefined;
  /** Told how data at a path were understood. */
  readonly onRead?: OnRead | undefined;
}

/**
 * Open the engine in this process.
 *
 * @throws EngineError if the device is not there.
 */
export const openHere = ({ device = "cpu", threads = 1 }: Surroundings): Promise<Engine> =>
  openEngine(runtime, device, threads);

/** Compute, and say which code, engine and machine computed it, and how long it took. */
export async function signed(
  { device = "cpu", threads = 1, command }: Surroundings,
  compute: () => Promise<Unsigned>,
): Promise<TheoryResult> {
  const began = performance.now();
  const provenance = provenanceOf(device, threads, 1, command ?? null);
  const result = await compute();
  const seconds = Math.round(performance.now() - began) / 1000;
  return { ...result, provenance: { ...provenance, seconds, interrupted: false } };
}

/** The same, also saying which data it is about: `dataHash` is the SHA-256 of both splits, as in the specs of trials. */
export const signedWithData = (
  options: Surroundings & Watch,
  compute: (watch: Watch) => Promise<{ readonly splits: Splits; readonly result: Unsigned }>,
): Promise<TheoryResult> =>
  signed(options, async () => {
    const { onProgress, signal } = options;
    const { splits, result } = await compute({ onProgress, signal });
    return { ...result, settings: { ...result.settings, dataHash: await splitsHash(splits) } };
  });
