/**
 * @file The report as one HTML page.
 */

import type { TestResult } from "../lab/result.ts";
import { html, textOf } from "./escape.ts";
import { formatCell, summaryTable } from "./table.ts";

/** The page of a test. */
export function reportPage(result: TestResult, _document: Document): string {
  const { columns, rows } = summaryTable(result);
  return textOf(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Shatter: ${result.model.name} on ${result.dataset.name}</title>
<h1>${result.model.name} on ${result.dataset.name}</h1>
<p>${result.verdict.text}</p>
<table><tr>${columns.map(({ title }) => html`<th>${title}</th>`)}</tr>
${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td>${formatCell(columns[index]!, cell)}</td>`)}</tr>`)}
</table>
</html>
`);
}
