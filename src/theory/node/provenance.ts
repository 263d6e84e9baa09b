/**
 * @file Which code, engine and machine computed a theory, and how long it took.
 */

import type { Splits } from "../../data/dataset.ts";
import { provenanceOf } from "../../run/node/provenance.ts";
import type { Device } from "../../train/devices.ts";
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
}

/**
 * Start the clock of a computation.
 *
 * @returns Call it at the end: the provenance, with the seconds since. `interrupted` is false unless told.
 */
export function startProvenance({
  device = "cpu",
  threads = 1,
  command,
}: Surroundings): (interrupted?: boolean) => TheoryResult["provenance"] {
  const began = performance.now();
  const provenance = provenanceOf(device, threads, 1, command ?? null);
  return (interrupted = false) => ({
    ...provenance,
    seconds: Math.round(performance.now() - began) / 1000,
    interrupted,
  });
}

/** A result that says which data it is about: `dataHash` is the SHA-256 of both splits, as in the specs of trials. */
export const withDataHash = async (result: Unsigned, splits: Splits): Promise<Unsigned> => ({
  ...result,
  settings: { ...result.settings, dataHash: await splitsHash(splits) },
});
