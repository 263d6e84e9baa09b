/**
 * @file Numbers as people read them; what cannot be known is a dash.
 */

import { percent, percentDecimals } from "../base/percent.ts";
import type { Estimate } from "../base/statistics.ts";
import { FAR_R2, formatR2 } from "../verdict/words.ts";

/** Stands where there is no number. */
export const NOTHING = "–";

/** A measured share in percent. */
export const formatPercent = (share: number | null): string => (share === null ? NOTHING : percent(share));

/** A whole number with its thousands apart. */
export const formatCount = (count: number | null): string =>
  count === null ? NOTHING : count.toLocaleString("en-US");

/** A number of which three digits matter, such as a loss or a p-value. */
export function formatNumber(value: number | null): string {
  if (value === null) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-4) return value.toExponential(1).replace("e+", "e").replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** How an estimate is written: a share in percent, a number with one decimal, or R squared with two or three. */
export type EstimateUnit = "percent" | "number" | "r2";

/** Decimals of R squared. */
const R2_DECIMALS = 2;

/**
 * A mean with its 95 % interval: `97.8 ± 0.3 %`.
 *
 * An interval cut off at 0 or 100 % is not symmetric, and written `99.6 +0.4 −1.1 %`. Two repetitions have none,
 * and both stand there: `48.1, 52.3 %`; where all are equal, as one repetition, the number stands alone.
 */
export function formatEstimate(estimate: Estimate | null, unit: EstimateUnit): string {
  if (estimate === null) return NOTHING;
  const { mean, low, high, values } = estimate;
  if (unit === "r2" && mean < FAR_R2) return formatR2(mean);
  const isPercent = unit === "percent";
  const end = isPercent ? " %" : "";
  const show = (value: number): string =>
    isPercent ? percent(value).slice(0, -end.length) : signed(value.toFixed(unit === "r2" ? R2_DECIMALS : 1));
  if (values && new Set(values.map(show)).size > 1) return `${values.map(show).join(", ")}${end}`;
  if (low === null || high === null || low === high) return `${show(mean)}${end}`;
  // An interval that is there is not rounded down to none.
  const half = (isPercent ? 100 : 1) * Math.max(mean - low, high - mean);
  const decimals = Math.max(
    isPercent ? percentDecimals(mean) : unit === "r2" ? R2_DECIMALS : 1,
    Math.min(4, Math.ceil(-Math.log10(2 * half))),
  );
  const center = signed((isPercent ? 100 * mean : mean).toFixed(decimals));
  const distance = (value: number): string => ((isPercent ? 100 : 1) * value).toFixed(decimals);
  const [below, above] = [distance(mean - low), distance(high - mean)];
  return below === above ? `${center} ± ${below}${end}` : `${center} +${above} −${below}${end}`;
}

/** A number with a minus that is as wide as a digit. */
const signed = (text: string): string => text.replace("-", "−");

/** Seconds as people say them. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Bytes in binary units: `12 MiB`, `1.4 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return bytes >= 2 ** 20 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${Math.ceil(bytes / 2 ** 10)} KiB`;
}

/** `1 trial`, `2 trials`. */
export const formatNoun = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
