/**
 * @file Points that are dragged: inputs of one or two numbers in `[-1, 1]`, and labels in `[-1, 1]`.
 */

import { randomStream } from "../../base/random.ts";

/** An example. */
export interface Point {
  /** `[dimensions]`. */
  readonly input: readonly number[];
  readonly label: number;
}

/** Most points: their weights are all on show. */
export const MOST_POINTS = 40;

/** Places are whole hundredths, so that they are as short in the address as on the page. */
const place = (value: number): number => Math.round(100 * Math.min(1, Math.max(-1, value))) / 100 + 0;

/** The point elsewhere, or with another label. */
export const moved = (point: Point, { input = point.input, label = point.label }: Partial<Point>): Point => ({
  input: input.map(place),
  label: place(label),
});

/** `-0.5~0.3,0.2~-1`: numbers of the input, then the label. */
export const writePoints = (points: readonly Point[]): string =>
  points.map(({ input, label }) => [...input, label].join("~")).join(",");

/** Read what {@link writePoints} wrote; undefined if it is something else. */
export function readPoints(text: string | undefined, dimensions: number): Point[] | undefined {
  if (text === undefined) return undefined;
  const rows = text
    .split(",")
    .map((row) => row.split("~").map((part) => (part === "" ? Number.NaN : Number(part))));
  const isRight = rows.every((row) => row.length === dimensions + 1 && row.every(Number.isFinite));
  if (!isRight || rows.length > MOST_POINTS) return undefined;
  return rows.map((row) => moved({ input: row.slice(0, -1), label: row.at(-1)! }, {}));
}

/** Points drawn at random: in one dimension one in each of equal parts, so that none are on top of each other. */
export function drawPoints(count: number, dimensions: number, seed: number): Point[] {
  const random = randomStream(seed, "theory-points");
  const across = (): number => 2 * random.uniform() - 1;
  return Array.from({ length: count }, (_, at) => {
    const first = dimensions === 1 ? (2 * (at + 0.2 + 0.6 * random.uniform())) / count - 1 : across();
    const input = [first, ...Array.from({ length: dimensions - 1 }, across)];
    return moved({ input, label: across() }, {});
  });
}

/** The same inputs with labels that mean nothing. */
export function redrawLabels(points: readonly Point[], seed: number): Point[] {
  const random = randomStream(seed, "theory-point-labels");
  return points.map((point) => moved(point, { label: 2 * random.uniform() - 1 }));
}

/** One point more, in the middle of the largest gap along the first axis. */
export function addPoint(points: readonly Point[]): Point[] {
  const dimensions = points[0]?.input.length ?? 1;
  const places = [-1, ...points.map(({ input }) => input[0]!).sort((a, b) => a - b), 1];
  let widest = 0;
  for (let at = 1; at + 1 < places.length; at++) {
    if (places[at + 1]! - places[at]! > places[widest + 1]! - places[widest]!) widest = at;
  }
  const first = (places[widest]! + places[widest + 1]!) / 2;
  const input = [first, ...Array.from({ length: dimensions - 1 }, () => 0)];
  return [...points, moved({ input, label: 0 }, {})];
}
