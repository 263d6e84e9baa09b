/**
 * @file The result of a trial as a row of the lab's table.
 */

import { canonicalJson, type Json, sha256 } from "../base/json.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { StoredTrial } from "../run/trial-result.ts";
import type { FinishedTrial } from "../store/attempts.ts";

/** SHA-256 of everything in a result that its spec decides: all but the time it took. */
const hashOf = async ({ spec, result }: StoredTrial): Promise<string> =>
  await sha256(canonicalJson({ spec, result: { ...result, seconds: 0 } } as unknown as Json));

/** A finished trial as the lab keeps it: what lists show, and the whole document. */
export async function resultRow(trial: StoredTrial): Promise<FinishedTrial> {
  const result: TrialResult = trial.result;
  return {
    status: result.status,
    epochs: result.epochs,
    epochs_to_fit: result.epochsToFit,
    epochs_to_95: result.epochsTo95,
    train_loss: result.trainLoss,
    train_accuracy: result.trainAccuracy,
    test_accuracy: result.testAccuracy,
    test_accuracy_corrupted: result.testAccuracyCorrupted,
    seconds: result.seconds,
    hash: await hashOf(trial),
    document: JSON.stringify(trial),
  };
}
