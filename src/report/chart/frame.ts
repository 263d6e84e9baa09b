/**
 * @file The frame of every chart: an SVG with its title, its description, a legend and marks.
 *
 * On a page a chart takes its colors from CSS: `currentColor` and `--ground`. In a file of its own it has a
 * white ground and its title.
 */

import * as Plot from "@observablehq/plot";
import { cleanText } from "../html/escape.ts";
import { GROUND, INK } from "./looks.ts";

/** How a figure is drawn. */
export interface DrawOptions {
  /** What elements are made with: a browser's document, or one that poses as such. */
  readonly document: Document;
  /** Whether the chart is part of a page, or a file of its own. */
  readonly theme: "page" | "file";
  /** In pixels; 720 if not given. */
  readonly width?: number;
}

/** What is said about a chart. */
export interface Heading {
  /** For file names. */
  readonly name: string;
  readonly title: string;
  /** Shown where the figure stands alone. */
  readonly subtitle: string;
  /** The figure for people who do not see it. */
  readonly description: string;
  /** How to read it, a sentence each. */
  readonly notes: readonly string[];
}

/** A chart or a part of it, with its size in pixels. */
export interface Drawing {
  readonly element: Element;
  readonly width: number;
  readonly height: number;
  /** Where the ends of its x axis are, for who points at it; none for a part without axes. */
  readonly reach?: Reach | undefined;
}

/** The ends of an x axis: as values, and from the left of the drawing in pixels. */
export interface Reach {
  readonly low: number;
  readonly high: number;
  readonly left: number;
  readonly right: number;
}

/** The colors of text and of what is behind it, as CSS understands them. */
export interface Paper {
  readonly ink: string;
  readonly ground: string;
}

/** What every part of a chart is drawn with. */
export interface Board {
  readonly paper: Paper;
  /** In pixels. */
  readonly width: number;
  readonly theme: DrawOptions["theme"];
  /** Draw marks, as wide as the board unless told. */
  readonly plot: (options: Plot.PlotOptions, height: number, width?: number) => Drawing;
}

const SVG = "http://www.w3.org/2000/svg";
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const TITLE_HEIGHT = 56;
const TITLE = { x: 16, y: 26, "text-anchor": "start", "font-size": 15, "font-weight": 600 };
const SUBTITLE = { x: 16, y: 44, "text-anchor": "start", "font-size": 12, "fill-opacity": 0.75 };

/** Width of a text in pixels, as good as it can be guessed without a font. */
export const textWidth = (text: string, size: number): number => text.length * size * 0.54;

/** A text shortened to a width in pixels: its start and its end stay, as names often differ in one of them. */
export function shorten(text: string, size: number, width: number): string {
  const most = Math.max(3, Math.floor(width / textWidth("x", size)));
  if (text.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${text.slice(0, most - 1 - end)}…${text.slice(text.length - end)}`;
}

/** Draw a chart of some rows of parts, one below the other; the same parts give the same bytes. */
export function drawFrame(
  { title, subtitle, description }: Omit<Heading, "name" | "notes">,
  { document, theme, width = 720 }: DrawOptions,
  drawRows: (board: Board) => readonly (readonly Drawing[])[],
): string {
  const paper: Paper =
    theme === "page" ? { ink: "currentColor", ground: "var(--ground)" } : { ink: INK, ground: GROUND };
  const plot = (options: Plot.PlotOptions, height: number, across = width): Drawing => {
    const element = Plot.plot({ ...options, document, width: across, height, className: "chart" });
    return { element, width: across, height, reach: reachOf(element) };
  };
  const top = theme === "file" ? TITLE_HEIGHT : 0;
  const rows = drawRows({ paper, theme, width, plot });
  const height = rows.reduce((total, row) => total + heightOf(row), top);
  const make = maker(document);
  const svg = make("svg", {
    xmlns: SVG,
    class: "chart",
    role: "img",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    fill: paper.ink,
    "font-family": FONT,
    "font-size": 12,
    "text-anchor": "middle",
  });
  svg.append(make("title", {}, title), make("desc", {}, description));
  if (theme === "file") {
    svg.append(
      make("rect", { width, height, fill: paper.ground }),
      make("text", TITLE, shorten(title, TITLE["font-size"], width - 2 * TITLE.x)),
      make("text", SUBTITLE, shorten(subtitle, SUBTITLE["font-size"], width - 2 * SUBTITLE.x)),
    );
  }
  let down = top;
  for (const row of rows) {
    let right = 0;
    for (const part of row) {
      const group = make("g", { transform: `translate(${right},${down})` });
      if (theme === "page" && part.reach) {
        const place = { ...part.reach, at: [right, down, part.width, part.height] };
        group.setAttribute("data-reach", JSON.stringify(place));
      }
      svg.append(fill(group, part, paper, theme));
      right += part.width;
    }
    down += heightOf(row);
  }
  return cleanText(svg.outerHTML);
}

/** Where a chart's x axis reaches, if it has a linear one. */
function reachOf(element: ReturnType<typeof Plot.plot>): Reach | undefined {
  const { type, domain, range } = element.scale("x") ?? {};
  if (type !== "linear" || !domain || !range) return undefined;
  const [low, high, left, right] = [...domain, ...range] as [number, number, number, number];
  return { low, high, left, right };
}

const heightOf = (row: readonly Drawing[]): number => Math.max(...row.map(({ height }) => height));

/** How elements of a drawing are made. */
const maker =
  (document: Document) =>
  (name: string, attributes: Readonly<Record<string, string | number>>, text = ""): Element => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    return element;
  };

/** Put the marks of a drawing into a group; Plot's own style sheet is not for documents of several charts. */
function fill(group: Element, { element }: Drawing, paper: Paper, theme: DrawOptions["theme"]): Element {
  for (const child of [...element.children]) if (child.tagName.toLowerCase() !== "style") group.append(child);
  for (const part of group.querySelectorAll("*")) {
    // Plot names groups after marks, which says nothing beside the description, and a group may not be named.
    if (theme === "page" && part.tagName === "g") part.removeAttribute("aria-label");
    for (const name of ["fill", "stroke"]) {
      if (part.getAttribute(name) === "currentColor") part.setAttribute(name, paper.ink);
    }
  }
  return group;
}
