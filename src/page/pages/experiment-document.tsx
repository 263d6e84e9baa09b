/**
 * @file What an experiment has found so far: figures, tables and claims, beside the paper's, and their files.
 */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Claim } from "../../document/claims.ts";
import type { Plot } from "../../document/plot.ts";
import type { Table } from "../../document/table.ts";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { figureOfPlot } from "../../report/chart/figure.ts";
import { tellOutcome } from "../../report/experiment/outcome.ts";
import { gridOf } from "../../report/grid/table-grid.ts";
import { namedPlots, namedTables, pointsStem } from "../../report/names.ts";
import type { ExperimentAnswer } from "../../web/api.ts";
import { Empty } from "../parts/await.tsx";
import { Chart } from "../parts/chart.tsx";
import { type Download, Downloads } from "../parts/downloads.tsx";
import { GridTable } from "../parts/grid-table.tsx";
import { Provenance } from "../parts/provenance.tsx";
import { keepPercent } from "../words.ts";

/** Where the server has an experiment. */
export const pathOf = (id: string): string => `/api/experiments/${encodeURIComponent(id)}`;

/** What an experiment has found. */
export function ExperimentDocument({
  id,
  result,
  files,
}: {
  readonly id: string;
  readonly result: ExperimentResult;
  readonly files: ExperimentAnswer["files"];
}): JSX.Element {
  const { plots, tables, notes, claims, provenance, title } = result;
  const filesOf = (stem: string, ends: readonly string[]): Download[] =>
    ends
      .map((end) => `${stem}${end}`)
      .filter((name) => files.some((file) => file.name === name))
      .map((name) => ({ name, from: `${pathOf(id)}/files/${encodeURIComponent(name)}` }));
  const told = result.summary ?? tellOutcome(result);
  const json: Download = { name: `${id}.json`, from: `${pathOf(id)}/document` };
  return (
    <>
      {told !== "" && <p class="outcome">{keepPercent(told)}</p>}
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
      {namedTables(result).map(({ stem, item }) => (
        <section key={stem}>
          <h2>{item.title === title ? "Ours beside the paper’s" : item.title}</h2>
          <TableOf table={item} stem={stem} />
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
                <a href={`${pathOf(id)}/files/${encodeURIComponent(name)}`} download={name}>
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
  readonly result: ExperimentResult;
  readonly stem: string;
  readonly files: readonly Download[];
}): JSX.Element {
  const figure = useMemo(() => figureOfPlot(plot, result), [plot, result]);
  return <Chart plot={plot} figure={figure} stem={stem} files={files} />;
}

function TableOf({ table, stem }: { readonly table: Table; readonly stem: string }): JSX.Element {
  const grid = useMemo(() => ({ ...gridOf(table), name: stem }), [table, stem]);
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
