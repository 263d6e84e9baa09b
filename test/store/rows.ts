/**
 * @file Rows that tests of the store write.
 */

import { randomUUID } from "node:crypto";
import { beginAttempt, type FinishedTrial } from "../../src/store/attempts.ts";
import type { Tx } from "../../src/store/database.ts";
import { keepExperiment } from "../../src/store/experiments.ts";
import type { NewExperiment, NewTrial } from "../../src/store/tables.ts";

/** A trial that was never run. */
export const trialOf = (id: string, seed = 0): NewTrial => ({
  id,
  seed,
  spec: `{"seed": ${seed}}`,
  source: '{"name": "shapes"}',
  model: "linear",
  dataset: "shapes",
  inputs: "true",
  corrupt: 0,
  epochs_allowed: 3,
  train_loss: null,
  train_accuracy: null,
  test_accuracy: null,
  error: null,
});

export const experimentOf = (id: string, priority = 0): NewExperiment => ({
  id,
  priority,
  name: id,
  title: id,
  scale: "smoke",
  source: null,
  definition: "{}",
});

export const resultOf = (hash = "hash"): FinishedTrial => ({
  status: "done",
  epochs: 2,
  epochs_to_fit: 2,
  epochs_to_95: 1,
  train_loss: 0.1,
  train_accuracy: 1,
  test_accuracy: 0.5,
  test_accuracy_corrupted: 0.5,
  seconds: 1,
  hash,
  document: `{"hash": "${hash}"}`,
});

/** An epoch of a history. */
export const epochOf = (epoch: number, trainLoss = 1 / epoch) => ({
  epoch,
  trainLoss,
  fitLoss: null,
  trainAccuracy: 0.5,
  testAccuracy: 0.25,
});

/** Plan an experiment of one trial, both of new names; the trial's id. */
export async function planOne(tables: Tx): Promise<{ experiment: string; trial: string }> {
  const id = randomUUID();
  await keepExperiment(tables, experimentOf(`experiment-${id}`), [trialOf(id)]);
  return { experiment: `experiment-${id}`, trial: id };
}

/** Begin an attempt that must begin; its token. */
export async function beginOne(tables: Tx, trial: string): Promise<string> {
  const token = randomUUID();
  const begun = await beginAttempt(tables, { trial, token, worker: randomUUID(), job: randomUUID() });
  if ("refused" in begun) throw new Error(`the attempt was refused: the trial is ${begun.refused}`);
  return token;
}
