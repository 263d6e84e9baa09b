/**
 * @file What networks trained on true labels get wrong: which classes, for which, and which examples are the hardest.
 */

import { type HardExample, hardestOf } from "../../paper/hard-examples.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { formatCount, formatNoun } from "../format.ts";
import { htmlList } from "../grid/html.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import { nameClass } from "./about.ts";
import { classGrid } from "./tables.ts";

/** Classes whose matrix fits a page. */
const MOST_CLASSES = 12;
/** Pairs of classes that are named where there are more. */
const MOST_PAIRS = 10;
/** Share of a color in the cell of all examples of a class, in percent; text stays legible on it. */
const STRONGEST = 42;

/** Classes by true and by answered class, and how many of each are right. */
export function confusionPart(result: TestResult): Insert {
  const grid = classGrid(result);
  if (grid === null) return null;
  const counts = confusionOf(result);
  return html`<section><h2>What it confuses</h2>
<div class="looked">
<div>${counts && (counts.length <= MOST_CLASSES ? matrixOf(counts, result) : pairsOf(counts, result))}</div>
<div>${htmlList(grid)}</div>
</div></section>`;
}

/** `[classes][classes]`: test examples by true class and answer, over the seeds of true labels; null if nothing is known. */
function confusionOf({ trials }: TestResult): number[][] | null {
  const known = trials.flatMap(({ inputs, labels, escalation, confusion }) =>
    inputs === "true" && labels.nominal === 0 && escalation === 0 && confusion ? [confusion] : [],
  );
  const [first] = known;
  if (!first) return null;
  return first.map((row, label) =>
    row.map((_, answer) => known.reduce((sum, matrix) => sum + matrix[label]![answer]!, 0)),
  );
}

function matrixOf(counts: readonly (readonly number[])[], { dataset }: TestResult): Markup {
  const names = [...counts.keys()].map((label) => nameClass(dataset, label));
  const caption = "Test examples by true class (rows) and answer (columns), over all seeds of true labels";
  return html`<p class="caption">${caption}.</p>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table class="confusion">
<thead><tr><td></td>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${counts.map((row, label) => {
    const total = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    return html`<tr><th scope="row">${names[label]!}</th>${row.map((count, answer) => {
      const isRight = answer === label;
      // A mistake is seen where it is one in a hundred.
      const share = isRight ? count / total : Math.sqrt(count / total);
      const part = Math.round(STRONGEST * share);
      return html`<td${isRight && html` class="right"`} style="background:color-mix(in oklab, var(--${isRight ? "soft" : "bad"}) ${part}%, transparent)">${count === 0 ? "" : formatCount(count)}</td>`;
    })}</tr>\n`;
  })}</tbody></table></div>`;
}

/** The commonest mistakes, where there are too many classes for a matrix. */
function pairsOf(counts: readonly (readonly number[])[], { dataset }: TestResult): Markup {
  const pairs = counts
    .flatMap((row, label) => row.map((count, answer) => ({ count, label, answer })))
    .filter(({ count, label, answer }) => label !== answer && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_PAIRS);
  const named = ({ count, label, answer }: (typeof pairs)[number]): Markup =>
    html`<li>${nameClass(dataset, label)} taken for ${nameClass(dataset, answer)}: ${formatNoun(count, "answer")}</li>`;
  return html`<p class="caption">The commonest mistakes on test examples, over all seeds of true labels.</p>
<ul class="notes">${pairs.map(named)}</ul>`;
}

/** The hardest examples; nothing where trials do not tell. */
export function hardestPart(result: TestResult): Insert {
  const { networks, missed, late } = hardestOf(result.trials);
  if (missed.length + late.length === 0) return null;
  const all = networks === 1 ? "The network" : `All ${networks} networks`;
  return html`<section><h2>The hardest examples</h2>
<p>${all} trained on true labels found these hard. A wrong label would be among them; most are right, and hard to tell.</p>
${
  missed.length > 0 &&
  html`<h3>Test examples that ${networks === 1 ? "it misses" : "every one misses"}, the surest mistakes first</h3>
${examplesOf(missed, "test", result)}`
}
${
  late.length > 0 &&
  html`<h3>Training examples that were fitted last</h3>
${examplesOf(late, "train", result)}`
}</section>`;
}

function examplesOf(
  examples: readonly HardExample[],
  split: "train" | "test",
  { pictures, dataset }: TestResult,
): Markup {
  const drawn = new Map(
    pictures?.examples.filter((example) => example.split === split).map(({ index, image }) => [index, image]),
  );
  return html`<ul class="${drawn.size > 0 ? "examples" : "notes"}">${examples.map((example) => {
    const { index, label } = example;
    const name = nameClass(dataset, label);
    const image = drawn.get(index);
    return html`<li>${image !== undefined && html`<img src="${image}" alt="${split} example ${index}, labeled ${name}">`}
<span><strong>${name}</strong> <small>no. ${index}</small></span>
<span>${tellHard(example, dataset)}</span></li>\n`;
  })}</ul>`;
}

/** What networks answer instead, or since when they answer the label. */
function tellHard({ label, answers, epochs }: HardExample, dataset: TestResult["dataset"]): string {
  const wrong = answers.filter((answer) => answer !== label);
  if (wrong.length === 0) {
    const since = epochs.filter((epoch) => epoch !== null);
    const [first, last] = [Math.min(...since), Math.max(...since)];
    return first === last ? `fitted at epoch ${first}` : `fitted at epochs ${first} to ${last}`;
  }
  const said = [...Map.groupBy(wrong, (answer) => answer)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([answer, { length }]) => {
      const who =
        answers.length === 1 ? "says" : length === answers.length ? `all ${length} say` : `${length} say`;
      return `${who} ${nameClass(dataset, answer)}`;
    });
  return said.join(", ");
}
