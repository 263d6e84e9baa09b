/**
 * @file A plot in characters, for a terminal: the lines of its figure, as far as rows and columns tell them apart.
 */

import type { Plot } from "../../document/plot.ts";
import { type TerminalOptions, teller } from "../terminal.ts";
import { formatSet } from "../units.ts";
import { shareAlong } from "./domain.ts";
import { type Curve, type CurveAxis, figureOfPlot, type Panel } from "./figure.ts";
import type { About } from "./tell-plot.ts";

const ROWS = 12;

/** Columns of the whole chart at most, and those of its field at least: with fewer nothing is to be seen. */
const WIDEST = 80;
const FEWEST = 24;

/** Marks of the lines, in their order: the same with colors and without, as in all that a terminal is told. */
const MARKS = "●▲■◆○△□◇";

/** Digits of the numbers at the ends of axes. */
const DIGITS = 3;

/** The chart, of lines not wider than asked for; empty where there is nothing to draw, or no room. */
export function textChart(plot: Plot, about: About, { width = 100 }: Pick<TerminalOptions, "width">): string {
  const panel = figureOfPlot(plot, about).panels[0]!;
  const curves = panel.curves.slice(0, MARKS.length).filter(({ ours }) => ours.some(({ y }) => y !== null));
  const [low, high] = panel.y.domain.map((end) => formatSet(end, panel.y.unit, DIGITS)) as [string, string];
  const margin = Math.max(low.length, high.length);
  const columns = Math.min(WIDEST, width) - margin - 4;
  if (curves.length === 0 || columns < FEWEST) return "";
  const field = Array.from({ length: ROWS }, () => new Array<string>(columns).fill(" "));
  for (const curve of curves.toReversed())
    drawCurve(field, panel, curve, MARKS[panel.curves.indexOf(curve)]!);
  const rows = field.map((row, at) => {
    const end = at === 0 ? high : at === ROWS - 1 ? low : "";
    return `  ${end.padStart(margin)} │${row.join("").trimEnd()}`;
  });
  const legend = curves
    .map((curve) => `${MARKS[panel.curves.indexOf(curve)]}\u00a0${curve.label}`)
    .join("   ");
  const tell = teller(Math.min(WIDEST, width));
  return [
    tell(panel.y.label),
    ...rows,
    `  ${" ".repeat(margin)} └${"─".repeat(columns)}`,
    `  ${" ".repeat(margin + 2)}${belowAxis(panel.x, columns)}`,
    tell(legend),
  ].join("\n");
}

/** Both ends of the axis, and its name between them where there is room. */
function belowAxis({ domain, unit, label }: CurveAxis, columns: number): string {
  const [low, high] = domain.map((end) => formatSet(end, unit, DIGITS)) as [string, string];
  const room = columns - low.length - high.length;
  const name = label.length + 2 <= room ? label : "";
  const before = Math.floor((room - name.length) / 2);
  return `${low}${" ".repeat(Math.max(1, before))}${name}${" ".repeat(Math.max(1, room - name.length - before))}${high}`.trimEnd();
}

/** Draw a line through the points of a curve, which are marked. */
function drawCurve(field: string[][], { x, y }: Pick<Panel, "x" | "y">, { ours }: Curve, mark: string): void {
  const columns = field[0]!.length;
  const put = (along: number, up: number, what: string): void => {
    const row = field[Math.round((1 - up) * (ROWS - 1))];
    if (row) row[Math.round(along * (columns - 1))] = what;
  };
  const places = ours.map((point) => ({
    along: shareAlong(point.x, x),
    up: point.y === null ? null : shareAlong(point.y, y),
  }));
  for (const [at, { along, up }] of places.entries()) {
    const next = places[at + 1];
    if (up === null) continue;
    const steps = next && next.up !== null ? Math.ceil(Math.abs(next.along - along) * columns) : 0;
    for (let step = 1; step < steps; step++) {
      const share = step / steps;
      put(along + share * (next!.along - along), up + share * (next!.up! - up), "·");
    }
  }
  for (const { along, up } of places) if (up !== null) put(along, up, mark);
}
