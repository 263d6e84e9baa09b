/**
 * @file The files of a report that can be downloaded, and what each is.
 */

import type { Context } from "hono";
import { getMimeType } from "hono/utils/mime";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { namedPlots, namedTables, pointsStem } from "../report/names.ts";
import type { TheoryResult } from "../theory/theory-result.ts";
import type { Helper } from "./helper.ts";
import { notFound } from "./refusal.ts";

/** A file and what it is, in words. */
interface ReportFile {
  readonly name: string;
  readonly title: string;
}

const TABLE = { csv: "as CSV, in full precision", md: "as Markdown", tex: "as LaTeX" };
const PLOT = { svg: "as SVG", png: "as PNG" };

const CLAIMS = { name: "claims.md", title: "The paper's claims and the evidence, as Markdown" };

/** The files of a report, in the order of its tables and plots; `reportFiles` of the report room makes them. */
export function reportFiles(document: ExperimentResult | TheoryResult): ReportFile[] {
  const tables = namedTables(document).flatMap(({ stem, item }) =>
    Object.entries(TABLE).map(([end, how]) => ({ name: `${stem}.${end}`, title: `${item.title} ${how}` })),
  );
  const plots = namedPlots(document).flatMap(({ stem, item }) => [
    ...Object.entries(PLOT).map(([end, how]) => ({ name: `${stem}.${end}`, title: `${item.title} ${how}` })),
    { name: `${pointsStem(stem)}.csv`, title: `Points of ${item.title}, as CSV` },
  ]);
  return [
    { name: "index.html", title: "The whole report, one page" },
    { name: "result.json", title: "The result, with all its numbers" },
    ...(document.claims.length > 0 ? [CLAIMS] : []),
    ...plots,
    ...tables,
  ];
}

/**
 * A file of a report, as a download.
 *
 * @throws Refusal (404) if the report has none of that name.
 */
export async function sendReportFile(
  context: Context,
  helper: Helper,
  { id, name, document }: { id: string; name: string; document: ExperimentResult | TheoryResult },
): Promise<Response> {
  if (!reportFiles(document).some((file) => file.name === name)) throw notFound("report file", name);
  const content = await helper.ask("file", { document, name });
  // A report's page brings its own style and pictures: it is for keeping, and not for showing here.
  return context.body(typeof content === "string" ? content : new Uint8Array(content), 200, {
    "Content-Type": getMimeType(name) ?? "text/plain; charset=utf-8",
    // Headers have no letters of other scripts (RFC 8187).
    "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${id}-${name}`)}`,
    "Cache-Control": "no-cache",
  });
}
