/**
 * @file The report of a test as one HTML page that needs nothing beside it.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { kindOfTrial } from "../../run/kinds.ts";
import { kindColor } from "../chart/looks.ts";
import { formatNoun } from "../format.ts";
import { htmlList } from "../grid/html.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import { type Carried, carriedResult, downloadsPart, figurePart, htmlPage, keepUnits } from "../html/page.ts";
import { factList, foldedPart, provenancePart, withCode } from "../html/parts.ts";
import { tellExamples } from "./about.ts";
import { conformancePart, dataPart, modelFilePart, readingPart, recipePart, touchedPart } from "./facts.ts";
import { drawTestFigure, type TestFigure, testFigures } from "./figures.ts";
import { summaryCsv } from "./records.ts";
import { classGrid, summaryGrid, trialGrid } from "./tables.ts";
import { type Answer, answersOf, headlineOf, tellBest } from "./words.ts";

/**
 * The page of a test.
 *
 * @param document - What charts are drawn with; see {@link drawTestFigure}.
 * @param beside - Names of the files in the folder it will be in.
 */
export function testPage(result: TestResult, document: Document, beside: readonly string[] = []): string {
  const { model, dataset, verdict, provenance } = result;
  const [first, ...others] = testFigures(result);
  const draw = (figure: TestFigure): Markup => html`<section>
${figurePart(figure, (width) => drawTestFigure(figure, { document, theme: "page", width }))}
</section>\n`;
  const best = tellBest(result);
  const seeds = new Set(result.trials.map(({ seed }) => seed)).size;
  const colors = [...result.summary, ...result.trials.map(kindOfTrial)].map(kindColor);
  return htmlPage(
    `${model.name} on ${dataset.name}: ${headlineOf(verdict)}`,
    html`<header>
<p class="over">Randomization test</p>
<h1>${keepUnits(headlineOf(verdict))}</h1>
<p class="under"><strong>${model.name}</strong> (${formatNoun(model.parameters, "parameter")}) on
<strong>${dataset.name}</strong>, ${tellExamples(dataset)}, ${formatNoun(result.trials.length, "trial")}, ${formatNoun(seeds, "seed")}</p>
${provenance.interrupted && html`<p class="notice">This test was interrupted: some trials are missing, and the verdict rests on those that came to their end.</p>`}
${lostPart(result)}
${troublePart(result)}
</header>
<section class="answers" aria-label="Verdict">${answersOf(result).map(answerPart)}</section>
${first && draw(first)}
<section><h2>Results</h2>
${htmlList(summaryGrid(result))}
${best !== null && html`<p class="remark">${keepUnits(best)}</p>`}
</section>
${modelFilePart(result)}
${others.map(draw)}
${classesPart(result)}
${dataPart(result)}
${touchedPart(result)}
<section>${conformancePart(result)}</section>
<section>${recipePart(result)}</section>
<section>${foldedPart("Every trial", htmlList(trialGrid(result)))}</section>
${provenancePart(result.provenance, [["Data hash", html`<code>${dataset.hash}</code>`]])}
<section>${readingPart(result)}</section>
${downloadsPart(carriedFiles(result), beside)}`,
    [...new Map(colors.map((color) => [color.variable, color])).values()],
  );
}

/** What a model file has lost, above all else: the verdict is on what is left. */
const lostPart = ({ model }: TestResult): Insert =>
  model.file?.findings
    .filter(({ kind }) => kind === "lost")
    .map(
      ({ what }) =>
        html`<p class="notice">The exporter took something away: ${what}. The verdict is on what is left.</p>`,
    );

const answerPart = ({ question, answer, tone, evidence, reasons }: Answer): Markup => html`
<article class="${tone}">
<h2>${question}</h2>
<p class="answer">${answer}</p>
${factList(evidence)}
<ul>${reasons.map((reason) => html`<li>${withCode(keepUnits(reason))}</li>`)}</ul>
</article>`;

/** What went wrong, where something did. */
function troublePart({ trials }: TestResult): Insert {
  const told = (["failed", "diverged"] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count > 0 ? [`${formatNoun(count, "trial")} ${status}`] : [];
  });
  return told.length > 0 && html`<p class="notice">${told.join(", ")}: see “Every trial” below.</p>`;
}

function classesPart(result: TestResult): Insert {
  const grid = classGrid(result);
  return grid !== null && html`<section>${foldedPart(grid.title, htmlList(grid))}</section>`;
}

const carriedFiles = (result: TestResult): Carried[] => [
  carriedResult(result, "shatter/test@1", ({ trials, ...rest }) => ({
    ...rest,
    trials: trials.map((trial) => ({ ...trial, history: [] })),
  })),
  {
    name: "summary.csv",
    text: summaryCsv(result),
    type: "text/csv;charset=utf-8",
    what: "the table above, at full precision",
  },
];
