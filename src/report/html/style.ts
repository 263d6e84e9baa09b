/**
 * @file The style sheet of the page: light and dark, phone to wide, screen and paper.
 */

import type { Color } from "../chart/looks.ts";
import { rootTokens } from "./tokens.ts";

/** The style sheet of a page with some colors of its own. */
export const pageStyle = (colors: readonly Color[]): string => `${rootTokens(colors)}\n${SHEET}`;

const SHEET = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem / 1.5 var(--sans);
  font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
main { max-width: 70rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3.5rem) clamp(1rem, 4vw, 2.5rem) 4rem; }
section { margin-top: 3rem; }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(1.55rem, 1.1rem + 2vw, 2.3rem); letter-spacing: -0.012em; margin: 0 0 0.75rem; }
h2 { font-size: 1.25rem; margin: 0 0 0.75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0 0 0.9rem; max-width: 68ch; }
a { color: var(--accent); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
code, pre { font-family: var(--mono); font-size: 0.86em; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.9rem 1rem; overflow-x: auto; }
.over { color: var(--soft); margin: 0 0 0.4rem; font-size: 0.95rem; }
.under { color: var(--soft); margin: 0; }
.under strong { color: var(--ink); font-weight: 600; }
.notice { margin: 1.25rem 0 0; padding: 0.7rem 1rem; border-left: 4px solid var(--warn); background: var(--panel); }
.nothing { color: var(--soft); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.citation { color: var(--soft); font-size: 0.92rem; }

.opening { display: grid; gap: 1.5rem 2.5rem; margin-top: 2rem; align-items: start; }
.opening > section { margin: 0; }
@media (min-width: 60rem) { .opening { grid-template: auto 1fr / minmax(0, 3fr) minmax(20rem, 2fr); }
  .opening > .verdict { grid-area: 1 / 2 / span 2; } }
.answers { display: grid; gap: 0.9rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); align-items: start; }
article { --tone: var(--soft); background: var(--panel); border-left: 4px solid var(--tone); border-radius: 4px;
  padding: 0.7rem 1rem; }
article[class] { color: var(--ink); }
article.good { --tone: var(--good); }
article.open { --tone: var(--warn); border-left-style: dashed; }
article.alarm { --tone: var(--bad); outline: 1px solid var(--bad); }
article h2 { font: 0.86rem / 1.35 var(--sans); color: var(--soft); margin: 0; }
article .answer { font: 600 1.3rem / 1.25 var(--serif); margin: 0.1rem 0 0.3rem; color: var(--tone); }
article.plain .answer { color: var(--ink); }
article .answer svg { width: 1.05em; height: 1.05em; vertical-align: -0.14em; margin-right: 0.4em; fill: none;
  stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
article .number { margin: 0 0 0.4rem; color: var(--soft); font-size: 0.86rem; line-height: 1.35; }
article .number strong { display: block; color: var(--ink); font-size: 1.25rem; font-weight: 600; line-height: 1.3; }
article .said { margin: 0 0 0.4rem; font-size: 0.92rem; }
article .therefore { margin: 0; font-size: 0.92rem; font-weight: 600; }
article .said::first-letter, article .therefore::first-letter, article li::first-letter { text-transform: uppercase; }
article details { font-size: 0.88rem; margin-top: 0.5rem; }
article summary { color: var(--soft); }
article ul { margin: 0.5rem 0 0; padding: 0; list-style: none; }
article li { margin: 0 0 0.4rem; }

.kinds { display: grid; gap: 1.25rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11.5rem), 1fr)); }
.kinds h3 { font-family: var(--sans); font-size: 0.95rem; margin: 0 0 0.5rem; }
.kinds p { font-size: 0.86rem; line-height: 1.4; color: var(--soft); margin: 0.5rem 0 0; }
.examples { display: grid; gap: 0.9rem 0.7rem; grid-template-columns: repeat(auto-fill, minmax(5.5rem, 1fr)); margin: 0.75rem 0 0;
  padding: 0; list-style: none; font-size: 0.82rem; line-height: 1.35; }
.kinds .examples { grid-template-columns: repeat(3, minmax(0, 4.5rem)); gap: 0.5rem; margin: 0; }
.examples img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated;
  background: var(--panel); margin-bottom: 0.3rem; }
.examples span { display: block; }
.examples s { color: var(--soft); margin-right: 0.4em; }
.looked .answers { margin-top: 1.25rem; }
.looked { display: grid; gap: 1rem 2.5rem; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.looked h3 { margin-top: 0; }
.open-list { border-left: 4px dashed var(--warn); padding-left: 1rem; }
table.confusion { min-width: 0; font-size: 0.84rem; }
table.confusion th, table.confusion td { padding: 0.3rem 0.45rem; text-align: right; border: 0; white-space: nowrap; min-width: 0; }
table.confusion tbody th { font-weight: 600; padding-right: 0.8rem; }
table.confusion .right { font-weight: 600; }

dl { margin: 0; font-variant-numeric: tabular-nums; }
dl div { display: grid; grid-template-columns: minmax(7.5rem, 11rem) 1fr; gap: 0 1rem; padding: 0.3rem 0; }
dl div + div { border-top: 1px solid var(--line); }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
article dl { margin-top: 0.5rem; }
article dl div { display: block; border: 0; padding: 0 0 0.35rem; }
article dt { line-height: 1.35; }
article dd { font-weight: 600; }

figure { margin: 0; }
figure { max-width: 52rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 0.9rem; margin-top: 0.6rem; max-width: 72ch; }
.narrow { display: none; }
@media (max-width: 43rem) { .narrow { display: block; } .wide { display: none; } }

.scroll { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 0; font-size: 0.9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
.caption { color: var(--soft); font-size: 0.9rem; margin-bottom: 0.6rem; }
th, td { padding: 0.45rem 0.6rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th.text, td.text, th.hash, td.hash, th[scope="row"] { text-align: left; }
td.text { white-space: normal; min-width: 8rem; }
thead th { font-weight: 600; white-space: normal; vertical-align: bottom; line-height: 1.3; border-bottom: 1px solid var(--ink); }
tbody th { font-weight: 500; }
thead th:first-child, tbody th { position: sticky; left: 0; background: var(--ground); }
thead th:first-child { z-index: 1; }
@media (max-width: 43rem) { tbody th { white-space: normal; } th, td { padding: 0.45rem 0.4rem; } }
.scroll { background: linear-gradient(to left, var(--ground) 1.5rem, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--line), transparent) right / 0.8rem 100% no-repeat scroll; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.swatch { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; margin-right: 0.55em; }

.remark, .footnotes, .files { color: var(--soft); font-size: 0.86rem; margin: 0.6rem 0 0; max-width: 76ch; }
.footnotes { list-style: none; padding: 0; margin-top: 0.3rem; }
.footnotes li { margin: 0 0 0.15rem; }
.footnotes li:target { color: var(--ink); background: var(--panel); }
sup { line-height: 0; font-size: 0.75em; margin-left: 0.1em; }
sup a { padding: 0 0.2em; }
table.grid { font-size: 0.84rem; min-width: min(100%, 56rem); }
table.grid th, table.grid td { padding: 0.34rem 0.4rem; }
table.grid.dense { font-size: 0.79rem; }
table.grid.dense th, table.grid.dense td { padding: 0.3rem 0.3rem; }
@media (min-width: 64rem) { .scroll.roomy { margin-right: calc(-1 * min((100vw - 70rem) / 2 + 1rem, 10rem)); } }
table.grid tr > :first-child { padding-left: 0; }
table.grid .left { text-align: left; }
table.grid td.left { min-width: 0; }
table.grid .first:not(:first-child) { padding-left: 1rem; }
table.grid.dense .first:not(:first-child) { padding-left: 0.75rem; }
table.grid.short tbody th { white-space: nowrap; min-width: 0; }
table.grid th.group { text-align: center; border-bottom: 0; padding-right: 0; white-space: nowrap; }
table.grid th.group span { display: block; border-bottom: 1px solid var(--line); padding-bottom: 0.3rem; }
table.grid tbody tr.new + tr:not(.new) > *, table.grid tbody tr:not(.new) + tr:not(.new) > * { border-top-color: transparent; }

.claims { list-style: none; padding: 0; margin: 0; }
.claims li { display: grid; grid-template-columns: 9.5rem 1fr; gap: 0.2rem 1.25rem; padding: 0.9rem 0; }
.claims li + li { border-top: 1px solid var(--line); }
.claims p { margin: 0; }
.claims .said { font-weight: 600; }
.claims .evidence { color: var(--soft); font-size: 0.92rem; margin-top: 0.3rem; }
.claims .number { display: block; color: var(--soft); font-size: 0.82rem; margin-top: 0.35rem; }
.badge { display: inline-block; border: 1.5px solid currentColor; border-radius: 99px; padding: 0.05rem 0.65rem;
  font-size: 0.82rem; font-weight: 600; line-height: 1.5; white-space: nowrap; }
.badge.open { color: var(--soft); border-style: dashed; }
.outcomes { margin: 0.9rem 0 0; display: flex; flex-wrap: wrap; gap: 0.5rem; }
.notes li { margin-bottom: 0.5rem; max-width: 72ch; }
.notes { padding-left: 1.2rem; margin: 0; }
@media (max-width: 43rem) { .claims li { grid-template-columns: 1fr; }
  .claims .number { display: inline; margin-left: 0.6rem; }
}

details { margin-top: 0.5rem; }
summary { cursor: pointer; width: fit-content; }
summary h2 { display: inline; }
details[open] > summary { margin-bottom: 1rem; }

@media (max-width: 30rem) { dl div { grid-template-columns: 1fr; } }
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; }
  section, article, figure, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .scroll, .scroll.roomy { overflow: visible; background: none; margin-right: 0; }
  th, td { white-space: normal; padding: 0.3rem 0.4rem; }
  .narrow { display: none; }
  .wide { display: block; }
  .swatch { print-color-adjust: exact; }
}
`;
