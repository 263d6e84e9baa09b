/**
 * @file The curves of a race as they grow: light drawings, as the page draws them many times a second.
 */

import type { JSX } from "preact";
import type { EpochRow } from "../train/history.ts";
import type { Lane } from "./race.ts";

/** A line of a small chart. */
export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which of the two networks it is of. */
  readonly side: "left" | "right";
  readonly isDashed?: boolean;
  readonly isDotted?: boolean;
}

const WIDTH = 400;
const HEIGHT = 190;
const PAD = { left: 46, right: 22, top: 12, bottom: 26 };

/** Steps of an axis that people count in: 1, 2 or 5 of a power of ten. */
export function ticksOf(most: number, count: number): number[] {
  if (!(most > 0)) return [0];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) =>
    Number((at * step).toPrecision(6)),
  );
}

/** A chart of a few lines from 0 up. */
export function LineChart({
  title,
  description,
  lines,
  xMost,
  yMost,
  xTick = String,
  yTick = String,
}: {
  readonly title: string;
  readonly description: string;
  readonly lines: readonly Line[];
  readonly xMost: number;
  readonly yMost: number;
  readonly xTick?: (value: number) => string;
  readonly yTick?: (value: number) => string;
}): JSX.Element {
  const x = (value: number): number => PAD.left + (value / xMost) * (WIDTH - PAD.left - PAD.right);
  const y = (value: number): number =>
    HEIGHT - PAD.bottom - (Math.min(value, yMost) / yMost) * (HEIGHT - PAD.top - PAD.bottom);
  return (
    <figure class="small-chart">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. ${description}`}>
        {ticksOf(yMost, 4).map((tick) => (
          <g key={tick}>
            <line class="grid" x1={PAD.left} x2={WIDTH - PAD.right} y1={y(tick)} y2={y(tick)} />
            <text x={PAD.left - 6} y={y(tick) + 4} text-anchor="end">
              {yTick(tick)}
            </text>
          </g>
        ))}
        {ticksOf(xMost, 5).map((tick) => (
          <text key={tick} x={x(tick)} y={HEIGHT - 8} text-anchor="middle">
            {xTick(tick)}
          </text>
        ))}
        {lines.map(({ label, points, side, isDashed, isDotted }) => {
          const [last] = points.slice(-1);
          return (
            <g key={label} class={side}>
              {/* A line through two points says more than is known. */}
              {(!isDotted || points.length > 2) && (
                <polyline
                  class={isDashed ? "dashed" : ""}
                  points={points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ")}
                />
              )}
              {(isDotted ? points : last ? [last] : []).map(([px, py]) => (
                <circle key={px} cx={x(px)} cy={y(py)} r={3}>
                  <title>{`${label}: ${yTick(py)} at ${xTick(px)}`}</title>
                </circle>
              ))}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

const percentTick = (value: number): string => `${Math.round(100 * value)} %`;

const pointsOf = (lane: Lane, field: keyof EpochRow): (readonly [number, number])[] =>
  lane.rows.flatMap((row) => {
    const value = row[field];
    return typeof value === "number" ? [[row.epoch, value] as const] : [];
  });

const lastOf = (lane: Lane, field: "trainAccuracy" | "testAccuracy"): string => {
  const value = lane.rows.at(-1)?.[field];
  return typeof value === "number" ? percentTick(value) : "not yet known";
};

/** The x axis grows in steps, so that curves do not crawl with every epoch. */
const spanOf = (done: number, epochs: number): number =>
  Math.min(
    epochs,
    [10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000].find((span) => span >= done) ?? epochs,
  );

/** Losses that a diverging network passes are no part of the picture. */
const MOST_LOSS = 5;

/** Accuracy and loss of both networks. */
export function Curves({
  left,
  right,
  rightName,
  epochs,
}: {
  readonly left: Lane;
  readonly right: Lane;
  readonly rightName: string;
  readonly epochs: number;
}): JSX.Element {
  const xMost = spanOf(Math.max(left.rows.length, right.rows.length), epochs);
  const lines = (field: "trainAccuracy" | "testAccuracy" | "trainLoss", isDashed = false): Line[] => [
    { label: `True labels, ${field}`, points: pointsOf(left, field), side: "left", isDashed },
    { label: `${rightName}, ${field}`, points: pointsOf(right, field), side: "right", isDashed },
  ];
  const losses = lines("trainLoss");
  const highest = Math.max(...losses.flatMap(({ points }) => points.map(([, loss]) => loss)), 2.5);
  return (
    <div class="curves">
      <LineChart
        title="Accuracy by epoch"
        description={`True labels: training ${lastOf(left, "trainAccuracy")}, test ${lastOf(left, "testAccuracy")}. ${rightName}: training ${lastOf(right, "trainAccuracy")}, test ${lastOf(right, "testAccuracy")}.`}
        lines={[...lines("trainAccuracy"), ...lines("testAccuracy", true)]}
        xMost={xMost}
        yMost={1}
        yTick={percentTick}
      />
      <p class="key" aria-hidden="true">
        <span class="left">true labels</span> <span class="right">{rightName.toLowerCase()}</span>
        <span class="solid">training</span> <span class="dashes">test</span>
      </p>
      <LineChart
        title={`Training loss by epoch${highest > MOST_LOSS ? `, cut off at ${MOST_LOSS}` : ""}`}
        description="Mean cross-entropy over each epoch, as in Fig. 1a of the paper."
        lines={losses}
        xMost={xMost}
        yMost={Math.min(highest, MOST_LOSS)}
      />
    </div>
  );
}
