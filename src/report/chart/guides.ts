/**
 * @file Where the labels of guides stand: at the end of their line that is less crowded, or in the legend if both are.
 */

import type { CurveAxis, CurvePoint, Panel } from "./figure.ts";
import { logShare } from "./log-axis.ts";

/** A guide with its label's place. */
export interface PlacedGuide {
  readonly label: string;
  readonly y: number;
  readonly side: "left" | "right";
  /** Under the line, where there is no room above it. */
  readonly isBelow: boolean;
  /** Whether lines leave it its place. */
  readonly isFree: boolean;
}

/** What is within these shares of the height around a guide is in its label's way. */
const BELOW = 0.03;
const ABOVE = 0.09;
/** Share of the width that a letter takes, about. */
const LETTER = 0.0095;
/** Guides above this share of the height have no room for a label above them. */
const TOP = 0.93;
/** A place on a line is looked at so many times from one point to the next. */
const STEPS = 8;

type Place = readonly [along: number, height: number];

/** Place the labels of a panel's guides, the highest first. */
export function placeGuides({ guides, curves, x, y }: Panel): PlacedGuide[] {
  const lines = curves.flatMap(({ ours, paper }) => [
    ...(
      [(point) => point.y, ({ low }) => low, ({ high }) => high] satisfies ((
        p: CurvePoint,
      ) => number | null)[]
    ).map((read) => ours.map((point) => ({ x: point.x, y: read(point) }))),
    paper,
  ]);
  const places = lines.flatMap((points) =>
    along(
      points.flatMap((point): Place[] => (point.y === null ? [] : [[share(point.x, x), share(point.y, y)]])),
    ),
  );
  const placed: PlacedGuide[] = [];
  for (const { label, y: at } of [...guides].sort((a, b) => b.y - a.y)) {
    const height = share(at, y);
    const isNear = (other: number): boolean => other - height > -BELOW && other - height < ABOVE;
    const crowd = (side: PlacedGuide["side"]): number => {
      const reach = Math.min(0.5, label.length * LETTER);
      const inTheWay = places.filter(
        ([place, other]) => isNear(other) && (side === "left" ? place <= reach : place >= 1 - reach),
      );
      const taken = placed.filter((other) => other.side === side && isNear(share(other.y, y)));
      return inTheWay.length + 1000 * taken.length;
    };
    const side = crowd("right") <= crowd("left") ? "right" : "left";
    placed.push({ label, y: at, side, isBelow: height > TOP, isFree: crowd(side) === 0 });
  }
  return placed;
}

/** How far along an axis a value stands, 0 to 1. */
function share(value: number, { domain, scale }: CurveAxis): number {
  const [low, high] = domain;
  return scale === "log" ? logShare(value, domain) : (value - low) / (high - low);
}

/** Places along the line through some. */
const along = (points: readonly Place[]): Place[] =>
  points.flatMap((point, index) => {
    const next = points[index + 1] ?? point;
    return Array.from({ length: STEPS }, (_, step): Place => {
      const part = step / STEPS;
      return [point[0] + part * (next[0] - point[0]), point[1] + part * (next[1] - point[1])];
    });
  });
