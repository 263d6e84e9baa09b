/**
 * @file Where the labels of guides stand: at the end of their line that is less crowded.
 */

import type { CurveFigure } from "./plot-figure.ts";

/** A guide with its label's place. */
export interface PlacedGuide {
  readonly label: string;
  readonly y: number;
  readonly side: "left" | "right";
  /** Under the line, where there is no room above it. */
  readonly isBelow: boolean;
}

/** Points this near, as a share of the axes, are in a label's way. */
const NEAR = { x: 0.3, y: 0.08 };
/** Guides above this share of the height have no room for a label above them. */
const TOP = 0.93;

/** Place the labels of a figure's guides. */
export function placeGuides({ guides, curves, x, y }: CurveFigure): PlacedGuide[] {
  const points = curves.flatMap(({ ours, paper }) => [...ours, ...paper]);
  const share = (value: number, [low, high]: readonly [number, number]): number =>
    (value - low) / (high - low);
  const placed: PlacedGuide[] = [];
  for (const { label, y: at } of [...guides].sort((a, b) => b.y - a.y)) {
    const height = share(at, y.domain);
    const crowd = (side: PlacedGuide["side"]): number => {
      const inTheWay = points.filter((point) => {
        if (point.y === null) return false;
        const along = share(point.x, x.domain);
        const above = share(point.y, y.domain) - height;
        return (side === "left" ? along <= NEAR.x : along >= 1 - NEAR.x) && above > -0.01 && above < NEAR.y;
      }).length;
      const taken = placed.some(
        (other) => other.side === side && Math.abs(share(other.y, y.domain) - height) < NEAR.y,
      );
      return inTheWay + (taken ? 1000 : 0);
    };
    const side = crowd("right") <= crowd("left") ? "right" : "left";
    placed.push({ label, y: at, side, isBelow: height > TOP });
  }
  return placed;
}
