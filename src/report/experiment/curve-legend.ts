/**
 * @file The legend of an experiment's chart: which lines are ours and which the paper's, and what each is about.
 */

import type { Board, Drawing } from "../frame.ts";
import { drawLegend, type Entry } from "../legend.ts";
import type { Curve } from "./plot-figure.ts";
import { oursLook, paperLook } from "./series-look.ts";

/** Draw the legend; a line we have not measured looks as the paper's. */
export function curveLegend(curves: readonly Curve[], colors: readonly string[], board: Board): Drawing {
  const { ink } = board.paper;
  const isCompared = curves.some(({ paper }) => paper.length > 0);
  const sides: Entry[] = isCompared
    ? [
        { label: "ours", look: oursLook(ink, 0) },
        { label: "paper", look: paperLook(ink, 0) },
      ]
    : [];
  const lines = curves.map(({ label, ours, paper }, index): Entry => {
    const isMeasured = ours.some(({ y }) => y !== null) || paper.length === 0;
    return { label, look: (isMeasured ? oursLook : paperLook)(colors[index]!, index) };
  });
  return drawLegend([...sides, ...lines], board);
}
