/**
 * @file The points of a plot as a table: its text alternative, and what to read exact numbers from.
 */

import type { Plot } from "../document/plot.ts";
import { type Grid, plainGrid } from "../report/grid/grid.ts";
import { formatMeasured, formatSet, formatValue, unitSuffix } from "../report/units.ts";

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
      const cell = ours === undefined ? "" : formatMeasured({ ...ours, value: ours.y }, y.unit);
      return [
        line.title,
        formatSet(place, x.unit),
        cell,
        ours === undefined || ours.y === null ? "" : String(ours.n),
        ...(isCompared ? [formatValue(printed.get(place) ?? null, y.unit)] : []),
      ];
    });
  });
  return plainGrid(
    { name: `${name}-points`, title, caption: `${y.label} by ${x.label}.` },
    [
      ["Line", "left"],
      [x.label, "right"],
      [y.label + unitSuffix(y.unit), "right"],
      ["n", "right"],
      ...(isCompared ? [["paper", "right"] as const] : []),
    ],
    rows,
    ["± is half of the 95 % interval (Student’s t); n is the number of seeds."],
  );
}
