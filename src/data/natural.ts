/**
 * @file The order in which people expect names: numbers in them by size, all else by character.
 */

/** A name's runs of digits, and what stands between them. */
const PARTS = /\d+|\D+/g;

/**
 * Sort by names: `img2` comes before `img10`. It is the same order on every machine, whatever its language.
 */
export function sortNatural<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, name: nameOf(item), parts: nameOf(item).match(PARTS) ?? [] }));
  return keyed
    .sort((a, b) => compareAll(a.parts, b.parts) || compareTexts(a.name, b.name))
    .map(({ item }) => item);
}

function compareAll(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const found = compareParts(a[at]!, b[at]!);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

function compareParts(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareTexts(a, b);
  // Numbers of any length, without their value: it may be beyond what is exact.
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length - right.length || compareTexts(left, right);
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A list of names, the first ten of it. */
export const listSome = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(", ") : `${names.slice(0, 10).join(", ")} and ${names.length - 10} more`;
