/**
 * @file Decimal numbers in bytes, rounded as `Number` rounds them, several times faster.
 *
 * Up to 15 digits are exact in double precision, and so are powers of ten up to 22: one division rounds once (W. D. Clinger,
 * "How to read floating point numbers accurately", PLDI 1990). Of more digits, quotient and remainder are two doubles
 * (T. J. Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971).
 */

const ZERO = 48;
const SPACE = 32;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const LINE = 10;
const RETURN = 13;

/** Digits that a double holds, whatever they are. */
const EXACT_DIGITS = 15;

/** Powers of ten that are exact; as many inverses, rounded; and the first 26 bits of each power. */
const POWERS = Float64Array.from({ length: 23 }, (_, at) => Number(`1e${at}`));
const INVERSES = POWERS.map((power) => 1 / power);
const UPPER_HALVES = POWERS.map(upperHalf);

/**
 * Read the number that starts at `start` and ends before a delimiter or the end of its line.
 *
 * @returns What `Number` makes of the same text; NaN if it is no number, or one that is better left to `Number`.
 */
export function readDecimal(bytes: Uint8Array, start: number, delimiter: number): number {
  const end = bytes.length;
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  const isNegative = at < end && bytes[at] === MINUS;
  if (isNegative || (at < end && bytes[at] === PLUS)) at++;
  // Digits before and after the point are one whole number, `high` and after 15 digits `low`.
  let [high, low, digits, decimals] = [0, 0, 0, 0];
  const first = at;
  let digit = at < end ? bytes[at]! - ZERO : -1;
  for (; digit >= 0 && digit <= 9; digit = ++at < end ? bytes[at]! - ZERO : -1) {
    if (digits < EXACT_DIGITS) high = high * 10 + digit;
    else low = low * 10 + digit;
    if (digits > 0 || digit > 0) digits++;
  }
  const isWhole = digit !== POINT - ZERO;
  if (at === first && isWhole) return Number.NaN;
  if (!isWhole) {
    const point = at++;
    if (digits === 0) while (at < end && bytes[at] === ZERO) at++;
    // Four at once, as long as they surely fit: the sum of their parts waits for nothing.
    for (; digits <= EXACT_DIGITS - 4 && at + 4 <= end; at += 4, digits += 4) {
      const a = bytes[at]! - ZERO;
      const b = bytes[at + 1]! - ZERO;
      const c = bytes[at + 2]! - ZERO;
      const d = bytes[at + 3]! - ZERO;
      if (a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 || d < 0 || d > 9) break;
      high = high * 10_000 + (a * 1000 + b * 100 + c * 10 + d);
    }
    digit = at < end ? bytes[at]! - ZERO : -1;
    for (; digit >= 0 && digit <= 9; digit = ++at < end ? bytes[at]! - ZERO : -1) {
      if (digits < EXACT_DIGITS) high = high * 10 + digit;
      else low = low * 10 + digit;
      digits++;
    }
    decimals = at - point - 1;
    if (at - first === 1) return Number.NaN;
  }
  if (digits > 2 * EXACT_DIGITS) return Number.NaN;
  if (at < end && (bytes[at]! | 32) === 101) {
    let sign = 1;
    if (++at < end && (bytes[at] === MINUS || bytes[at] === PLUS)) sign = bytes[at++] === MINUS ? -1 : 1;
    const from = at;
    let exponent = 0;
    for (; at < end && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9; at++) {
      exponent = exponent * 10 + bytes[at]! - ZERO;
    }
    if (at === from || at - from > 4) return Number.NaN;
    decimals -= sign * exponent;
  }
  while (at < end && bytes[at] === SPACE) at++;
  if (at < end && bytes[at] !== delimiter && bytes[at] !== LINE && bytes[at] !== RETURN) return Number.NaN;
  const value = digits <= EXACT_DIGITS ? scaled(high, decimals) : divided(high, low, digits, decimals);
  return isNegative ? -value : value;
}

/** `whole / 10 ** decimals`; NaN where that rounds twice. */
function scaled(whole: number, decimals: number): number {
  if (whole === 0) return 0;
  if (decimals >= 0) return decimals <= 22 ? whole / POWERS[decimals]! : Number.NaN;
  return decimals >= -22 ? whole * POWERS[-decimals]! : Number.NaN;
}

/** The number of `digits` digits that begins with the 15 of `high`, over `10 ** decimals`; NaN where its rounding is in doubt. */
function divided(high: number, low: number, digits: number, decimals: number): number {
  if (decimals < 0 || decimals > 22) return Number.NaN;
  const shift = digits - EXACT_DIGITS;
  const product = high * POWERS[shift]!;
  const whole = product + low;
  // What the two roundings lost: the product's, then the sum's.
  const lost = lostBy(high, shift, product) + (low - (whole - product));
  const quotient = whole / POWERS[decimals]!;
  const back = quotient * POWERS[decimals]!;
  const rest = (whole - back - lostBy(quotient, decimals, back) + lost) * INVERSES[decimals]!;
  // All that was neglected is below 2^-100 of the number.
  const doubt = quotient * 2 ** -98;
  const value = quotient + (rest - doubt);
  return value === quotient + (rest + doubt) ? value : Number.NaN;
}

/** `factor * 10 ** power - product`, where `product` is that rounded: Dekker's, by halves of 26 bits. */
function lostBy(factor: number, power: number, product: number): number {
  const upper = upperHalf(factor);
  const lower = factor - upper;
  const upperPower = UPPER_HALVES[power]!;
  const lowerPower = POWERS[power]! - upperPower;
  return upper * upperPower - product + upper * lowerPower + lower * upperPower + lower * lowerPower;
}

function upperHalf(value: number): number {
  const spread = value * 134_217_729;
  return spread - (spread - value);
}
