/**
 * @file The tables and figures of a document, an experiment's or a theory's, as files.
 */

import type { FileMaker } from "../formats.ts";
import { latexGrid } from "../grid-latex.ts";
import { markdownGrid } from "../grid-markdown.ts";
import { pngOf } from "../png.ts";
import { drawCurves } from "./curve-chart.ts";
import { type Drawn, namedPlots, namedTables, pointsStem } from "./names.ts";
import { figureOfPlot } from "./plot-figure.ts";
import { plotRecords, tableRecords } from "./records.ts";
import { gridOf, type Repetitions } from "./table-grid.ts";

/**
 * Each table as Markdown, CSV and LaTeX, and each plot as SVG, PNG and the CSV of its points.
 *
 * @param source - Where the tables come from, said in their LaTeX.
 * @param repetitions - What measurements are means over.
 * @param document - What charts are drawn with.
 */
export function drawnFiles(
  drawn: Drawn,
  source: string,
  repetitions: Repetitions,
  document: Document,
): FileMaker[] {
  const tables = namedTables(drawn).flatMap(({ stem, item }): FileMaker[] => {
    const grid = { ...gridOf(item, repetitions), name: stem };
    return [
      [`${stem}.md`, () => markdownGrid(grid)],
      [`${stem}.csv`, () => tableRecords(item)],
      [`${stem}.tex`, () => latexGrid(grid, source)],
    ];
  });
  const plots = namedPlots(drawn).flatMap(({ stem, item }): FileMaker[] => {
    const draw = (): string => drawCurves(figureOfPlot(item, drawn), { document, theme: "file" });
    return [
      [`${stem}.svg`, draw],
      [`${stem}.png`, () => pngOf(draw())],
      [`${pointsStem(stem)}.csv`, () => plotRecords(item)],
    ];
  });
  return [...tables, ...plots];
}
