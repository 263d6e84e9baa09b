/**
 * @file What a document says, an experiment's so far or a theory's: figures, tables and claims, beside the paper's, and their files.
 */

import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Claim } from "../../document/claims.ts";
import type { Plot } from "../../document/plot.ts";
import type { Table } from "../../document/table.ts";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { figureOfPlot } from "../../report/chart/figure.ts";
import { gridOf, type Repetitions } from "../../report/grid/table-grid.ts";
import { type Drawn, namedPlots, namedTables, pointsStem } from "../../report/names.ts";
import type { ReportFileItems } from "../../web/api.ts";
import { keepPercent } from "../words.ts";
import { Empty } from "./await.tsx";
import { Chart } from "./chart.tsx";
import { type Download, Downloads } from "./downloads.tsx";
import { GridTable } from "./grid-table.tsx";
import { Provenance } from "./provenance.tsx";

/** What a document says. */
export function DocumentParts({
  path,
  result,
  files,
  outcome,
  repetitions,
  json,
  tableTitle = ({ title }) => title,
  children,
}: {
  /** Where the server has it. */
  readonly path: string;
  readonly result: Drawn & Pick<ExperimentResult, "notes" | "claims" | "provenance">;
  readonly files: ReportFileItems;
  /** What came out, in a sentence or two. */
  readonly outcome: string;
  /** What measurements are means over. */
  readonly repetitions: Repetitions;
  readonly json: Download;
  readonly tableTitle?: (table: Table) => string;
  /** What stands between figures and tables. */
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { plots, tables, notes, claims, provenance } = result;
  const filesOf = (stem: string, ends: readonly string[]): Download[] =>
    ends
      .map((end) => `${stem}${end}`)
      .filter((name) => files.some((file) => file.name === name))
      .map((name) => ({ name, from: `${path}/files/${encodeURIComponent(name)}` }));
  return (
    <>
      {outcome !== "" && <p class="outcome">{keepPercent(outcome)}</p>}
      {plots.length + tables.length === 0 && <Empty>There is no figure and no table to show yet.</Empty>}
      {namedPlots(result).map(({ stem, item }) => (
        <section key={stem}>
          <PlotOf
            plot={item}
            result={result}
            stem={stem}
            files={[...filesOf(stem, [".svg", ".png"]), ...filesOf(pointsStem(stem), [".csv"]), json]}
          />
        </section>
      ))}
      {children}
      {namedTables(result).map(({ stem, item }) => (
        <section key={stem}>
          <h2>{tableTitle(item)}</h2>
          <TableOf table={item} stem={stem} repetitions={repetitions} />
          <Downloads of={item.title} files={[...filesOf(stem, [".csv", ".md", ".tex"]), json]} />
        </section>
      ))}
      {claims.length > 0 && (
        <section>
          <h2>Claims of the paper</h2>
          <ol class="claims">
            {claims.map((claim) => (
              <ClaimOf key={claim.number} claim={claim} />
            ))}
          </ol>
        </section>
      )}
      {notes.length > 0 && (
        <section>
          <h2>What was chosen, and what differs from the paper</h2>
          <ul class="notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <details>
          <summary>
            <h2>All files of its report</h2>
          </summary>
          <ul class="notes">
            {files.map(({ name, title: what }) => (
              <li key={name}>
                <a href={`${path}/files/${encodeURIComponent(name)}`} download={name}>
                  {name}
                </a>{" "}
                <span class="soft">{what}</span>
              </li>
            ))}
          </ul>
        </details>
        <Provenance provenance={provenance} />
      </section>
    </>
  );
}

function PlotOf({
  plot,
  result,
  stem,
  files,
}: {
  readonly plot: Plot;
  readonly result: Drawn;
  readonly stem: string;
  readonly files: readonly Download[];
}): JSX.Element {
  const figure = useMemo(() => figureOfPlot(plot, result), [plot, result]);
  return <Chart plot={plot} figure={figure} stem={stem} files={files} />;
}

function TableOf({
  table,
  stem,
  repetitions,
}: {
  readonly table: Table;
  readonly stem: string;
  readonly repetitions: Repetitions;
}): JSX.Element {
  const grid = useMemo(() => ({ ...gridOf(table, repetitions), name: stem }), [table, stem, repetitions]);
  return <GridTable grid={grid} />;
}

const TONES = { reproduced: "good", "not reproduced": "bad", "not tested": "open" } as const;

const ClaimOf = ({ claim: { number, text, outcome, evidence } }: { readonly claim: Claim }): JSX.Element => (
  <li>
    <div>
      <span class={`badge ${TONES[outcome]}`}>{outcome}</span> <span class="number">Claim {number}</span>
    </div>
    <div>
      <p class="said">{text}</p>
      <p class="evidence">{evidence}</p>
    </div>
  </li>
);
