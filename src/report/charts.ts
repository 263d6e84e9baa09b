/**
 * @file Draws figures as SVG, with Observable Plot.
 *
 * On a page a chart takes its colours from CSS: `currentColor`, `--ground` and one variable a kind of trial.
 * In a file of its own it has a white ground, fixed colours and its title.
 */

import * as Plot from "@observablehq/plot";
import { cleanText } from "./escape.ts";
import type { Figure } from "./figure.ts";
import { type Inks, legendOf, textWidth } from "./legend.ts";
import { lineChart } from "./line-chart.ts";
import { pairChart } from "./pair-chart.ts";
import { colorOf, GROUND, INK, variableOf } from "./palette.ts";

/** How a figure is drawn. */
export interface DrawOptions {
  /** What elements are made with: a browser's document, or one that poses as such. */
  readonly document: Document;
  /** Whether the chart is part of a page, or a file of its own. */
  readonly theme: "page" | "file";
  /** In pixels; 720 if not given. */
  readonly width?: number;
}

const SVG = "http://www.w3.org/2000/svg";
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const TITLE_HEIGHT = 56;

/** A chart or a part of it, with its size in pixels. */
export interface Drawing {
  readonly element: Element;
  readonly height: number;
}

/** Draw a figure; the same figure gives the same bytes. */
export function drawFigure(figure: Figure, { document, theme, width = 720 }: DrawOptions): string {
  const inks: Inks =
    theme === "page"
      ? { ink: "currentColor", ground: "var(--ground)", of: (kind) => `var(${variableOf(kind)})` }
      : { ink: INK, ground: GROUND, of: (kind) => colorOf(kind, "light") };
  const plot = (options: Plot.PlotOptions, height: number): Drawing => ({
    element: Plot.plot({ ...options, document, width, height, className: "chart" }),
    height,
  });
  const top = theme === "file" ? TITLE_HEIGHT : 0;
  const legend = legendOf(figure, { inks, width, plot });
  const chart =
    figure.form === "lines"
      ? lineChart(figure, { inks, width, plot })
      : pairChart(figure, { inks, width, plot });
  const height = top + legend.height + chart.height;

  const make = (name: string, attributes: Readonly<Record<string, string | number>>, text = ""): Element => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = cleanText(text);
    return element;
  };
  const svg = make("svg", {
    xmlns: SVG,
    class: "chart",
    role: "img",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    fill: inks.ink,
    "font-family": FONT,
    "font-size": 12,
    "text-anchor": "middle",
  });
  svg.append(make("title", {}, figure.title), make("desc", {}, figure.description));
  if (theme === "file") {
    svg.append(make("rect", { width, height, fill: inks.ground }));
    svg.append(
      headline(figure.title, 26, { "font-size": 15, "font-weight": 600 }),
      headline(figure.subtitle, 44, { "font-size": 12, "fill-opacity": 0.75 }),
    );
  }
  svg.append(layer(legend, top), layer(chart, top + legend.height));
  return svg.outerHTML;

  /** A line of text at the top, shortened to the width. */
  function headline(
    text: string,
    y: number,
    style: { readonly "font-size": number } & Record<string, number>,
  ): Element {
    const most = Math.floor((width - 32) / textWidth("x", style["font-size"]));
    const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
    return make("text", { x: 16, y, "text-anchor": "start", ...style }, shown);
  }

  /** The marks of a chart as a group, moved down; Plot's own style sheet is not for documents of several charts. */
  function layer({ element }: Drawing, down: number): Element {
    const group = make("g", { transform: `translate(0,${down})` });
    for (const child of [...element.children])
      if (child.tagName.toLowerCase() !== "style") group.append(child);
    for (const part of group.querySelectorAll("*")) {
      for (const name of ["fill", "stroke"]) {
        if (part.getAttribute(name) === "currentColor") part.setAttribute(name, inks.ink);
      }
    }
    return group;
  }
}
