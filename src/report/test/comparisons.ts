/**
 * @file Figures that compare kinds of trials by what they ended at.
 */

import type { Estimate } from "../../base/statistics.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { compareKinds, nameEscalated } from "../../run/kinds.ts";
import type { SummaryRow } from "../../verdict/schema.ts";
import { formatR2 } from "../../verdict/words.ts";
import type { CurveFigure, DrawnSeries } from "../chart/figure.ts";
import { kindColor, MEASURES, markingOf } from "../chart/looks.ts";
import type { PairFigure } from "../chart/pair-chart.ts";
import { formatEstimate } from "../format.ts";
import { formatSet } from "../units.ts";
import { wordingOf } from "../wording.ts";
import { nameTest, tellSpread } from "./about.ts";
import { chanceOf, LOWEST_R2, scoreAxis, testFigure } from "./curves.ts";

/** How much was memorized and how much was learned, a pair of dots a kind; null if nothing was measured. */
export function learningAndMemorizing(result: TestResult): PairFigure | null {
  const pairs = [...result.summary]
    .sort(compareKinds)
    .map((row) => ({
      label: nameEscalated(row),
      color: kindColor(row),
      train: row.trainAccuracy,
      test: row.testAccuracy,
    }))
    .filter(({ train, test }) => train !== null || test !== null);
  if (pairs.length === 0) return null;
  const { name, unit } = wordingOf(result.dataset);
  const show = (estimate: Estimate | null): string =>
    formatEstimate(estimate, unit === "share" ? "percent" : unit);
  const told = pairs.map(({ label, train, test }) => `${label}: train ${show(train)}, test ${show(test)}`);
  const { label, y: x } = chanceOf(result);
  return {
    name: "learning-and-memorising",
    title: "What it fits, and what it learns",
    subtitle: nameTest(result),
    description: `Train and test ${name} by what was trained on. ${told.join("; ")}. Always guessing: ${label}.`,
    notes: [
      tellSpread(result),
      `A wide gap between the two dots is memorised, not learned; a test ${name} to the right of the dotted line is more than ${unit === "r2" ? "always answering the mean" : "always guessing the commonest class"} gets.`,
    ],
    pairs,
    guide: { label, x },
    ...(result.dataset.target && {
      axis: {
        label: name,
        domain: pairDomain(pairs),
        write: formatR2,
        tick: (value: number) => formatSet(value, "r2"),
      },
    }),
  };
}

/** Levels of corruption that make a line. */
const FEWEST_LEVELS = 3;

/** From the least R squared that is told apart to 1. */
function pairDomain(pairs: readonly Pick<PairFigure["pairs"][number], "train" | "test">[]): [number, number] {
  const means = pairs.flatMap(({ train, test }) => [train?.mean ?? 0, test?.mean ?? 0]);
  return [Math.max(LOWEST_R2, Math.min(0, ...means)), 1];
}

/** Accuracy over label corruption, as in Fig. 1c of the paper; null with fewer than three levels of it: two are in every other figure. */
export function accuracyByCorruption(result: TestResult): CurveFigure | null {
  const rows = result.summary
    .filter(({ inputs, escalation }) => inputs === "true" && escalation === 0)
    .sort(compareKinds);
  // What is measured has colors of its own: those of kinds say what was trained on.
  const line = (title: string, place: number, read: (row: SummaryRow) => Estimate | null): DrawnSeries => ({
    title,
    marking: { ...markingOf(place), shape: place - MEASURES },
    points: rows.flatMap((row) => {
      const found = read(row);
      return found ? [{ x: row.nominal, y: found.mean, low: found.low, high: found.high, n: found.n }] : [];
    }),
    paper: [],
  });
  const series = [
    line("train, labels trained on", MEASURES, (row) => row.trainAccuracy),
    // What is asked first lies on top, where lines are the same.
    line("test, labels corrupted alike", MEASURES + 1, (row) => row.testAccuracyCorrupted),
    line("test, true labels", MEASURES + 2, (row) => row.testAccuracy),
  ].filter(({ points }) => points.length > 0);
  if (series.every(({ points }) => points.length < FEWEST_LEVELS)) return null;
  const { title } = wordingOf(result.dataset);
  return testFigure(result, {
    name: "accuracy-by-corruption",
    title: `${title} by label corruption`,
    caption: `${tellSpread(result)} The recipe is the one asked for, without escalations. A redrawn label may be the true one by chance. “Corrupted alike” are test labels redrawn with the same probability: what Fig. 1c of the paper appears to show.`,
    x: {
      label: `Label corruption (share of training labels ${result.dataset.target ? "permuted" : "redrawn"})`,
      unit: "share",
      domain: [0, 1],
    },
    y: scoreAxis(result, series),
    guides: [chanceOf(result)],
    series,
  });
}
