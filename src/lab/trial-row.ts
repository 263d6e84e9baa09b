/**
 * @file A planned trial as a row of the lab's table.
 */

import type { DataSource } from "../run/runner.ts";
import type { NewTrial } from "../store/tables.ts";
import type { TrialSpec } from "../train/spec.ts";

/** What a row says of a trial before it is run. */
export function trialRow({
  id,
  spec,
  source,
  escalation,
}: {
  readonly id: string;
  readonly spec: TrialSpec;
  readonly source: DataSource;
  readonly escalation: number;
}): NewTrial {
  // The folder of datasets and the memory are each machine's own.
  const { dataDir: _, memory: __, ...where } = source;
  return {
    id,
    escalation,
    model: spec.model,
    dataset: spec.dataset.name,
    inputs: spec.inputs,
    corrupt: spec.corrupt,
    seed: spec.seed,
    epochs_allowed: spec.recipe.epochs,
    spec: JSON.stringify(spec),
    source: JSON.stringify(where),
    train_loss: null,
    train_accuracy: null,
    test_accuracy: null,
    error: null,
  };
}
