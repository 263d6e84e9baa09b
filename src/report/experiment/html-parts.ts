/**
 * @file What the pages of an experiment and of a theory have in common: colours of lines, links, claims, notes.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { html, type Insert } from "../escape.ts";
import { fileLink, keepUnits } from "../html-page.ts";
import type { PageColor } from "../page-style.ts";
import { toneOf } from "./claims.ts";
import { SERIES_COLORS, seriesVariable } from "./series-look.ts";

/** The colours of lines, by their place. */
export const lineColors: readonly PageColor[] = SERIES_COLORS.light.map((light, index) => ({
  variable: seriesVariable(index),
  light,
  dark: SERIES_COLORS.dark[index]!,
}));

/** Links to the files of a figure or table; none, if there are none. */
export const linksTo = (names: readonly string[]): Insert =>
  names.length > 0 &&
  html`<p class="files">As files: ${names.map((name, index) => [index > 0 && ", ", fileLink(name)])}</p>`;

/** The outcome of each claim, in short. */
export const outcomesPart = ({ claims }: Pick<ExperimentResult, "claims">): Insert =>
  claims.length > 0 &&
  html`<p class="outcomes">${claims.map(
    (claim) => html`<span class="badge ${toneOf(claim)}">Claim ${claim.number}: ${claim.outcome}</span> `,
  )}</p>`;

/** The claims with their outcomes and evidence. */
export function claimsPart({ claims }: Pick<ExperimentResult, "claims">): Insert {
  if (claims.length === 0) return null;
  return html`<section><h2>Claims of the paper</h2>
<ol class="claims">${claims.map(
    (claim) => html`
<li><div><span class="badge ${toneOf(claim)}">${claim.outcome}</span> <span class="number">Claim ${claim.number}</span></div>
<div><p class="said">${claim.text}</p>
<p class="evidence">${keepUnits(claim.evidence)}</p></div></li>`,
  )}</ol></section>`;
}

/** What a reader must know. */
export const notesPart = ({ notes }: Pick<ExperimentResult, "notes">): Insert =>
  notes.length > 0 &&
  html`<section><h2>What was chosen, and what differs from the paper</h2>
<ul class="notes">${notes.map((note) => html`<li>${keepUnits(note)}</li>`)}</ul></section>`;
