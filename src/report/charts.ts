/**
 * @file Draws the figures of a test as SVG, with Observable Plot.
 *
 * On a page the colours of kinds of trials come from CSS, one variable a kind; in a file they are fixed.
 */

import type { Figure } from "./figure.ts";
import { type DrawOptions, drawFrame } from "./frame.ts";
import { type Inks, legendOf } from "./legend.ts";
import { lineChart } from "./line-chart.ts";
import { pairChart } from "./pair-chart.ts";
import { colorOf, variableOf } from "./palette.ts";

/** Draw a figure; the same figure gives the same bytes. */
export function drawFigure(figure: Figure, options: DrawOptions): string {
  return drawFrame(figure, options, ({ paper, width, plot }) => {
    const inks: Inks = {
      ...paper,
      of: (kind) => (options.theme === "page" ? `var(${variableOf(kind)})` : colorOf(kind, "light")),
    };
    const easel = { inks, width, plot };
    return [
      legendOf(figure, easel),
      figure.form === "lines" ? lineChart(figure, easel) : pairChart(figure, easel),
    ];
  });
}
