/**
 * A small checkpoint, as a trial might leave it.
 */

import type { Checkpoint } from "../../src/train/checkpoint.ts";

export const TRIAL = "0123456789abcdef";

/** A checkpoint after some steps, its one tensor `[elements]` full of their number; or at the trial's end. */
export function checkpointOf(step: number, { elements = 64, ended = false } = {}): Checkpoint {
  return {
    trial: TRIAL,
    step,
    lossTotal: step / 3,
    history: [],
    seconds: step,
    outcome: ended
      ? {
          status: "done",
          epochs: 1,
          steps: 7,
          fit: false,
          epochsToFit: null,
          epochsTo95: null,
          best: { epoch: 1, testAccuracy: 0.1 },
          trainLoss: 2.3,
          trainAccuracy: 0.1,
          testAccuracy: 0.1,
          testAccuracyCorrupted: 0.1,
          confusion: [[1]],
          parametersHash: "00",
        }
      : null,
    tensors: [{ name: "weight", shape: [elements], elements: new Float32Array(elements).fill(step) }],
  };
}
