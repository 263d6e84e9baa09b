/**
 * @file HTML that is safe by default: a template that escapes whatever is put into it.
 */

const MARKUP = Symbol("markup");

/** Text that is HTML. Only this file can make one, so no data from outside can pose as it. */
export interface Markup {
  readonly [MARKUP]: string;
}

/** What may be put into a template; null, undefined and false leave nothing. */
export type Insert = string | number | Markup | null | undefined | false | readonly Insert[];

/**
 * Markup from a template; everything put into it is escaped, but for other markup.
 *
 * Put text between tags or into quoted attributes only: no escaping helps in a tag's name, in a script or in
 * a style sheet.
 */
export const html = (strings: TemplateStringsArray, ...inserts: readonly Insert[]): Markup =>
  trust(strings.reduce((text, string, index) => text + show(inserts[index - 1]) + string));

/** Markup that is not escaped: for drawings and style sheets of our own. */
export const trust = (text: string): Markup => ({ [MARKUP]: text });

/** The text of markup. */
export const textOf = (markup: Markup): string => markup[MARKUP];

/** Text without the characters that XML 1.0 does not allow: control characters and halves of surrogate pairs. */
export const cleanText = (text: string): string =>
  text.toWellFormed().replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");

const escapeText = (text: string): string =>
  cleanText(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

function show(insert: Insert): string {
  if (insert === null || insert === undefined || insert === false) return "";
  if (typeof insert !== "object") return escapeText(String(insert));
  if (MARKUP in insert) return insert[MARKUP];
  return insert.map(show).join("");
}
