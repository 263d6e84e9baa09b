/**
 * @file The tables and figures of a document, an experiment's or a theory's, as parts of its page.
 */

import type { Table } from "../../document/table.ts";
import { drawCurves } from "../chart/curve-chart.ts";
import { figureOfPlot } from "../chart/figure.ts";
import { tableCsv } from "../csv.ts";
import { htmlGrid } from "../grid/html.ts";
import { gridOf, type Repetitions } from "../grid/table-grid.ts";
import { type Drawn, namedPlots, namedTables, pointsStem } from "../names.ts";
import { html, type Insert, type Markup } from "./escape.ts";
import { type Carried, figurePart, linksTo } from "./page.ts";

/**
 * A section a plot.
 *
 * @param document - What charts are drawn with.
 * @param beside - Names of the files in the page's folder; those of the plot are linked.
 */
export const plotParts = (drawn: Drawn, document: Document, beside: readonly string[]): Markup[] =>
  namedPlots(drawn).map(({ stem, item }) => {
    const figure = figureOfPlot(item, drawn);
    return html`<section>
${figurePart(figure, (width) => drawCurves(figure, { document, theme: "page", width }))}
${linksAmong(beside, [`${stem}.svg`, `${stem}.png`, `${pointsStem(stem)}.csv`])}
</section>\n`;
  });

/**
 * A section a table.
 *
 * @param repetitions - What measurements are means over.
 * @param beside - Names of the files in the page's folder; those of the table are linked.
 * @param headingOf - What stands above a table, its title unless given.
 */
export const tableParts = (
  drawn: Drawn,
  repetitions: Repetitions,
  beside: readonly string[],
  headingOf = ({ title }: Table): string => title,
): Markup[] =>
  namedTables(drawn).map(
    ({ stem, item }) => html`<section><h2>${headingOf(item)}</h2>
${htmlGrid({ ...gridOf(item, repetitions), name: stem })}
${linksAmong(beside, [`${stem}.md`, `${stem}.csv`, `${stem}.tex`])}
</section>\n`,
  );

/** The tables as files that the page carries. */
export const carriedTables = (drawn: Drawn): Carried[] =>
  namedTables(drawn).map(({ stem, item }) => ({
    name: `${stem}.csv`,
    text: tableCsv(item),
    type: "text/csv;charset=utf-8",
    what: `${item.title}, at full precision`,
  }));

/** Links to those of some files that are beside the page; none, if there are none. */
function linksAmong(beside: readonly string[], names: readonly string[]): Insert {
  const found = names.filter((name) => beside.includes(name));
  return found.length > 0 && html`<p class="files">As files: ${linksTo(found)}</p>`;
}
