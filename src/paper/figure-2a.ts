/**
 * @file Figure 2a: training and test accuracy of Inception v3 on ImageNet along the training, and what early stopping could have had.
 */

import { type Check, type Claim, judgeClaim, STOPPING_MARGIN } from "../document/claims.ts";
import { SHARE } from "../document/measurement.ts";
import { type Plot, plainPoint, type Series } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import { plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { stoppingCells, stoppingColumns } from "./cells.ts";
import { type Experiment, type Findings, IMAGENET, type Reading } from "./experiment.ts";
import { course, meanOver } from "./measure.ts";
import { imagenetNotes, settingNotes } from "./notes.ts";
import { type Table2Row, table2Rows } from "./paper.ts";
import { IMAGENET_MODEL, imagenetCondition, titleOfRow } from "./table-2.ts";

type TrialsOf = (row: Table2Row) => readonly TrialResult[];

/** The curves: true labels with all regularizers, without augmentation and dropout, and without any. */
const curves = table2Rows.filter(
  ({ randomLabels, augmentation, dropout }) => !randomLabels && augmentation === dropout,
);

/** The best so far above a curve: the area that early stopping could have gained. */
function withBest(points: Series["points"]): Series["points"] {
  let best = Number.NEGATIVE_INFINITY;
  return points.map(({ x, y }) => {
    if (y === null) return plainPoint(x, y);
    best = Math.max(best, y);
    return { ...plainPoint(x, y), low: y, high: best };
  });
}

const plot = (trialsOf: TrialsOf): Plot => ({
  name: "figure-2a",
  title: "Training and test accuracy along the training",
  caption:
    "Accuracy of the first answer after each epoch, means over seeds; the shaded area goes up to the best test accuracy so far, which stopping early could have had. Of the paper's curves only the ends are known, from its Table 2: the lines.",
  x: { label: "Training steps", unit: "count", domain: null },
  y: { label: "Accuracy", unit: "share", domain: null },
  guides: curves.map((row) => ({ label: `paper, test, ${titleOfRow(row)}`, y: row.test[0] })),
  series: curves.flatMap((row) => [
    {
      title: `train, ${titleOfRow(row)}`,
      points: course(trialsOf(row), ({ trainAccuracy }) => trainAccuracy, SHARE),
      paper: [],
    },
    {
      title: `test, ${titleOfRow(row)}`,
      points: withBest(course(trialsOf(row), ({ testAccuracy }) => testAccuracy, SHARE)),
      paper: [],
    },
  ]),
});

const table = (trialsOf: TrialsOf): Table => ({
  name: "figure-2a",
  title: "What early stopping could have had",
  caption: "The best test accuracy on the way and its epoch, beside the final one, means over seeds.",
  columns: [plain("row", "Training"), ...stoppingColumns],
  rows: curves.map((row) => ({ row: text(titleOfRow(row)), ...stoppingCells(trialsOf(row)) })),
});

function claimOf(trialsOf: TrialsOf): Claim {
  // The paper has the best on the way of those without augmentation and dropout.
  const checks = curves.flatMap((row): Check[] => {
    if (!row.best) return [];
    const gain = meanOver(trialsOf(row), ({ best, testAccuracy }) =>
      best === null || testAccuracy === null ? null : best.testAccuracy - testAccuracy,
    );
    if (gain === null) return [{ holds: null, says: titleOfRow(row) }];
    const says = `early stopping could have gained ${(100 * gain).toFixed(1)} points at most with ${titleOfRow(row)} (paper ${(100 * (row.best[0] - row.test[0])).toFixed(2)})`;
    return [{ holds: gain >= STOPPING_MARGIN, says }];
  });
  return judgeClaim(12, checks);
}

function read({ setting, results }: Findings): Reading {
  const trialsOf: TrialsOf = (row) => results.of(imagenetCondition(setting, row));
  return {
    notes: [...settingNotes(setting), ...imagenetNotes(setting)],
    tables: [table(trialsOf)],
    plots: [plot(trialsOf)],
    claims: [claimOf(trialsOf)],
  };
}

export const figure2a: Experiment = {
  name: "figure-2a",
  title: "Learning curves on ImageNet",
  question: "Would stopping early make Inception v3 generalise better on ImageNet?",
  source: "Zhang et al., ICLR 2017, Figure 2a",
  data: IMAGENET,
  models: [IMAGENET_MODEL],
  anyModel: false,
  conditions: (setting) => curves.map((row) => imagenetCondition(setting, row)),
  read,
};
