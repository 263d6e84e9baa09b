/**
 * @file The files of a theory's report: the page, the tables, the figures, the claims.
 */

import type { TheoryResult } from "../../theory/theory-result.ts";
import { markdownClaims } from "../experiment/claims.ts";
import { drawCurves } from "../experiment/curve-chart.ts";
import { namedPlots, namedTables, pointsStem } from "../experiment/names.ts";
import { figureOfPlot } from "../experiment/plot-figure.ts";
import { plotRecords, tableRecords } from "../experiment/records.ts";
import { gridOf } from "../experiment/table-grid.ts";
import { type FileMaker, type Format, inFormats } from "../formats.ts";
import { latexGrid } from "../grid-latex.ts";
import { markdownGrid } from "../grid-markdown.ts";
import { pngOf } from "../png.ts";
import { theoryPage } from "./html.ts";

/**
 * The files of a theory's report in some formats, the page last.
 *
 * @param document - What charts are drawn with.
 */
export function theoryFiles(
  result: TheoryResult,
  document: Document,
  wanted: readonly Format[],
): FileMaker[] {
  const { name, provenance, claims } = result;
  const commit = provenance.commit === null ? "" : ` (commit ${provenance.commit})`;
  const origin = `Shatter ${provenance.version}${commit}, shatter theory ${name}, started ${provenance.started}`;
  const tables = namedTables(result).flatMap(({ stem, item }): FileMaker[] => {
    const grid = { ...gridOf(item, "other"), name: stem };
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
  const told: FileMaker[] = claims.length > 0 ? [["claims.md", () => markdownClaims(result)]] : [];
  const files = inFormats(
    [["result.json", () => `${JSON.stringify(result, null, 2)}\n`], ...tables, ...plots, ...told],
    wanted,
  );
  const names = files.map(([file]) => file);
  return [...files, ...inFormats([["index.html", () => theoryPage(result, document, names)]], wanted)];
}
