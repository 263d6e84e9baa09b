/**
 * @file The files of a report that can be downloaded, and what each is.
 */

import type { ExperimentResult } from "../paper/experiment-result.ts";
import { namedPlots, namedTables, pointsStem } from "../report/names.ts";

/** A file and what it is, in words. */
interface ReportFile {
  readonly name: string;
  readonly title: string;
}

const TABLE = { csv: "as CSV, in full precision", md: "as Markdown", tex: "as LaTeX" };
const PLOT = { svg: "as SVG", png: "as PNG" };

/** The files of a report, in the order of its tables and plots; `reportFiles` of the report room makes them. */
export function reportFiles(document: ExperimentResult): ReportFile[] {
  const tables = namedTables(document).flatMap(({ stem, item }) =>
    Object.entries(TABLE).map(([end, how]) => ({ name: `${stem}.${end}`, title: `${item.title} ${how}` })),
  );
  const plots = namedPlots(document).flatMap(({ stem, item }) => [
    ...Object.entries(PLOT).map(([end, how]) => ({ name: `${stem}.${end}`, title: `${item.title} ${how}` })),
    { name: `${pointsStem(stem)}.csv`, title: `Points of ${item.title}, as CSV` },
  ]);
  return [
    { name: "index.html", title: "The whole report, one page" },
    { name: "result.json", title: "The result, with every trial" },
    { name: "claims.md", title: "The paper's claims and the evidence, as Markdown" },
    ...plots,
    ...tables,
  ];
}
