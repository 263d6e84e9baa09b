/**
 * @file How far the axes of a plot reach: as far as it asks, or as its points need.
 */

import type { Unit } from "../../document/measurement.ts";
import type { Plot } from "../../document/plot.ts";
import { isShare } from "../units.ts";
import { logDomain, logEnds, logShare } from "./log-axis.ts";

/** Smallest and largest value shown. */
export type Domain = readonly [low: number, high: number];

/** Room around the points, as a share of their range. */
const MARGIN = 0.06;
/** Intervals may widen the range by so much of it at each end; beyond they are cut, as those of two seeds can be huge. */
const INTERVALS = 0.5;
/** Axes whose smallest value is below so much of the largest start at 0. */
const FROM_ZERO = 0.5;

/** Left and right end of a plot. */
export function xDomain({ x, series }: Plot): Domain {
  if (x.domain) return x.scale === "log" ? logEnds(x.domain) : ordered(x.domain);
  const values = series.flatMap(({ points, paper }) => [...points, ...paper].map((point) => point.x));
  if (x.scale === "log") return logDomain(values);
  if (values.length === 0) return [0, 1];
  return spread(Math.min(...values), Math.max(...values));
}

/** Lower and upper end of a plot. */
export function yDomain({ y, series, guides }: Plot): Domain {
  if (y.domain) return y.scale === "log" ? logEnds(y.domain) : ordered(y.domain);
  const means = [
    ...series.flatMap(({ points, paper }) => [...points, ...paper].map((point) => point.y)),
    ...guides.map((guide) => guide.y),
  ].filter((value) => value !== null);
  if (y.scale === "log") return logDomain(means);
  if (means.length === 0) return [0, 1];
  const ends = series
    .flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]))
    .filter((value) => value !== null);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const room = INTERVALS * (high - low || Math.abs(high) || 1);
  const reach = spread(
    Math.max(low - room, Math.min(low, ...ends)),
    Math.min(high + room, Math.max(high, ...ends)),
  );
  const margin = MARGIN * (reach[1] - reach[0]);
  const isFromZero = low >= 0 && low <= FROM_ZERO * high;
  return limited([isFromZero ? 0 : reach[0] - margin, reach[1] + margin], y.unit, low);
}

/** How far along an axis a value stands, 0 to 1. */
export function shareAlong(
  value: number,
  { domain, scale }: { readonly domain: Domain; readonly scale?: "log" },
): number {
  const [low, high] = domain;
  return scale === "log" ? logShare(value, domain) : (value - low) / (high - low);
}

/** A range that is not empty. */
function spread(low: number, high: number): Domain {
  if (low < high) return [low, high];
  const room = 0.1 * Math.abs(low) || 1;
  return [low - room, high + room];
}

/** No axis goes where its unit has no values, unless the points do. */
function limited([low, high]: Domain, unit: Unit, least: number): Domain {
  const floor = least >= 0 ? Math.max(0, low) : low;
  return [floor, isShare(unit) ? Math.min(1, high) : high];
}

const ordered = ([a, b]: Domain): Domain => (a < b ? [a, b] : spread(Math.min(a, b), Math.max(a, b)));
