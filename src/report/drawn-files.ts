/**
 * @file The tables and figures of a document as files.
 */

import { drawCurves } from "./chart/curve-chart.ts";
import { figureOfPlot } from "./chart/figure.ts";
import { plotCsv, tableCsv } from "./csv.ts";
import type { FileMaker } from "./formats.ts";
import { latexGrid } from "./grid/latex.ts";
import { markdownGrid } from "./grid/markdown.ts";
import { gridOf, type Repetitions } from "./grid/table-grid.ts";
import { type Drawn, namedPlots, namedTables, pointsStem } from "./names.ts";

/** What drawing needs of where it is done. */
export interface DrawingTools {
  /** What elements are made with: a browser's document, or one that poses as such. */
  readonly document: Document;
  /** A drawing as PNG. */
  readonly toPng: (svg: string) => Promise<Uint8Array>;
}

/** A figure as SVG and PNG. */
export const figureFiles = (
  stem: string,
  draw: () => string,
  { toPng }: Pick<DrawingTools, "toPng">,
): FileMaker[] => [
  [`${stem}.svg`, draw],
  [`${stem}.png`, () => toPng(draw())],
];

/**
 * Each table as Markdown, CSV and LaTeX, and each plot as SVG, PNG and the CSV of its points.
 *
 * @param origin - Where the tables come from, said in their LaTeX.
 * @param repetitions - What measurements are means over.
 */
export function drawnFiles(
  drawn: Drawn,
  origin: string,
  repetitions: Repetitions,
  tools: DrawingTools,
): FileMaker[] {
  const tables = namedTables(drawn).flatMap(({ stem, item }): FileMaker[] => {
    const grid = { ...gridOf(item, repetitions), name: stem };
    return [
      [`${stem}.md`, () => markdownGrid(grid)],
      [`${stem}.csv`, () => tableCsv(item)],
      [`${stem}.tex`, () => latexGrid(grid, origin)],
    ];
  });
  const plots = namedPlots(drawn).flatMap(({ stem, item }): FileMaker[] => {
    const options = { document: tools.document, theme: "file" } as const;
    return [
      ...figureFiles(stem, () => drawCurves(figureOfPlot(item, drawn), options), tools),
      [`${pointsStem(stem)}.csv`, () => plotCsv(item)],
    ];
  });
  return [...tables, ...plots];
}
