/**
 * @file The ten outlines of the shapes dataset, as signed distances.
 *
 * Coordinates have the shape's center at 0, x to the right, y up, and the shape within a circle of radius 1;
 * a distance is negative inside. Only `+ - * /` and square roots are used: IEEE 754 rounds those alike
 * everywhere, which no standard promises of sines. Distance to a polygon: I. Quilez, "2D distance functions".
 */

/** Distance from a point to an outline, negative inside. */
export type Outline = (x: number, y: number) => number;

type Point = readonly [x: number, y: number];

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

const length = (x: number, y: number): number => Math.sqrt(x * x + y * y);

/** Distance to the line between two points. */
export function segmentDistance(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const dx = bx - ax;
  const dy = by - ay;
  const along = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1);
  return length(x - ax - along * dx, y - ay - along * dy);
}

/** A disc around the center. */
const disc =
  (radius: number): Outline =>
  (x, y) =>
    length(x, y) - radius;

/** A rectangle around the center. */
const box =
  (halfWidth: number, halfHeight: number): Outline =>
  (x, y) => {
    const dx = Math.abs(x) - halfWidth;
    const dy = Math.abs(y) - halfHeight;
    return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
  };

/** A simple polygon. */
const polygon =
  (corners: readonly Point[]): Outline =>
  (x, y) => {
    let inside = false;
    let nearest = Number.POSITIVE_INFINITY;
    let from = corners[corners.length - 1]!;
    for (const to of corners) {
      nearest = Math.min(nearest, segmentDistance(x, y, from, to));
      // Count the sides that a ray to the right crosses.
      if (from[1] > y !== to[1] > y) {
        const crossing = from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0]);
        if (x < crossing) inside = !inside;
      }
      from = to;
    }
    return inside ? -nearest : nearest;
  };

const cross: Outline = (x, y) => Math.min(box(0.95, 0.3)(x, y), box(0.3, 0.95)(x, y));

const ring: Outline = (x, y) => Math.abs(length(x, y) - 0.7) - 0.2;

const crescent: Outline = (x, y) => Math.max(length(x + 0.05, y) - 0.95, 0.74 - length(x - 0.48, y));

/** Cosine and sine of 72 and of 144 degrees. */
const [C1, S1, C2, S2] = [0.309016994374947, 0.951056516295154, -0.809016994374947, 0.587785252292473];

/** Inner radius of the star; its outer radius is 1. */
const NOTCH = 0.42;

const star = polygon([
  [0, 1],
  [S2 * NOTCH, -C2 * NOTCH],
  [S1, C1],
  [S1 * NOTCH, -C1 * NOTCH],
  [S2, C2],
  [0, -NOTCH],
  [-S2, C2],
  [-S1 * NOTCH, -C1 * NOTCH],
  [-S1, C1],
  [-S2 * NOTCH, -C2 * NOTCH],
]);

/** Two discs over a triangle that touches them. */
const heart: Outline = (x, y) => {
  const lobes = length(Math.abs(x) - 0.44, y - 0.36) - 0.43;
  return Math.min(lobes, heartTip(x, y));
};

const heartTip = polygon([
  [-0.8, 0.12],
  [0, 0.42],
  [0.8, 0.12],
  [0, -0.95],
]);

/** The classes, in the order of their labels. */
export const OUTLINES: readonly { readonly name: string; readonly outline: Outline }[] = [
  { name: "circle", outline: disc(0.85) },
  { name: "square", outline: box(0.7, 0.7) },
  {
    name: "triangle",
    outline: polygon([
      [0, 1],
      [0.82, -0.57],
      [-0.82, -0.57],
    ]),
  },
  { name: "star", outline: star },
  { name: "cross", outline: cross },
  { name: "ring", outline: ring },
  { name: "crescent", outline: crescent },
  { name: "heart", outline: heart },
  {
    name: "arrow",
    outline: polygon([
      [1, 0],
      [0.2, 0.8],
      [0.2, 0.28],
      [-0.95, 0.28],
      [-0.95, -0.28],
      [0.2, -0.28],
      [0.2, -0.8],
    ]),
  },
  {
    name: "hourglass",
    outline: polygon([
      [-0.62, 0.78],
      [0.62, 0.78],
      [0.15, 0],
      [0.62, -0.78],
      [-0.62, -0.78],
      [-0.15, 0],
    ]),
  },
];
