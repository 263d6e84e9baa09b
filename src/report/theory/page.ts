/**
 * @file The report of a theory as one HTML page that needs nothing beside it.
 */

import type { TheoryResult } from "../../theory/theory-result.ts";
import { carriedTables, plotParts, tableParts } from "../html/drawn.ts";
import { html, type Markup } from "../html/escape.ts";
import { type Carried, carriedResult, downloadsPart, htmlPage, keepUnits } from "../html/page.ts";
import {
  citation,
  claimsPart,
  factList,
  notesPart,
  outcomesPart,
  provenancePart,
  sentencesPart,
} from "../html/parts.ts";
import { commandOf } from "./command.ts";

/**
 * The page of a theory.
 *
 * @param document - What charts are drawn with.
 * @param beside - Names of the files in the folder it will be in.
 */
export function theoryPage(result: TheoryResult, document: Document, beside: readonly string[] = []): string {
  return htmlPage(
    `${result.title}: ${result.source}`,
    html`${headerPart(result)}
${sentencesPart("What came out", result.findings.slice(1))}
${plotParts(result, document, beside)}${tableParts(result, "other", beside)}
${claimsPart(result)}
${sentencesPart("How it was computed", result.method)}
${notesPart(result)}
<section>${settingsPart(result)}</section>
${provenancePart(result.provenance, [], false)}
<section>${readingPart(result)}</section>
${downloadsPart(carriedFiles(result), beside)}`,
  );
}

function headerPart(result: TheoryResult): Markup {
  const { title, source, question, findings, provenance } = result;
  return html`<header>
<p class="over">${source}</p>
<h1>${title}</h1>
<p>${question}</p>
${findings[0] !== undefined && html`<p><strong>${keepUnits(findings[0])}</strong></p>`}
${outcomesPart(result)}
${
  provenance.interrupted &&
  html`<p class="notice">This computation was interrupted: some numbers are missing.</p>`
}
</header>`;
}

const settingsPart = ({ settings, ...theory }: TheoryResult): Markup => html`<h2>Settings</h2>
<p>Of <code>${commandOf(theory)}</code>, by the name of the option.</p>
${factList(Object.entries(settings).map(([option, value]) => [option, value === null ? "–" : String(value)]))}`;

function readingPart({ tables, plots, claims }: TheoryResult): Markup {
  const isCompared =
    plots.some(({ series }) => series.some(({ paper }) => paper.length > 0)) ||
    tables.some(({ rows }) =>
      rows.some((row) =>
        Object.values(row).some((cell) => "measurement" in cell && cell.measurement.paper !== null),
      ),
    );
  return html`<h2>How to read this</h2>
${
  isCompared &&
  html`<p>Numbers headed “paper” are as printed there; dashed lines and hollow marks are the paper’s, solid lines and filled
marks ours.</p>`
}
${
  claims.length > 0 &&
  html`<p>A claim is <em>reproduced</em> if everything it needs was computed and holds, <em>not reproduced</em> if
something does not hold, and <em>not tested</em> if something is missing.</p>`
}
<p>10⁻⁶ is a millionth. Sizes in memory are in binary units: a GiB is 2³⁰ bytes.</p>
${citation}`;
}

const carriedFiles = (result: TheoryResult): Carried[] => [
  // There are no histories to leave out: nothing in the document is as long as the data.
  carriedResult(result, result.schema, (whole) => whole),
  ...carriedTables(result),
];
