/**
 * @file A runner that trains nothing: it lasts some seconds of clock, and says what a recorded trial said.
 *
 * Two cores cannot train sixteen networks at once. Everything around training is what it is in a worker: the events,
 * the checkpoint at the end, which is written to the disk, and all that is done with them.
 */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestResult } from "../../src/paper/test-result.ts";
import { openCheckpoints } from "../../src/run/node/checkpoints.ts";
import { programOn } from "../../src/run/node/provenance.ts";
import type { TrialRunner } from "../../src/run/runner.ts";
import { trialId } from "../../src/train/spec.ts";
import type { TrialOutcome } from "../../src/train/trial.ts";

const RECORD = new URL("../../records/2026-11-21_mnist-mlp-1x512/result.json", import.meta.url);

/** When a trial was in training, by this process's clock in milliseconds. */
export interface TrainingTime {
  readonly from: number;
  readonly to: number;
}

/**
 * A runner of one trial at a time that lasts as long as it is told.
 *
 * @param spread - By how much of that a trial is shorter or longer at most, at random: workers that start together do
 *   not end together then.
 * @param onTrained - Told when each trial was in training.
 */
export function replayRecord(
  mean: number,
  spread: number,
  folder: string,
  onTrained: (time: TrainingTime) => void,
): TrialRunner {
  const { trials, conformance } = JSON.parse(readFileSync(RECORD, "utf8")) as TestResult;
  const { history, touched, dataHash, labels, ...rest } = trials[0]!;
  const outcome = rest as unknown as TrialOutcome;
  const checkpoints = openCheckpoints({ folder, seconds: 30 }, programOn("cpu"));
  return {
    jobs: 1,
    async run(spec, _source, onEvent, signal) {
      const from = performance.now();
      const seconds = mean * (1 + spread * (2 * Math.random() - 1));
      const trial = await trialId(spec);
      onEvent({ type: "started", provider: "cpu", layout: "recorded" });
      onEvent({
        type: "prepared",
        realised: labels.realised ?? 0,
        touched: touched ?? "",
        conformance,
        dataHash: dataHash ?? "",
      });
      for (const [index, row] of history.entries()) {
        // By the clock, not by adding up: a late timer does not make the trial longer.
        const due = from + ((index + 1) * seconds * 1000) / history.length;
        await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => {});
        if (signal?.aborted) return { status: "stopped", error: "interrupted" };
        onEvent({ type: "progress", epoch: row.epoch, share: 1, trainLoss: row.trainLoss ?? 0 });
        onEvent({ type: "epoch", row });
      }
      // As a trial's process does: the outcome is on the disk before anybody is told.
      const warn = (text: string): void => onEvent({ type: "warning", text });
      const end = { trial, history, step: 0, lossTotal: 0, seconds, outcome, tensors: [] };
      await checkpoints.write(end, warn);
      onEvent({ type: "checkpoint", epochs: history.length, step: 0 });
      onEvent({ type: "done", outcome });
      onTrained({ from, to: performance.now() });
      return undefined;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
