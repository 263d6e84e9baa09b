/**
 * @file Text that PostgreSQL takes: without NUL, and with whole characters only.
 *
 * What a dying process says, cut off somewhere, has both; refused by the database, it would end the worker that only
 * wanted to write down why a trial failed - and every worker after it.
 */

/** What stands for a character that cannot be stored. */
const REPLACEMENT = "\uFFFD";

/** A text as it can be stored. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll("\0", REPLACEMENT);

/** JSON of a value, with its strings as they can be stored. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (typeof item === "string" ? storableText(item) : item));
