/**
 * @file The points of a plot as a table: its text alternative, and what to read exact numbers from.
 */

import type { Plot } from "../document/plot.ts";
import { formatMeasured, formatSet, formatValue, unitSuffix } from "../report/experiment/units.ts";
import type { Grid } from "../report/grid.ts";
import { plainCell } from "../report/grid.ts";

/** The points of a plot, a line after the other. */
export function pointsGrid({ title, x, y, series }: Plot, name: string): Grid {
  const isCompared = series.some(({ paper }) => paper.length > 0);
  const rows = series.flatMap((line) => {
    const printed = new Map(line.paper.map((point) => [point.x, point.y]));
    const places = [...new Set([...line.points.map((point) => point.x), ...printed.keys()])].sort(
      (a, b) => a - b,
    );
    const measured = new Map(line.points.map((point) => [point.x, point]));
    return places.map((place) => {
      const ours = measured.get(place);
      const cell =
        ours === undefined
          ? ""
          : formatMeasured(
              {
                value: ours.y,
                low: ours.low,
                high: ours.high,
                n: ours.n,
                paper: null,
                difference: null,
                note: null,
              },
              y.unit,
            );
      return [
        line.title,
        formatSet(place, x.unit),
        cell,
        ours === undefined || ours.y === null ? "" : String(ours.n),
        ...(isCompared ? [formatValue(printed.get(place) ?? null, y.unit)] : []),
      ].map(plainCell);
    });
  });
  const column = (head: string, align: "left" | "right" = "right") => ({
    title: head,
    parts: [],
    align,
    isHead: align === "left",
  });
  return {
    name: `${name}-points`,
    title,
    caption: `${y.label} by ${x.label}.`,
    groups: [
      column("Line", "left"),
      column(x.label),
      column(y.label + unitSuffix(y.unit)),
      column("n"),
      ...(isCompared ? [column("paper")] : []),
    ],
    rows,
    notes: ["± is half of the 95 % interval (Student’s t); n is the number of seeds."],
    footnotes: [],
  };
}
