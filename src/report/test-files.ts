/**
 * @file The files of a test's report: the page, the numbers, the figures.
 */

import type { TestResult } from "../paper/test-result.ts";
import { drawFigure } from "./charts.ts";
import { csvTable } from "./csv.ts";
import { figuresOf } from "./figure.ts";
import { type FileMaker, type Format, inFormats } from "./formats.ts";
import { latexGrid } from "./grid-latex.ts";
import { reportPage } from "./html.ts";
import { markdownTable } from "./markdown.ts";
import { pngOf } from "./png.ts";
import { historyRecords, summaryRecords, trialRecords } from "./records.ts";
import { nameTest, summaryTable, tellSpread } from "./table.ts";
import { gridOfTable } from "./table-grid.ts";

/**
 * The files of a test's report in some formats, the page last.
 *
 * @param document - What charts are drawn with.
 */
export function testFiles(result: TestResult, document: Document, wanted: readonly Format[]): FileMaker[] {
  const { provenance } = result;
  const origin = `Shatter ${provenance.version} from a test started ${provenance.started}`;
  const figures = figuresOf(result).flatMap((figure): FileMaker[] => {
    const draw = (): string => drawFigure(figure, { document, theme: "file" });
    return [
      [`${figure.name}.svg`, draw],
      [`${figure.name}.png`, () => pngOf(draw())],
    ];
  });
  const about = {
    name: "summary",
    title: nameTest(result),
    caption: `What each kind of trial ended at. ${tellSpread(result)}`,
  };
  const files = inFormats(
    [
      ["result.json", () => `${JSON.stringify(result, null, 2)}\n`],
      ["summary.md", () => markdownTable(summaryTable(result))],
      ["summary.tex", () => latexGrid(gridOfTable(summaryTable(result), about), origin)],
      ["summary.csv", () => csvTable(summaryRecords(result))],
      ["trials.csv", () => csvTable(trialRecords(result))],
      ["history.csv", () => csvTable(historyRecords(result))],
      ...figures,
    ],
    wanted,
  );
  const names = files.map(([name]) => name);
  return [...files, ...inFormats([["index.html", () => reportPage(result, document, names)]], wanted)];
}
