/**
 * @file Draws lines with their intervals, in panels.
 */

import * as Plot from "@observablehq/plot";
import type { Axis, LineFigure, Panel } from "./figure.ts";
import { formatShare } from "./format.ts";
import type { Drawing } from "./frame.ts";
import { dot, type Easel, type Look, lookOf, REFERENCE_DASHES, SOLID } from "./legend.ts";

/** Charts narrower than this stack their panels. */
const WIDE = 560;

/** Draw the lines of a figure. */
export function lineChart(figure: LineFigure, easel: Easel): Drawing {
  const { x, y, panels, reference } = figure;
  const { inks, width, plot } = easel;
  const wide = width >= WIDE;
  const rows = wide ? 1 : panels.length;
  const height = (wide ? 300 : 230) * rows + 68;
  const faceted = panels.length > 1;
  const facet = wide ? "fx" : "fy";
  const titles = panels.map(({ title }) => title);
  const across = wide ? width / panels.length : width;
  const facets: Plot.PlotOptions = faceted
    ? { [facet]: { domain: titles, axis: null, padding: wide ? 0.08 : 0.22 } }
    : {};
  return plot(
    {
      ...facets,
      style: { fontSize: "12px" },
      marginLeft: 50,
      marginRight: 24,
      marginTop: faceted ? 42 : 28,
      marginBottom: 48,
      x: { domain: [...x.domain], label: null },
      y: { domain: [...y.domain], label: null },
      marks: [
        Plot.gridY({ ...gridOf(y), stroke: inks.ink, strokeOpacity: 0.12 }),
        Plot.axisX({
          ...ticks(x, across / 80),
          label: x.label,
          labelAnchor: "center",
          labelArrow: "none",
          color: inks.ink,
          tickSize: 4,
        }),
        Plot.axisY({
          ...ticks(y, 6),
          label: faceted ? null : y.label,
          labelArrow: "none",
          color: inks.ink,
          tickSize: 0,
        }),
        Plot.ruleY([reference.value], {
          stroke: inks.ink,
          strokeOpacity: 0.75,
          strokeWidth: 1.25,
          strokeDasharray: REFERENCE_DASHES,
        }),
        ...(faceted
          ? [
              Plot.text(titles, {
                [facet]: (title: string) => title,
                text: (title: string) => title,
                frameAnchor: "top-left",
                textAnchor: "start",
                dy: -24,
                fontWeight: 600,
                fill: inks.ink,
              }),
            ]
          : []),
        ...panels.flatMap((panel) =>
          panelMarks(panel, figure, easel, faceted ? { [facet]: () => panel.title } : {}),
        ),
      ],
    },
    height,
  );
}

/** Where an axis has ticks, and how they are written. */
function ticks({ form, domain }: Axis, most: number): Plot.AxisOptions {
  if (form === "share") return { ticks: 5, tickFormat: formatShare };
  if (form === "number" || domain[1] > 8) return { ticks: Math.min(8, Math.floor(most)) };
  return { ticks: Array.from({ length: domain[1] + 1 }, (_, index) => index), tickFormat: String };
}

/** Where an axis has grid lines: at its ticks. */
const gridOf = (axis: Axis): Plot.GridOptions => ({ ticks: ticks(axis, 6).ticks! });

function panelMarks(
  panel: Panel,
  { y, intervals }: LineFigure,
  { inks }: Easel,
  facet: object,
): Plot.Markish[] {
  const looks = panel.lines.map((line, index) => lookOf(line, index, inks));
  const clamp = (value: number): number => Math.min(y.domain[1], Math.max(y.domain[0], value));
  const rows = panel.lines.map(({ points }) =>
    points.map((point) => ({
      x: point.x,
      y: point.mean,
      low: clamp(point.low ?? point.mean),
      high: clamp(point.high ?? point.mean),
      color: point.kind ? inks.of(point.kind) : null,
      sure: point.low !== null,
    })),
  );
  const along = (index: number, look: Look): Plot.Markish[] => [
    Plot.areaY(rows[index]!, {
      x: "x",
      y1: "low",
      y2: "high",
      fill: look.color,
      fillOpacity: 0.16,
      ...facet,
    }),
  ];
  const each = (index: number): Plot.Markish[] =>
    rows[index]!.filter(({ sure }) => sure).map((row) =>
      Plot.ruleX([row], {
        x: "x",
        y1: "low",
        y2: "high",
        stroke: row.color ?? inks.ink,
        strokeWidth: 2,
        ...facet,
      }),
    );
  return [
    ...looks.flatMap((look, index) => (intervals === "bands" ? along(index, look) : [])),
    ...looks.map((look, index) =>
      Plot.line(rows[index]!, {
        x: "x",
        y: "y",
        stroke: look.color,
        strokeWidth: 2,
        strokeOpacity: intervals === "bars" ? 0.6 : 1,
        strokeDasharray: look.dashes || SOLID,
        strokeLinecap: "butt",
        ...facet,
      }),
    ),
    ...looks.flatMap((_, index) => (intervals === "bars" ? each(index) : [])),
    ...looks.flatMap((look, index) =>
      intervals === "bars"
        ? rows[index]!.map((row) => dot([row], { ...look, color: row.color ?? look.color }, inks, facet))
        : [dot(rows[index]!.slice(-1), look, inks, facet)],
    ),
  ];
}
