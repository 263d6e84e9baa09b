/**
 * @file The files of a report: the document itself, its tables, figures and claims, and the page that has it all.
 */

import type { TestResult } from "../paper/test-result.ts";
import { drawnOfAudit } from "./audit/about.ts";
import { auditPage } from "./audit/page.ts";
import { markdownClaims } from "./claims.ts";
import { type DrawingTools, drawnFiles, figureFiles } from "./drawn-files.ts";
import { experimentPage } from "./experiment/page.ts";
import { type FileMaker, type Format, inFormats } from "./formats.ts";
import { latexGrid } from "./grid/latex.ts";
import { markdownRows } from "./grid/markdown.ts";
import type { AnyResult } from "./parse-result.ts";
import { drawTestFigure, testFigures } from "./test/figures.ts";
import { testPage } from "./test/page.ts";
import { historyCsv, summaryCsv, trialsCsv } from "./test/records.ts";
import { summaryGrid } from "./test/tables.ts";
import { commandOf } from "./theory/command.ts";
import { theoryPage } from "./theory/page.ts";

/** The files of a report in some formats, the page last. */
export function reportFiles(result: AnyResult, tools: DrawingTools, wanted: readonly Format[]): FileMaker[] {
  const files = inFormats(
    [["result.json", () => `${JSON.stringify(result, null, 2)}\n`], ...partFiles(result, tools)],
    wanted,
  );
  const names = files.map(([name]) => name);
  return [...files, ...inFormats([["index.html", () => pageOf(result, tools.document, names)]], wanted)];
}

function pageOf(result: AnyResult, document: Document, beside: readonly string[]): string {
  switch (result.schema) {
    case "shatter/test@1":
      return testPage(result, document, beside);
    case "shatter/experiment@1":
      return experimentPage(result, document, beside);
    case "shatter/theory@1":
      return theoryPage(result, document, beside);
    case "shatter/audit@1":
      return auditPage(result, document, beside);
  }
}

function partFiles(result: AnyResult, tools: DrawingTools): FileMaker[] {
  const { version, commit, started } = result.provenance;
  const maker = `Shatter ${version}${commit === null ? "" : ` (commit ${commit})`}`;
  switch (result.schema) {
    case "shatter/test@1":
      return testFiles(result, `Shatter ${version} from a test started ${started}`, tools);
    case "shatter/experiment@1": {
      const origin = `${maker} from the experiment ${result.name}, started ${started}`;
      return [...drawnFiles(result, origin, "seeds", tools), ["claims.md", () => markdownClaims(result)]];
    }
    case "shatter/theory@1": {
      const origin = `${maker}, ${commandOf(result)}, started ${started}`;
      const claims: FileMaker[] = [["claims.md", () => markdownClaims(result)]];
      return [...drawnFiles(result, origin, "other", tools), ...(result.claims.length > 0 ? claims : [])];
    }
    case "shatter/audit@1":
      return drawnFiles(
        drawnOfAudit(result),
        `${maker}, an audit of data, started ${started}`,
        "other",
        tools,
      );
  }
}

/** A test has tables and figures of its own, and every number for machines. */
function testFiles(result: TestResult, origin: string, tools: DrawingTools): FileMaker[] {
  const options = { document: tools.document, theme: "file" } as const;
  return [
    ["summary.md", () => `${markdownRows(summaryGrid(result))}\n`],
    ["summary.tex", () => latexGrid(summaryGrid(result), origin)],
    ["summary.csv", () => summaryCsv(result)],
    ["trials.csv", () => trialsCsv(result)],
    ["history.csv", () => historyCsv(result)],
    ...testFigures(result).flatMap((figure) =>
      figureFiles(figure.name, () => drawTestFigure(figure, options), tools),
    ),
  ];
}
