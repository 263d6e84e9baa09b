/**
 * @file Numbers of measured columns and of axes as people read them, by unit.
 *
 * Shares and errors are in percent, ratios have two decimals and a ×, epochs are whole, means of them have one
 * decimal. The unit of a measured column stands in its title, so its cells are bare numbers.
 */

import { formatShare } from "../base/percent.ts";
import type { Measurement, Unit } from "../document/measurement.ts";
import { formatNumber } from "./format.ts";

/** Stands where nothing was measured. */
export const MISSING = "—";

/** What was set or counted, as a plain cell holds it. */
export type Plain = string | number | boolean | null;

/** Whether a unit is shown in percent. */
export const isShare = (unit: Unit): boolean => unit === "share" || unit === "error";

/** What a title must say for bare numbers to be understood. */
export const unitSuffix = (unit: Unit): string =>
  isShare(unit) ? ", %" : unit === "nats" ? ", nats" : unit === "seconds" ? ", s" : "";

/** Whether numbers of a unit may have any size, and so have digits and no fixed decimals. */
const isFree = (unit: Unit): boolean => unit === "number" || unit === "bytes";

const scaled = (value: number, unit: Unit): number => (isShare(unit) ? 100 * value : value);

/** Shares this close to none or all are not rounded to it, but get a third decimal. */
const NEARLY = 0.00005;
const isNearly = (share: number): boolean =>
  (share > 0 && share < NEARLY) || (share < 1 && share > 1 - NEARLY);

/** Decimals of a number, once scaled; null where three digits are shown instead. */
function decimalsOf(value: number, unit: Unit, isMean: boolean): number | null {
  if (unit === "text" || unit === "number" || unit === "bytes") return null;
  if (unit === "epochs" || unit === "count") return isMean || !Number.isInteger(value) ? 1 : 0;
  return {
    share: isNearly(value) ? 3 : 2,
    error: isNearly(value) ? 3 : 2,
    ratio: 2,
    nats: 3,
    seconds: 1,
    r2: 3,
  }[unit];
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number by its power of ten, in a few digits: `10⁻⁶`, `1.25×10⁹`. */
export function formatPower(value: number, digits = 3): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const raised = exponent
    .replace("+", "")
    .replace("-", "⁻")
    .replaceAll(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!);
  const factor = String(Number(mantissa)).replace("-", "−");
  return factor === "1" ? `10${raised}` : `${factor}×10${raised}`;
}

/** A number without a unit, of any size: three to four digits. */
function formatAny(value: number, digits: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return formatPower(value, digits);
  const text = size.toLocaleString(
    "en-US",
    size >= 10 ** digits ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits },
  );
  return value < 0 ? `−${text}` : text;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in binary units: `1.5 GiB`. */
function formatBinary(bytes: number, digits: number): string {
  const size = Math.abs(bytes);
  const power = size < 1024 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(size) / 10));
  return `${formatAny(bytes / 1024 ** power, digits)}\u00a0${BYTE_UNITS[power]}`;
}

/** Digits of a measured number of any size. */
const FREE_DIGITS = 4;

/** A number with so many decimals, thousands apart, and a minus that is as wide as a digit. */
function write(value: number, decimals: number | null): string {
  if (decimals === null) return formatNumber(value);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const text = Math.abs(value).toLocaleString("en-US", digits);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** One number of a measured column, such as the paper's. */
export function formatValue(value: number | null, unit: Unit, isMean = false): string {
  if (value === null) return MISSING;
  const decimals = decimalsOf(value, unit, isMean);
  if (unit === "number") return formatAny(value, FREE_DIGITS);
  if (unit === "bytes") return formatBinary(value, FREE_DIGITS);
  const shown =
    decimals === 3 && isShare(unit) ? Math.min(99.999, Math.max(0.001, 100 * value)) : scaled(value, unit);
  return write(shown, decimals) + (unit === "ratio" ? "×" : "");
}

/**
 * What was measured, with its 95 % interval: `50.60 ± 0.52`.
 *
 * An interval that is cut off at a limit is not symmetric, and written `99.98 +0.02 −0.11`.
 */
export function formatMeasured(
  { value, low, high, n }: Pick<Measurement, "value" | "low" | "high" | "n">,
  unit: Unit,
): string {
  const center = formatValue(value, unit, n > 1);
  // Seeds that agree to the last digit say nothing about how much others would differ.
  if (value === null || low === null || high === null || low === high) return center;
  const decimals = decimalsOf(value, unit, n > 1);
  const spread = (size: number): string =>
    isFree(unit) ? formatValue(size, unit) : write(scaled(size, unit), decimals);
  const [below, above] = [spread(value - low), spread(high - value)];
  return below === above ? `${center} ± ${below}` : `${center} +${above} −${below}`;
}

/** Ours minus the paper's, with its sign; shares in percentage points. */
export function formatDifference({ difference, value, paper, n }: Measurement, unit: Unit): string {
  if (difference === null) return MISSING;
  const isMean = n > 1 || !Number.isInteger(value) || !Number.isInteger(paper);
  const decimals = isShare(unit) ? 2 : decimalsOf(isMean ? difference : Math.round(difference), unit, isMean);
  const text = isFree(unit) ? formatValue(difference, unit) : write(scaled(difference, unit), decimals);
  return text.startsWith("−") || !/[1-9]/.test(text) ? text : `+${text}`;
}

/** A number as it was set, at a tick or in words: rounded where nobody sees it. */
export function formatSet(value: number, unit: Unit, digits = 6): string {
  if (unit === "text") return String(value).replace("-", "−");
  if (unit === "number") return formatAny(value, digits);
  if (unit === "bytes") return formatBinary(value, Math.min(FREE_DIGITS, digits));
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(digits));
  const text = isShare(unit)
    ? formatShare(rounded)
    : rounded.toLocaleString("en-US", Number.isInteger(rounded) ? {} : { maximumSignificantDigits: digits });
  return text.replace("-", "−");
}

/** Digits of a plain number, which may have been set or computed. */
const PLAIN_DIGITS = 4;

/** A plain cell. */
export function formatPlain(cell: Plain, unit: Unit): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return typeof cell === "string" ? cell : formatSet(cell, unit, PLAIN_DIGITS);
}
