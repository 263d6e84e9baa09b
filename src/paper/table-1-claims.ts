/**
 * @file What Table 1 says about the paper's claims.
 */

import { percent } from "../base/percent.ts";
import type { Claim } from "../document/claims.ts";
import {
  CHANCE_MARGIN,
  type Check,
  judgeClaim,
  STOPPING_MARGIN,
  TEST_MARGIN,
  TRAIN_MARGIN,
} from "../document/claims.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { MEMORIZED } from "../verdict/escalation.ts";
import { meanOver } from "./measure.ts";
import { plainRow, type Table1Row, table1Rows } from "./paper.ts";

/** Finds the trials of a row. */
type TrialsOf = (row: Table1Row) => readonly TrialResult[];

/** Chance on CIFAR-10. */
const CHANCE = 0.1;

const points = (difference: number): string =>
  `${difference < 0 ? "−" : "+"}${Math.abs(100 * difference).toFixed(1)} points`;

/** What Table 1 says about the claims it can speak to. */
export function table1Claims(trialsOf: TrialsOf): Claim[] {
  const train = (row: Table1Row) => meanOver(trialsOf(row), ({ trainAccuracy }) => trainAccuracy);
  const test = (row: Table1Row) => meanOver(trialsOf(row), ({ testAccuracy }) => testAccuracy);
  const random = table1Rows.filter(({ randomLabels }) => randomLabels);
  const unregularized = table1Rows.filter((row) => row === plainRow(row.model, false));

  const fits = random.map((row): Check => {
    const [ours, tested] = [train(row), test(row)];
    if (ours === null || tested === null) return { holds: null, says: row.model };
    return {
      holds: ours >= row.train - TRAIN_MARGIN && Math.abs(tested - CHANCE) <= CHANCE_MARGIN,
      says: `${row.model} fits ${percent(ours)} of random labels (paper ${percent(row.train)}) with ${percent(tested)} test accuracy`,
    };
  });

  const sameRecipe = random.map((row): Check => {
    const [onRandom, onTrue] = [train(row), train(plainRow(row.model, false)!)];
    if (onRandom === null || onTrue === null) return { holds: null, says: row.model };
    return {
      holds: onRandom >= MEMORIZED,
      says: `one recipe fits ${percent(onTrue)} of true and ${percent(onRandom)} of random labels with ${row.model}`,
    };
  });

  const generalizes = unregularized.map((row): Check => {
    const ours = test(row);
    if (ours === null) return { holds: null, says: row.model };
    return {
      holds: ours >= row.test - TEST_MARGIN,
      says: `${row.model} without regularizers has ${percent(ours)} test accuracy (paper ${percent(row.test)})`,
    };
  });

  const stopping = unregularized.map((row): Check => {
    const gain = meanOver(trialsOf(row), ({ best, testAccuracy }) =>
      best === null || testAccuracy === null ? null : best.testAccuracy - testAccuracy,
    );
    if (gain === null) return { holds: null, says: row.model };
    return {
      holds: gain < STOPPING_MARGIN,
      says: `early stopping could have gained ${row.model} ${points(gain)} at most`,
    };
  });

  return [
    judgeClaim(1, fits),
    judgeClaim(2, sameRecipe),
    judgeClaim(8, generalizes),
    judgeClaim(9, [...gains(test), architecture(test)]),
    judgeClaim(12, stopping),
  ];
}

/** The test accuracy a row's regularizer gains over the model without any; null if either is not measured. */
function gainOf(row: Table1Row, test: (row: Table1Row) => number | null): number | null {
  const [withIt, without] = [test(row), test(plainRow(row.model, row.randomLabels)!)];
  return withIt === null || without === null ? null : withIt - without;
}

/** Whether random crops gain more than weight decay, for the models that have both. */
const gains = (test: (row: Table1Row) => number | null): Check[] =>
  ["inception", "alexnet"].map((model) => {
    const rows = table1Rows.filter((row) => row.model === model && !row.randomLabels);
    const crop = gainOf(rows.find((row) => row.crop && !row.weightDecay)!, test);
    const decay = gainOf(rows.find((row) => !row.crop && row.weightDecay)!, test);
    if (crop === null || decay === null) return { holds: null, says: `the regularizers of ${model}` };
    return {
      holds: crop > decay,
      says: `${model} gains ${points(crop)} by random crops and ${points(decay)} by weight decay`,
    };
  });

/** Whether the models differ by more than any regularizer gains. */
function architecture(test: (row: Table1Row) => number | null): Check {
  const onTrue = table1Rows.filter(({ randomLabels }) => !randomLabels);
  const plain = onTrue.filter((row) => !row.crop && !row.weightDecay).map(test);
  const all = onTrue.filter((row) => row.crop || row.weightDecay).map((row) => gainOf(row, test));
  const [known, gained] = [plain.filter((value) => value !== null), all.filter((value) => value !== null)];
  if (known.length < plain.length || gained.length < all.length) {
    return { holds: null, says: "some of the models that architectures are compared with" };
  }
  const spread = Math.max(...known) - Math.min(...known);
  const most = Math.max(...gained);
  return {
    holds: spread > most,
    says: `without regularizers the models differ by up to ${points(spread)}, and regularizers gain up to ${points(most)}`,
  };
}
