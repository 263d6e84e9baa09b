/**
 * @file The report of an experiment as one HTML page that needs nothing beside it.
 */

import type { ExperimentResult } from "../../lab/experiment-result.ts";
import { html, type Insert, type Markup } from "../escape.ts";
import { formatNoun } from "../format.ts";
import { htmlGrid } from "../grid-html.ts";
import { citation, provenancePart } from "../html-facts.ts";
import { type Carried, carriedResult, downloadsPart, figurePart, htmlPage } from "../html-page.ts";
import { htmlTable } from "../html-table.ts";
import { drawCurves } from "./curve-chart.ts";
import { headerPart } from "./html-header.ts";
import { claimsPart, lineColors, linksTo, notesPart } from "./html-parts.ts";
import { namedPlots, namedTables, pointsStem } from "./names.ts";
import { figureOfPlot } from "./plot-figure.ts";
import { tableRecords } from "./records.ts";
import { gridOf } from "./table-grid.ts";
import { trialsTable } from "./trials.ts";

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
  const filesOf = (names: readonly string[]): Insert =>
    linksTo(names.filter((name) => beside.includes(name)));
  const plots = namedPlots(result).map(({ stem, item }) => {
    const figure = figureOfPlot(item, result);
    return html`<section>
${figurePart(figure, (width) => drawCurves(figure, { document, theme: "page", width }))}
${filesOf([`${stem}.svg`, `${stem}.png`, `${pointsStem(stem)}.csv`])}
</section>\n`;
  });
  const tables = namedTables(result).map(
    ({
      stem,
      item,
    }) => html`<section><h2>${item.title === title ? "Ours beside the paper’s" : item.title}</h2>
${htmlGrid({ ...gridOf(item), name: stem })}
${filesOf([`${stem}.md`, `${stem}.csv`, `${stem}.tex`])}
</section>\n`,
  );
  const nothing =
    plots.length + tables.length === 0 &&
    html`<section><p class="nothing">There is no figure and no table yet.</p></section>`;
  return htmlPage(
    source === null ? title : `${title}: ${source}`,
    lineColors,
    html`${headerPart(result)}
${nothing}${plots}${tables}
${claimsPart(result)}
${notesPart(result)}
<section>${trialsPart(result)}</section>
<section>${provenancePart(provenance, dataFacts(result))}</section>
<section>${readingPart(result)}</section>
<section>${downloadsPart(carriedFiles(result), beside)}</section>`,
  );
}

function trialsPart(result: ExperimentResult): Markup {
  const { trials } = result;
  if (trials.length === 0) return html`<h2>Trials</h2>\n<p class="nothing">No trial has a result yet.</p>`;
  return html`<details>
<summary><h2>Every trial (${trials.length})</h2></summary>
${htmlTable(trialsTable(result), { caption: "The trials, one a row; a trial’s name is the hash of its spec" })}
</details>`;
}

/** The data of the trials, each once. */
function dataFacts({ trials }: ExperimentResult): (readonly [string, Insert])[] {
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
two seeds, and is wide with two.</p>
${judged}
${source !== null && citation}`;
}

const carriedFiles = (result: ExperimentResult): Carried[] => [
  carriedResult(result, result.schema, ({ trials, ...rest }) => ({
    ...rest,
    trials: trials.map(({ spec, result: trial }) => ({ spec, result: { ...trial, history: [] } })),
  })),
  ...namedTables(result).map(
    ({ stem, item }): Carried => ({
      name: `${stem}.csv`,
      text: tableRecords(item),
      type: "text/csv;charset=utf-8",
      what: `${item.title}, at full precision`,
    }),
  ),
];
