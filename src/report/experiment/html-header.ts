/**
 * @file The head of an experiment's page: what it asks, what came out, and what went wrong.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { html, type Insert, type Markup } from "../escape.ts";
import { formatNoun } from "../format.ts";
import { tellScale, tellTrials } from "./about.ts";
import { outcomesPart } from "./html-parts.ts";
import { troubles } from "./trials.ts";

/** Trials with troubles that are named one by one. */
const MOST_NAMED = 12;

/** The head of the page. */
export function headerPart(result: ExperimentResult): Markup {
  const { title, question } = result;
  const told = tellTrials(result);
  return html`<header>
<p class="over">${tellScale(result)}</p>
<h1>${title}</h1>
${question && html`<p>${question}</p>`}
${told !== "" && html`<p class="under">${told}</p>`}
${outcomesPart(result)}
${troublePart(result)}
</header>`;
}

function troublePart(result: ExperimentResult): Insert {
  const { provenance, trials } = result;
  const found = troubles(result);
  const named = found.slice(0, MOST_NAMED);
  const more = found.length - named.length;
  return [
    trials.length === 0 && html`<p class="notice">No trial has a result yet.</p>`,
    provenance.interrupted &&
      html`<p class="notice">This experiment was interrupted: some trials are missing.</p>`,
    found.length > 0 &&
      html`<div class="notice"><p>${formatNoun(found.length, "trial")} did not come to ${found.length === 1 ? "its" : "their"} end:</p>
<ul class="notes">${named.map(({ what, why }) => html`<li><strong>${what}</strong>: ${why}</li>`)}${more > 0 && html`<li>and ${more} more, see “Every trial” below</li>`}</ul></div>`,
  ];
}
