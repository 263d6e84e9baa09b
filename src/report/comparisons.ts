/**
 * @file Figures that compare kinds of trials by what they ended at.
 */

import type { Estimate } from "../base/statistics.ts";
import type { TestResult } from "../paper/test-result.ts";
import type { SummaryRow } from "../verdict/schema.ts";
import type { Axis, Line, LineFigure, PairFigure, Reference } from "./figure.ts";
import { formatEstimate, formatPercent, formatShare } from "./format.ts";
import { compareKinds, type Kind, nameEscalated } from "./kinds.ts";
import { kindOfTrial, nameTest, tellSpread } from "./table.ts";

const accuracyAxis: Axis = { label: "accuracy", form: "share", domain: [0, 1] };

const chanceOf = ({ verdict }: TestResult): Reference => ({
  label: `commonest class, ${formatPercent(verdict.learning.chance)}`,
  value: verdict.learning.chance,
});

/** How much was memorised and how much was learned, a pair of dots a kind; null if nothing was measured. */
export function learningAndMemorising(result: TestResult): PairFigure | null {
  const pairs = [...result.summary]
    .sort(compareKinds)
    .map((row) => ({
      label: nameEscalated(row),
      kind: kindOfRow(row),
      train: row.trainAccuracy,
      test: row.testAccuracy,
    }))
    .filter(({ train, test }) => train !== null || test !== null);
  if (pairs.length === 0) return null;
  const show = (estimate: Estimate | null): string => formatEstimate(estimate, "percent");
  const told = pairs.map(({ label, train, test }) => `${label}: train ${show(train)}, test ${show(test)}`);
  return {
    form: "pairs",
    name: "learning-and-memorising",
    title: "What it fits, and what it learns",
    subtitle: nameTest(result),
    description: `Train and test accuracy by what was trained on. ${told.join("; ")}. Always guessing the commonest class: ${formatPercent(result.verdict.learning.chance)}.`,
    x: accuracyAxis,
    reference: chanceOf(result),
    pairs,
    notes: [
      tellSpread(result),
      "A wide gap between the two dots is memorised, not learned; a test accuracy to the right of the dashed line is more than always guessing the commonest class gets.",
    ],
  };
}

/** Accuracy over label corruption, as in Fig. 1c of the paper; null with fewer than two levels of it. */
export function accuracyByCorruption(result: TestResult): LineFigure | null {
  const rows = result.summary
    .filter(({ inputs, escalation }) => inputs === "true" && escalation === 0)
    .sort(compareKinds);
  const line = (label: string, read: (row: SummaryRow) => Estimate | null): Line => ({
    label,
    kind: null,
    points: rows.flatMap((row) => {
      const found = read(row);
      if (!found) return [];
      const { mean, low, high, n } = found;
      return [{ x: row.nominal, mean, low, high, n, kind: kindOfRow(row) }];
    }),
  });
  const lines = [
    line("train, labels trained on", (row) => row.trainAccuracy),
    line("test, true labels", (row) => row.testAccuracy),
    line("test, labels corrupted alike", (row) => row.testAccuracyCorrupted),
  ].filter(({ points }) => points.length > 0);
  if (Math.max(0, ...lines.map(({ points }) => points.length)) < 2) return null;
  const told = lines.map(({ label, points }) => {
    const values = points.map(({ x, mean }) => `${formatPercent(mean)} at ${formatShare(x)}`);
    return `Accuracy, ${label}: ${values.join(", ")}`;
  });
  return {
    form: "lines",
    name: "accuracy-by-corruption",
    title: "Accuracy by label corruption",
    subtitle: nameTest(result),
    description: `${told.join(". ")}.`,
    x: { label: "label corruption (share of training labels redrawn)", form: "share", domain: [0, 1] },
    y: accuracyAxis,
    reference: chanceOf(result),
    intervals: "bars",
    panels: [{ title: "", lines }],
    notes: [
      tellSpread(result),
      "The recipe is the one asked for, without escalations.",
      "A redrawn label may be the true one by chance. “Corrupted alike” are test labels redrawn with the same probability: what Fig. 1c of the paper appears to show.",
    ],
  };
}

const kindOfRow = (row: SummaryRow): Kind => kindOfTrial({ ...row, labels: row });
