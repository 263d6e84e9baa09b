/**
 * @file Logarithmic axes: where their values stand, and their ticks at powers of ten (of two for bytes).
 */

import type { Unit } from "../../document/measurement.ts";
import { formatPower, formatSet } from "../units.ts";

/** Room around the points, as a share of their range. */
const MARGIN = 0.06;
/** An axis spans at least this factor. */
const LEAST_SPAN = 4;
/** Steps within a power of ten, where there are too few powers to tell values by. */
const STEPS = [1, 2, 5] as const;

/** Whether a value can be shown on a logarithmic axis. */
export const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);

/** The ends of an axis around some values, those of 0 or less left out; with room at both ends. */
export function logDomain(values: readonly number[]): readonly [low: number, high: number] {
  const shown = values.filter(isPositive).map(Math.log10);
  if (shown.length === 0) return [0.1, 10];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const lacking = Math.max(0, Math.log10(LEAST_SPAN) - (high - low));
  const room = MARGIN * (high - low) + lacking / 2;
  return [10 ** (low - room), 10 ** (high + room)];
}

/** The ends an axis was given, made to be above 0. */
export function logEnds([a, b]: readonly [number, number]): readonly [low: number, high: number] {
  const [low, high] = a < b ? [a, b] : [b, a];
  if (!isPositive(high)) return [0.1, 10];
  return isPositive(low) && low < high ? [low, high] : [high / 1000, high];
}

/** How far along an axis from `low` to `high` a value stands, 0 to 1. */
export const logShare = (value: number, [low, high]: readonly [number, number]): number =>
  Math.log(value / low) / Math.log(high / low);

/** Where a logarithmic axis has ticks: `most` at most, about. */
export function logTicks([low, high]: readonly [number, number], unit: Unit, most: number): number[] {
  const base = unit === "bytes" ? 2 : 10;
  const isWithin = (value: number): boolean => value >= low && value <= high;
  const log = (value: number): number => Math.log10(value) / Math.log10(base);
  const first = Math.ceil(log(low) - 1e-9);
  const last = Math.floor(log(high) + 1e-9);
  const count = last - first + 1;
  if (count >= 3 || base === 2) {
    const stride = Math.max(1, Math.ceil(count / most));
    // From a multiple of the stride, so that 1 is a tick wherever it can be.
    const start = Math.ceil(first / stride) * stride;
    const steps = Math.max(0, Math.floor((last - start) / stride) + 1);
    return Array.from({ length: steps }, (_, index) => base ** (start + index * stride));
  }
  const decades = Array.from({ length: last - first + 3 }, (_, index) => 10 ** (first - 1 + index));
  // 2 * 1e-3 is not the double 0.002, but its twelve digits are.
  const fine = decades.flatMap((decade) => STEPS.map((step) => Number((step * decade).toPrecision(12))));
  return fine.filter(isWithin);
}

/** A tick of a logarithmic axis: a power of ten as such where it would be long. */
export function logTick(value: number, unit: Unit): string {
  const isLong = value >= 1e6 || value < (unit === "share" || unit === "error" ? 1e-6 : 1e-3);
  return unit !== "bytes" && isLong ? formatPower(value) : formatSet(value, unit);
}
