/**
 * @file The report of a test as one HTML page that needs nothing beside it.
 */

import type { TestResult } from "../paper/test-result.ts";
import { drawFigure } from "./charts.ts";
import { csvTable } from "./csv.ts";
import { html, type Insert, type Markup } from "./escape.ts";
import { type Figure, figuresOf } from "./figure.ts";
import { formatCount, formatNoun } from "./format.ts";
import { conformancePart, provenancePart, readingPart, recipePart, touchedPart } from "./html-facts.ts";
import { type Carried, carriedResult, downloadsPart, figurePart, htmlPage, keepUnits } from "./html-page.ts";
import { factList, htmlTable } from "./html-table.ts";
import { compareKinds, type Kind } from "./kinds.ts";
import { kindColors } from "./page-style.ts";
import { summaryRecords } from "./records.ts";
import { classTable, kindOfTrial, summaryTable, tellSpread, trialTable } from "./table.ts";
import { type Answer, answersOf, headlineOf, tellBest } from "./words.ts";

/**
 * The page of a test.
 *
 * @param document - What charts are drawn with; see {@link drawFigure}.
 * @param beside - Names of the files in the folder it will be in.
 */
export function reportPage(result: TestResult, document: Document, beside: readonly string[] = []): string {
  const { model, dataset, verdict, provenance } = result;
  const kinds = [...result.summary].sort(compareKinds);
  const [first, ...others] = figuresOf(result);
  const draw = (figure: Figure): Markup =>
    figurePart(figure, (width) => drawFigure(figure, { document, theme: "page", width }));
  const best = tellBest(result);
  const seeds = new Set(result.trials.map(({ seed }) => seed)).size;
  const colors = kindColors([...kinds, ...result.trials.map(kindOfTrial)]);
  return htmlPage(
    `${model.name} on ${dataset.name}: ${headlineOf(verdict)}`,
    colors,
    html`<header>
<p class="over">Randomization test</p>
<h1>${keepUnits(headlineOf(verdict))}</h1>
<p class="under"><strong>${model.name}</strong> (${formatNoun(model.parameters, "parameter")}) on
<strong>${dataset.name}</strong>, ${formatCount(dataset.train)} training and
${formatNoun(dataset.test, "test example")}, ${formatNoun(result.trials.length, "trial")}, ${formatNoun(seeds, "seed")}</p>
${provenance.interrupted && html`<p class="notice">This test was interrupted: some trials are missing, and the verdict rests on those that came to their end.</p>`}
${troublePart(result)}
</header>
<section class="answers" aria-label="Verdict">${answersOf(result).map(answerPart)}</section>
${first && html`<section>${draw(first)}</section>`}
<section><h2>Results</h2>
${htmlTable(summaryTable(result), { caption: `What each kind of trial ended at. ${tellSpread(result)}`, kinds })}
${best !== null && html`<p class="remark">${keepUnits(best)}</p>`}
</section>
${others.map((figure) => html`<section>${draw(figure)}</section>\n`)}
${classesPart(result)}
${touchedPart(result)}
<section>${conformancePart(result)}</section>
<section>${recipePart(result)}</section>
<section>${trialsPart(result)}</section>
<section>${provenancePart(result.provenance, [["Data hash", html`<code>${dataset.hash}</code>`]])}</section>
<section>${readingPart(result)}</section>
<section>${downloadsPart(carriedFiles(result), beside)}</section>`,
  );
}

const answerPart = ({ question, answer, tone, evidence, reasons }: Answer): Markup => html`
<article class="${tone}">
<h2>${question}</h2>
<p class="answer">${answer}</p>
${factList(evidence)}
<ul>${reasons.map((reason) => html`<li>${withCode(keepUnits(reason))}</li>`)}</ul>
</article>`;

/** Text whose parts between backticks are code. */
const withCode = (text: string): Insert =>
  text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

/** What went wrong, where something did. */
function troublePart({ trials }: TestResult): Insert {
  const told = (["failed", "diverged"] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count > 0 ? [`${formatNoun(count, "trial")} ${status}`] : [];
  });
  return told.length > 0 && html`<p class="notice">${told.join(", ")}: see “Every trial” below.</p>`;
}

function classesPart(result: TestResult): Insert {
  const table = classTable(result);
  return (
    table !== null &&
    html`<section><details>
<summary><h2>By class</h2></summary>
${htmlTable(table, { caption: "Share of the test examples of each class that are answered right, over seeds" })}
</details></section>`
  );
}

function trialsPart(result: TestResult): Markup {
  const kinds: Kind[] = result.trials.map(kindOfTrial).sort(compareKinds);
  return html`<details>
<summary><h2>Every trial</h2></summary>
${htmlTable(trialTable(result), { caption: "The trials, one a row; hashes are SHA-256", kinds })}
</details>`;
}

const carriedFiles = (result: TestResult): Carried[] => [
  carriedResult(result, "shatter/test@1", ({ trials, ...rest }) => ({
    ...rest,
    trials: trials.map((trial) => ({ ...trial, history: [] })),
  })),
  {
    name: "summary.csv",
    text: csvTable(summaryRecords(result)),
    type: "text/csv;charset=utf-8",
    what: "the table above, at full precision",
  },
];
