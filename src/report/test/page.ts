/**
 * @file The report of a test as one HTML page that needs nothing beside it.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { kindOfTrial } from "../../run/kinds.ts";
import { kindColor, seriesColors } from "../chart/looks.ts";
import { formatNoun } from "../format.ts";
import { htmlList } from "../grid/html.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import {
  BESIDE,
  type Carried,
  carriedResult,
  downloadsPart,
  type FigureWidths,
  figurePart,
  htmlPage,
  keepUnits,
} from "../html/page.ts";
import { foldedPart, provenancePart } from "../html/parts.ts";
import { tellExamples } from "./about.ts";
import { cardsPart, isFirst } from "./cards.ts";
import { conformancePart, dataPart, lookedAtPart, modelFilePart, readingPart, recipePart } from "./facts.ts";
import { drawTestFigure, type TestFigure, testFigures } from "./figures.ts";
import { confusionPart, hardestPart } from "./mistakes.ts";
import { randomizedPart } from "./randomized.ts";
import { summaryCsv } from "./records.ts";
import { summaryGrid, trialGrid } from "./tables.ts";
import { answersOf, headlineOf, tellBest } from "./words.ts";

/**
 * The page of a test.
 *
 * @param document - What charts are drawn with; see {@link drawTestFigure}.
 * @param beside - Names of the files in the folder it will be in.
 */
export function testPage(result: TestResult, document: Document, beside: readonly string[] = []): string {
  const { model, dataset, verdict } = result;
  const [first, ...others] = testFigures(result);
  const draw = (figure: TestFigure, widths?: FigureWidths): Markup =>
    figurePart(figure, (width) => drawTestFigure(figure, { document, theme: "page", width }), widths);
  const answers = answersOf(result);
  const best = tellBest(result);
  const colors = [...result.summary, ...result.trials.map(kindOfTrial)].map(kindColor);
  return htmlPage(
    `${model.name} on ${dataset.name}: ${headlineOf(verdict)}`,
    html`${headerPart(result)}
<div class="opening">
${first && html`<section>${draw(first, BESIDE)}</section>`}
<section class="verdict" aria-label="Verdict">${cardsPart(answers.filter(isFirst))}</section>
${randomizedPart(result)}
</div>
${lookedAtPart(result, cardsPart(answers.filter((answer, place) => !isFirst(answer, place))))}
<section><h2>Results</h2>
${htmlList(summaryGrid(result))}
${best !== null && html`<p class="remark">${keepUnits(best)}</p>`}
</section>
${confusionPart(result)}
${hardestPart(result)}
${others.map((figure) => html`<section>${draw(figure)}</section>\n`)}
${modelFilePart(result)}
${dataPart(result)}
<section>${recipePart(result)}</section>
<section>${conformancePart(result)}</section>
<section>${foldedPart("Every trial", htmlList(trialGrid(result)))}</section>
${provenancePart(result.provenance, [["Data hash", html`<code>${dataset.hash}</code>`]])}
<section id="reading">${readingPart(result)}</section>
${downloadsPart(carriedFiles(result), beside)}`,
    [...seriesColors, ...new Map(colors.map((color) => [color.variable, color])).values()],
  );
}

/** The verdict, what it is of, and what went wrong on the way. */
function headerPart(result: TestResult): Markup {
  const { model, dataset, verdict, provenance } = result;
  const seeds = new Set(result.trials.map(({ seed }) => seed)).size;
  return html`<header>
<p class="over">Randomization test · <a href="#reading">How to read this</a></p>
<h1>${keepUnits(headlineOf(verdict))}</h1>
<p class="under"><strong>${model.name}</strong> (${formatNoun(model.parameters, "parameter")}) on
<strong>${dataset.name}</strong>, ${tellExamples(dataset)}, ${formatNoun(result.trials.length, "trial")}, ${formatNoun(seeds, "seed")}</p>
${provenance.interrupted && html`<p class="notice">This test was interrupted: some trials are missing, and the verdict rests on those that came to their end.</p>`}
${lostPart(result)}
${troublePart(result)}
</header>`;
}

/** What a model file has lost, above all else: the verdict is on what is left. */
const lostPart = ({ model }: TestResult): Insert =>
  model.file?.findings
    .filter(({ kind }) => kind === "lost")
    .map(
      ({ what }) =>
        html`<p class="notice">The exporter took something away: ${what}. The verdict is on what is left.</p>`,
    );

/** What went wrong, where something did. */
function troublePart({ trials }: TestResult): Insert {
  const told = (["failed", "diverged"] as const).flatMap((status) => {
    const count = trials.filter((trial) => trial.status === status).length;
    return count > 0 ? [`${formatNoun(count, "trial")} ${status}`] : [];
  });
  return told.length > 0 && html`<p class="notice">${told.join(", ")}: see “Every trial” below.</p>`;
}

const carriedFiles = (result: TestResult): Carried[] => [
  carriedResult(result, "shatter/test@1", ({ trials, pictures: _, ...rest }) => ({
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
