/**
 * @file The files of an experiment's report: the page, the tables, the figures, the claims.
 */

import type { ExperimentResult } from "../../lab/experiment-result.ts";
import { type FileMaker, type Format, inFormats } from "../formats.ts";
import { latexGrid } from "../grid-latex.ts";
import { markdownGrid } from "../grid-markdown.ts";
import { pngOf } from "../png.ts";
import { markdownClaims } from "./claims.ts";
import { drawCurves } from "./curve-chart.ts";
import { experimentPage } from "./html.ts";
import { namedPlots, namedTables, pointsStem } from "./names.ts";
import { figureOfPlot } from "./plot-figure.ts";
import { plotRecords, tableRecords } from "./records.ts";
import { gridOf } from "./table-grid.ts";

/**
 * The files of an experiment's report in some formats, the page last.
 *
 * @param document - What charts are drawn with.
 */
export function experimentFiles(
  result: ExperimentResult,
  document: Document,
  wanted: readonly Format[],
): FileMaker[] {
  const { provenance } = result;
  const commit = provenance.commit === null ? "" : ` (commit ${provenance.commit})`;
  const origin = `Shatter ${provenance.version}${commit} from the experiment ${result.name}, started ${provenance.started}`;
  const tables = namedTables(result).flatMap(({ stem, item }): FileMaker[] => {
    const grid = { ...gridOf(item), name: stem };
    return [
      [`${stem}.md`, () => markdownGrid(grid)],
      [`${stem}.csv`, () => tableRecords(item)],
      [`${stem}.tex`, () => latexGrid(grid, origin)],
    ];
  });
  const plots = namedPlots(result).flatMap(({ stem, item }): FileMaker[] => {
    const draw = (): string => drawCurves(figureOfPlot(item, result), { document, theme: "file" });
    return [
      [`${stem}.svg`, draw],
      [`${stem}.png`, () => pngOf(draw())],
      [`${pointsStem(stem)}.csv`, () => plotRecords(item)],
    ];
  });
  const files = inFormats(
    [
      ["result.json", () => `${JSON.stringify(result, null, 2)}\n`],
      ...tables,
      ...plots,
      ["claims.md", () => markdownClaims(result)],
    ],
    wanted,
  );
  const names = files.map(([name]) => name);
  return [...files, ...inFormats([["index.html", () => experimentPage(result, document, names)]], wanted)];
}
