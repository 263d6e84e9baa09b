/**
 * @file How large numbers and what texts may be, wherever they come from - files, bundles, the dashboard: what is within
 * these can be computed with, and kept by every database.
 */

import { z } from "zod";

/** Largest whole number of PostgreSQL's integers. */
export const LARGEST_WHOLE = 2 ** 31 - 1;

/** A whole number of a least value. */
export const whole = (least: number) => z.int().min(least).max(LARGEST_WHOLE);

/** Largest number of single precision, which networks are trained in. */
export const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** Whether a text has whole characters only, and none of code 0: PostgreSQL takes no others. */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** A text that can be kept. */
export const storable = () =>
  z.string().refine(isStorable, "expected text without the character of code 0 and without half characters");

/** Deepest nesting of a document; ours have seven. */
const DEEPEST = 64;

/**
 * Where a document has something that no database keeps, and what; undefined if it can be kept.
 *
 * @param document - What `JSON.parse` returned.
 */
export function whyUnstorable(document: unknown): string | undefined {
  const left: { readonly path: readonly string[]; readonly value: unknown }[] = [
    { path: [], value: document },
  ];
  for (let here = left.pop(); here !== undefined; here = left.pop()) {
    const { path, value } = here;
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const texts = typeof value === "string" ? [value] : entries.map(([key]) => key);
    const where = () => path.join(".").toWellFormed().replaceAll("\0", "\\0").slice(0, 200) || "the document";
    if (!texts.every(isStorable)) {
      return `${where()}: expected text without the character of code 0 and without half characters`;
    }
    if (path.length > DEEPEST) return `${where()}: expected at most ${DEEPEST} levels of nesting, got more`;
    for (const [key, inner] of entries) {
      if (typeof inner === "string" || typeof inner === "object") {
        left.push({ path: [...path, key], value: inner });
      }
    }
  }
  return undefined;
}
