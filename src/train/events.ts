/**
 * @file What happens in a trial, as whoever watches it is told.
 */

import type { ConformanceLine } from "../data/conformance.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochRow } from "./history.ts";
import type { TrialOutcome } from "./outcome.ts";
import type { TrainedNetwork } from "./trained.ts";

/**
 * What happens in a trial, in order: `started`, `prepared`; `resumed` and past epochs, if it goes on from a
 * checkpoint; `progress` and `epoch`, again and again, and now and then `checkpoint`; `done`.
 */
export type TrialEvent =
  | {
      readonly type: "started";
      /** What computes it, and in which layout; see {@link Engine}. */
      readonly provider: string;
      readonly layout: string;
    }
  | {
      readonly type: "prepared";
      /** Share of the training labels that differ from the true ones. */
      readonly realised: number;
      /** Which inputs and labels were touched, as sentences. */
      readonly touched: string;
      readonly conformance: readonly ConformanceLine[];
      /** SHA-256 of the randomized data. */
      readonly dataHash: string;
    }
  | {
      readonly type: "resumed";
      /** Epochs done, whose rows follow, and steps done in the next one. */
      readonly epochs: number;
      readonly step: number;
      /** Time spent on the trial before. */
      readonly seconds: number;
      /** Whether it had come to its end already. */
      readonly ended: boolean;
    }
  | { readonly type: "progress"; readonly epoch: number; readonly share: number; readonly trainLoss: number }
  | { readonly type: "epoch"; readonly row: EpochRow }
  /** Something to know about that does not end the trial; from whoever runs it. */
  | { readonly type: "warning"; readonly text: string }
  /** A checkpoint was kept. */
  | { readonly type: "checkpoint"; readonly epochs: number; readonly step: number }
  | { readonly type: "done"; readonly outcome: TrialOutcome };

/** What `runTrial` yields: the trial's events, with its checkpoints themselves, and before the last its network, if it is wanted. */
export type TrialYield =
  | Exclude<TrialEvent, { type: "checkpoint" }>
  | { readonly type: "checkpoint"; readonly checkpoint: Checkpoint }
  | { readonly type: "trained"; readonly network: TrainedNetwork };
