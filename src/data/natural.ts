/**
 * @file The order in which people expect names: numbers in them by size, all else by character.
 */

/** A name's runs of digits, and what stands between them. */
const PARTS = /\d+|\D+/g;

/**
 * Compare names: `img2` comes before `img10`. It is the same order on every machine, whatever its language.
 *
 * @returns Less than, more than or exactly 0; 0 for equal names only.
 */
export function compareNatural(a: string, b: string): number {
  const [left, right] = [a.match(PARTS) ?? [], b.match(PARTS) ?? []];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const found = compareParts(left[at]!, right[at]!);
    if (found !== 0) return found;
  }
  return left.length - right.length || compareTexts(a, b);
}

function compareParts(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareTexts(a, b);
  // Numbers of any length, without their value: it may be beyond what is exact.
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length - right.length || compareTexts(left, right);
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
