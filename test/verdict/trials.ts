/**
 * @file Finished trials for the tests of verdicts: plausible numbers, by formula.
 */

import type { TrialResult } from "../../src/run/trial-record.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";

const balanced = (count: number): number[] => new Array<number>(10).fill(count);

/** Ten classes of 100 training and 100 test examples each, and no copies. */
export const CONTEXT: VerdictContext = {
  trainCounts: balanced(100),
  testCounts: balanced(100),
  escalations: 3,
  copies: null,
};

/** `[classes][classes]` counts with a share of each class's examples right, the rest spread over the others. */
export const confusionOf = (counts: readonly number[], shares: readonly number[]): number[][] =>
  counts.map((count, label) => {
    const right = Math.round(count * shares[label]!);
    const others = counts.length - 1;
    const row = counts.map((_, other) => Math.floor((count - right + (other % others)) / others));
    row[label] = right;
    return row;
  });

/** A finished trial whose loss fell quickly and then stayed, as its accuracy did. */
export function trial({
  nominal = 0,
  ...facts
}: Partial<TrialResult> & { readonly nominal?: number } = {}): TrialResult {
  const { trainAccuracy = 1, testAccuracy = 0.5, epochs = 40, trainLoss = 0.01 } = facts;
  return {
    id: "0",
    inputs: "true",
    labels: { nominal, realised: nominal * 0.9 },
    seed: 0,
    status: "done",
    epochs,
    epochsAllowed: epochs,
    steps: 10 * epochs,
    fit: trainAccuracy === 1,
    epochsToFit: trainAccuracy === 1 ? 20 : null,
    epochsTo95: null,
    escalation: 0,
    learningRate: 0.01,
    trainLoss,
    trainAccuracy,
    testAccuracy,
    testAccuracyCorrupted: 0.1,
    best: null,
    seconds: 1,
    confusion: confusionOf(
      CONTEXT.testCounts,
      CONTEXT.testCounts.map(() => testAccuracy ?? 0),
    ),
    dataHash: "0",
    parametersHash: "0",
    history: Array.from({ length: epochs }, (_, index) => ({
      epoch: index + 1,
      trainLoss: index === 0 ? 2.3 : trainLoss,
      fitLoss: index === 0 ? 2.3 : trainLoss,
      trainAccuracy,
      testAccuracy,
    })),
    ...facts,
  };
}

/** A finished trial on random labels, at chance on the test set. */
export const random = (facts: Partial<TrialResult> = {}): TrialResult =>
  trial({ nominal: 1, testAccuracy: 0.1, ...facts });

/** All attempts that the default allows: longer, longer still, and at three times the rate. */
export const attempts = (
  of: (facts: Partial<TrialResult>) => TrialResult,
  facts: Partial<TrialResult>,
): TrialResult[] =>
  [
    { escalation: 0, epochs: 40 },
    { escalation: 1, epochs: 80 },
    { escalation: 2, epochs: 160 },
    { escalation: 3, epochs: 160, learningRate: 0.03 },
  ].map((rung) => of({ ...facts, ...rung }));
