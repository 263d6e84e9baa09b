/**
 * @file The report of an experiment as one HTML page that needs nothing beside it.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { formatNoun } from "../format.ts";
import { htmlList } from "../grid/html.ts";
import { carriedTables, plotParts, tableParts } from "../html/drawn.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import { type Carried, carriedResult, downloadsPart, htmlPage } from "../html/page.ts";
import {
  citation,
  claimsPart,
  type Fact,
  foldedPart,
  notesPart,
  outcomesPart,
  provenancePart,
} from "../html/parts.ts";
import { tellScale, tellTrials } from "./about.ts";
import { trialsGrid, troubles } from "./trials.ts";

/**
 * The page of an experiment.
 *
 * @param document - What charts are drawn with.
 * @param beside - Names of the files in the folder it will be in.
 */
export function experimentPage(
  result: ExperimentResult,
  document: Document,
  beside: readonly string[] = [],
): string {
  const { title, source, provenance } = result;
  const plots = plotParts(result, document, beside);
  const tables = tableParts(result, "seeds", beside, (table) =>
    table.title === title ? "Ours beside the paper’s" : table.title,
  );
  const nothing =
    plots.length + tables.length === 0 &&
    html`<section><p class="nothing">There is no figure and no table yet.</p></section>`;
  return htmlPage(
    source === null ? title : `${title}: ${source}`,
    html`${headerPart(result)}
${nothing}${plots}${tables}
${claimsPart(result)}
${notesPart(result)}
<section>${trialsPart(result)}</section>
${provenancePart(provenance, dataFacts(result))}
<section>${readingPart(result)}</section>
${downloadsPart(carriedFiles(result), beside)}`,
  );
}

/** Trials with troubles that are named one by one. */
const MOST_NAMED = 12;

/** The head of the page. */
function headerPart(result: ExperimentResult): Markup {
  const { title, question, summary } = result;
  const told = tellTrials(result);
  return html`<header>
<p class="over">${tellScale(result)}</p>
<h1>${title}</h1>
${question && html`<p>${question}</p>`}
${summary && html`<p class="lead">${summary}</p>`}
${told !== "" && html`<p class="under">${told}</p>`}
${outcomesPart(result)}
${troublePart(result)}
</header>`;
}

function troublePart(result: ExperimentResult): Insert {
  const { provenance, trials } = result;
  const found = troubles(result);
  const named = found.slice(0, MOST_NAMED);
  const more = found.length - named.length;
  return [
    trials.length === 0 && html`<p class="notice">No trial has a result yet.</p>`,
    provenance.interrupted &&
      html`<p class="notice">This experiment was interrupted: some trials are missing.</p>`,
    found.length > 0 &&
      html`<div class="notice"><p>${formatNoun(found.length, "trial")} did not come to ${found.length === 1 ? "its" : "their"} end:</p>
<ul class="notes">${named.map(({ what, why }) => html`<li><strong>${what}</strong>: ${why}</li>`)}${more > 0 && html`<li>and ${more} more, see “Every trial” below</li>`}</ul></div>`,
  ];
}

function trialsPart(result: ExperimentResult): Markup {
  const { trials } = result;
  if (trials.length === 0) return html`<h2>Trials</h2>\n<p class="nothing">No trial has a result yet.</p>`;
  return foldedPart(`Every trial (${trials.length})`, htmlList(trialsGrid(result)));
}

/** The data of the trials, each once. */
function dataFacts({ trials }: ExperimentResult): Fact[] {
  const data = new Map(trials.map(({ spec: { dataset } }) => [`${dataset.name} ${dataset.hash}`, dataset]));
  return [...data.values()].map(({ name, train, test, hash }) => [
    "Data",
    html`${name}, ${formatNoun(train, "training example")}, ${formatNoun(test, "test example")},
hash <code>${hash}</code>`,
  ]);
}

function readingPart({ source, claims }: ExperimentResult): Markup {
  const compared =
    source !== null &&
    html`<p>Solid lines and filled marks are ours, dashed lines and hollow marks the paper’s; one colour is one model, or
one kind of data. The paper’s tables are as printed, its curves were read off its figures.</p>`;
  const judged =
    claims.length > 0 &&
    html`<p>A claim is <em>reproduced</em> if everything it needs was measured and holds, <em>not reproduced</em> if
something does not hold, and <em>not tested</em> if something is missing. What it needs is fixed before results are read,
and said with its evidence.</p>`;
  return html`<h2>How to read this</h2>
${compared}
<p>Numbers are means over seeds; n is how many. A ± is the half of the 95 % interval of the mean (Student’s t), which needs
three seeds.</p>
${judged}
${source !== null && citation}`;
}

const carriedFiles = (result: ExperimentResult): Carried[] => [
  carriedResult(result, result.schema, ({ trials, ...rest }) => ({
    ...rest,
    trials: trials.map(({ spec, result: trial }) => ({ spec, result: { ...trial, history: [] } })),
  })),
  ...carriedTables(result),
];
