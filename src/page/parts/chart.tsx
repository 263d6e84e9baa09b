/**
 * @file A chart as wide as its place, with its caption, its numbers as a table, and its files.
 *
 * It is drawn by the report room, so that page and report look alike.
 */

import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Plot } from "../../document/plot.ts";
import { drawCurves } from "../../report/chart/curve-chart.ts";
import type { CurveFigure } from "../../report/chart/figure.ts";
import { plotCsv } from "../../report/csv.ts";
import { pictureOf } from "../picture.ts";
import { pointsGrid } from "../points-grid.ts";
import { keepPercent } from "../words.ts";
import { type Download, Downloads, textFile } from "./downloads.tsx";
import { GridTable } from "./grid-table.tsx";
import { Written } from "./markup.tsx";
import { useWidth } from "./use-width.ts";

const STEP = 20;
const NARROWEST = 300;
const WIDEST = 1040;

/** A chart of a plot. */
export function Chart({
  plot,
  figure,
  stem,
  files,
  level = 2,
}: {
  readonly plot: Plot;
  readonly figure: CurveFigure;
  /** For the names of files. */
  readonly stem: string;
  /** Files the server makes; the page makes them unless told. */
  readonly files?: readonly Download[];
  /** Of its heading. */
  readonly level?: 2 | 3;
}): JSX.Element {
  const [place, measured] = useWidth(STEP);
  const width = measured === 0 ? 0 : Math.min(WIDEST, Math.max(NARROWEST, measured));
  const [isOpen, setOpen] = useState(false);
  const drawing = useMemo(
    () => (width === 0 ? "" : drawCurves(figure, { document, theme: "page", width })),
    [figure, width],
  );
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <figure class="chart-box">
      <Heading>{keepPercent(figure.title)}</Heading>
      <div ref={place} class="chart-place">
        <Written name="drawing" text={drawing} />
      </div>
      {figure.notes.length > 0 && <figcaption>{figure.notes.join(" ")}</figcaption>}
      <div class="under-chart">
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>Its numbers</summary>
          {isOpen && <GridTable grid={pointsGrid(plot, stem)} />}
        </details>
        <Downloads of={figure.title} files={files ?? ownFiles(plot, figure, stem)} />
      </div>
    </figure>
  );
}

/** The files of a chart that only the page knows. */
function ownFiles(plot: Plot, figure: CurveFigure, stem: string): Download[] {
  const draw = (): string => drawCurves(figure, { document, theme: "file" });
  return [
    { name: `${stem}.svg`, from: textFile(draw, "image/svg+xml") },
    { name: `${stem}.png`, from: () => pictureOf(draw()) },
    { name: `${stem}.csv`, from: textFile(() => plotCsv(plot), "text/csv") },
    { name: `${stem}.json`, from: textFile(() => JSON.stringify(plot, null, 2), "application/json") },
  ];
}
