/**
 * @file The report of a test as one HTML page that needs nothing beside it: no network, no script, no file.
 *
 * Names and messages in a result come from outside and may be hostile; all go through the escaping template.
 */

import type { TestResult } from "../lab/result.ts";
import { drawFigure } from "./charts.ts";
import { csvTable } from "./csv.ts";
import { html, type Insert, type Markup, textOf, trust } from "./escape.ts";
import { type Figure, figuresOf } from "./figure.ts";
import { formatCount, formatNoun } from "./format.ts";
import { conformancePart, provenancePart, readingPart, recipePart } from "./html-facts.ts";
import { factList, htmlTable } from "./html-table.ts";
import { compareKinds, type Kind } from "./kinds.ts";
import { pageStyle } from "./page-style.ts";
import { summaryRecords } from "./records.ts";
import { kindOfTrial, summaryTable, tellSpread, trialTable } from "./table.ts";
import { type Answer, answersOf, headlineOf } from "./words.ts";

/** Chart widths in pixels, for windows wide and narrow. */
const WIDTHS = { wide: 760, narrow: 360 };

/** Characters of JSON that the page carries at most; beyond, the histories are left to the file. */
const MOST_CARRIED = 2_000_000;

/**
 * The page of a test.
 *
 * @param document - What charts are drawn with; see {@link drawFigure}.
 */
export function reportPage(result: TestResult, document: Document): string {
  const { model, dataset, verdict, provenance } = result;
  const kinds = [...result.summary].sort(compareKinds);
  const [first, ...others] = figuresOf(result);
  const draw = (figure: Figure): Markup => figurePart(figure, document);
  const seeds = new Set(result.trials.map(({ seed }) => seed)).size;
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${model.name} on ${dataset.name}: ${headlineOf(verdict)}</title>
<style>${trust(pageStyle([...kinds, ...result.trials.map(kindOfTrial)]))}</style>
</head>
<body>
<main>
<header>
<p class="over">Randomization test</p>
<h1>${headlineOf(verdict)}</h1>
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
</section>
${others.map((figure) => html`<section>${draw(figure)}</section>\n`)}
<section>${conformancePart(result)}</section>
<section>${recipePart(result)}</section>
<section>${trialsPart(result)}</section>
<section>${provenancePart(result)}</section>
<section>${readingPart(result)}</section>
<section>${downloadsPart(result)}</section>
</main>
</body>
</html>
`);
}

const answerPart = ({ question, answer, tone, evidence, reasons }: Answer): Markup => html`
<article class="${tone}">
<h2>${question}</h2>
<p class="answer">${answer}</p>
${factList(evidence)}
<ul>${reasons.map((reason) => html`<li>${keepUnits(reason)}</li>`)}</ul>
</article>`;

/** What went wrong, where something did. */
function troublePart({ trials }: TestResult): Insert {
  const told = (["failed", "diverged"] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count > 0 ? [`${formatNoun(count, "trial")} ${status}`] : [];
  });
  return told.length > 0 && html`<p class="notice">${told.join(", ")}: see “Every trial” below.</p>`;
}

/** Text in which no line ends between a number and its unit. */
const keepUnits = (text: string): string =>
  text.replaceAll(/(\d) (?=%|nats|seed)/g, "$1\u00a0").replaceAll("p = ", "p\u00a0=\u00a0");

/** A figure drawn twice; the style sheet shows the one that fits the window. */
const figurePart = (figure: Figure, document: Document): Markup => html`<h2>${figure.title}</h2>
<figure>
${Object.entries(WIDTHS).map(
  ([name, width]) =>
    html`<div class="${name}">${trust(drawFigure(figure, { document, theme: "page", width }))}</div>`,
)}
<figcaption>${keepUnits(figure.notes.join(" "))}</figcaption>
</figure>`;

function trialsPart(result: TestResult): Markup {
  const kinds: Kind[] = result.trials.map(kindOfTrial).sort(compareKinds);
  return html`<details>
<summary><h2>Every trial</h2></summary>
${htmlTable(trialTable(result), { caption: "The trials, one a row; hashes are SHA-256", kinds })}
</details>`;
}

function downloadsPart(result: TestResult): Markup {
  const whole = JSON.stringify(result);
  const carriesAll = whole.length <= MOST_CARRIED;
  const trials = result.trials.map((trial) => ({ ...trial, history: [] }));
  const carried = carriesAll ? whole : JSON.stringify({ ...result, trials });
  const link = (name: string, text: string, type: string, what: Insert): Markup =>
    html`<li><a download="${name}" href="data:${type};base64,${base64(text)}">${name}</a> ${what}</li>`;
  return html`<h2>Downloads</h2>
<p>Carried by this page, wherever it goes:</p>
<ul>
${link("result.json", carried, "application/json", carriesAll ? "the whole result (schema shatter/test@1)" : "the result without its histories, which are too large to carry")}
${link("summary.csv", csvTable(summaryRecords(result)), "text/csv;charset=utf-8", "the table above, at full precision")}
</ul>
<p>In the folder this page was written to: <a href="result.json">result.json</a>, <a href="summary.csv">summary.csv</a>,
<a href="trials.csv">trials.csv</a>, <a href="history.csv">history.csv</a> (every epoch of every trial)${figuresOf(
    result,
  ).map(({ name }) => html`, <a href="${name}.svg">${name}.svg</a>`)}.</p>`;
}

/** Base64 of a text's UTF-8. */
const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
