/**
 * @file What every page is made of: its head, figures that fit the window, and downloads it carries.
 *
 * A page needs nothing beside it: no network, no script, no file. Names and messages in a result come from
 * outside and may be hostile; all go through the escaping template.
 */

import { type Color, seriesColors } from "../chart/looks.ts";
import { html, type Insert, type Markup, textOf, trust } from "./escape.ts";
import { pageStyle } from "./style.ts";

/** Chart widths in pixels, for windows wide and narrow. */
const WIDTHS = { wide: 760, narrow: 360 };
export type FigureWidths = typeof WIDTHS;
/** Those of a figure beside others. */
export const BESIDE: FigureWidths = { wide: 640, narrow: 360 };

/** Characters of JSON that a page carries at most; beyond, the histories are left to the file. */
const MOST_CARRIED = 2_000_000;

/** A page with a title, and the colors of what is drawn on it: those of lines unless told. */
export const htmlPage = (title: string, main: Markup, colors: readonly Color[] = seriesColors): string =>
  textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trust(pageStyle(colors))}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`);

/** Text in which no line ends between a number and its unit. */
export const keepUnits = (text: string): string =>
  text.replaceAll(/(\d) (?=%|nats|seed)/g, "$1\u00a0").replaceAll("p = ", "p\u00a0=\u00a0");

/** A figure drawn twice; the style sheet shows the one that fits the window. */
export const figurePart = (
  { title, notes }: { readonly title: string; readonly notes: readonly string[] },
  draw: (width: number) => string,
  widths: FigureWidths = WIDTHS,
): Markup => html`<h2>${keepUnits(title)}</h2>
<figure>
${Object.entries(widths).map(([name, width]) => html`<div class="${name}">${trust(draw(width))}</div>`)}
<figcaption>${keepUnits(notes.join(" "))}</figcaption>
</figure>`;

/** A file that the page carries. */
export interface Carried {
  readonly name: string;
  readonly text: string;
  readonly type: "application/json" | "text/csv;charset=utf-8";
  /** What is in it. */
  readonly what: string;
}

/** The result as a file that the page carries, without its histories where it is long. */
export function carriedResult<T>(result: T, schema: string, shorten: (result: T) => T): Carried {
  const whole = JSON.stringify(result);
  const isWhole = whole.length <= MOST_CARRIED;
  return {
    name: "result.json",
    text: isWhole ? whole : JSON.stringify(shorten(result)),
    type: "application/json",
    what: isWhole
      ? `the whole result (schema ${schema})`
      : "the result without its histories, which are too large to carry",
  };
}

/**
 * What can be had from a page, wherever it goes, and from the folder it is in.
 *
 * @param beside - Names of the files in its folder.
 */
export const downloadsPart = (
  carried: readonly Carried[],
  beside: readonly string[],
): Markup => html`<section><h2>Downloads</h2>
<p>Carried by this page, wherever it goes:</p>
<ul>
${carried.map(
  ({ name, text, type, what }) =>
    html`<li><a download="${name}" href="data:${type};base64,${base64(text)}">${name}</a> ${what}</li>\n`,
)}</ul>
${beside.length > 0 && html`<p>In the folder this page was written to: ${linksTo(beside)}.</p>`}</section>`;

/** Links to files beside the page. */
export const linksTo = (names: readonly string[]): Insert =>
  names.map((name, index) => [index > 0 && ", ", html`<a href="${name}">${name}</a>`]);

/** Base64 of a text's UTF-8. */
const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
