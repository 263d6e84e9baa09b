/**
 * @file What the pages of all documents have in common: facts, lists, claims, provenance, the paper.
 */

import type { Claim } from "../../document/claims.ts";
import type { Provenance } from "../../document/provenance.ts";
import { ownerOf, toneOf } from "../claims.ts";
import { formatDuration, formatNoun } from "../format.ts";
import { html, type Insert, type Markup } from "./escape.ts";
import { keepUnits } from "./page.ts";

/** A name and a value. */
export type Fact = readonly [what: string, value: Insert];

/** Facts as a list of names and values; facts without a value are left out. */
export const factList = (facts: readonly Fact[]): Markup =>
  html`<dl>${facts
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>`;

/** A part that is folded away under its title. */
export const foldedPart = (title: string, content: Insert): Markup => html`<details>
<summary><h2>${title}</h2></summary>
${content}
</details>`;

/** A section of sentences; none, if there are none. */
export const sentencesPart = (title: string, sentences: readonly string[]): Insert =>
  sentences.length > 0 &&
  html`<section><h2>${title}</h2>
<ul class="notes">${sentences.map((sentence) => html`<li>${keepUnits(sentence)}</li>`)}</ul></section>`;

/** What a reader must know of a document beside the paper. */
export const notesPart = ({ notes }: { readonly notes: readonly string[] }): Insert =>
  sentencesPart("What was chosen, and what differs from the paper", notes);

/** The outcome of each claim, in short. */
export const outcomesPart = ({ claims }: { readonly claims: readonly Claim[] }): Insert =>
  claims.length > 0 &&
  html`<p class="outcomes">${claims.map(
    (claim) => html`<span class="badge ${toneOf(claim)}">Claim ${claim.number}: ${claim.outcome}</span> `,
  )}</p>`;

/** The claims with their outcomes and evidence. */
export function claimsPart({ claims }: { readonly claims: readonly Claim[] }): Insert {
  if (claims.length === 0) return null;
  return html`<section><h2>Claims${ownerOf(claims)}</h2>
<ol class="claims">${claims.map(
    (claim) => html`
<li><div><span class="badge ${toneOf(claim)}">${claim.outcome}</span> <span class="number">Claim ${claim.number}</span></div>
<div><p class="said">${claim.text}</p>
<p class="evidence">${keepUnits(claim.evidence)}</p></div></li>`,
  )}</ol></section>`;
}

/**
 * Where the numbers come from, with some facts more.
 *
 * @param hasTrials - Whether trials made them, several at once.
 */
export function provenancePart(provenance: Provenance, more: readonly Fact[], hasTrials = true): Markup {
  const { version, commit, engine, device, threads, jobs, node, machine, command, started, seconds } =
    provenance;
  const each = formatNoun(threads, "thread");
  const shares = hasTrials ? `${formatNoun(jobs, "trial")} at once, ${each} each` : each;
  return html`<section><h2>Provenance</h2>
${factList([
  ["Shatter", `${version}${commit === null ? "" : `, commit ${commit}`}`],
  ["Command", command === null ? null : html`<code>${command}</code>`],
  ["Started", started],
  ["Took", `${formatDuration(seconds)}${provenance.interrupted ? ", then interrupted" : ""}`],
  ["Engine", `${engine} on ${device}, ${shares}`],
  ["Machine", `${machine}; Node ${node.replace(/^v/, "")}`],
  ...more,
])}</section>`;
}

/** The paper. */
export const citation = html`<p class="citation">C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals.
<cite>Understanding deep learning requires rethinking generalization.</cite> International Conference on Learning
Representations, 2017. arXiv:1611.03530.</p>`;

/** Text whose parts between backticks are code. */
export const withCode = (text: string): Insert =>
  text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
