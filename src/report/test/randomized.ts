/**
 * @file What was randomized: a kind of trial each, on the data's own examples where there are pictures of them.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { compareKinds, kindOfTrial, nameKind } from "../../run/kinds.ts";
import { kindColor } from "../chart/looks.ts";
import { swatch } from "../grid/html.ts";
import { html, type Insert } from "../html/escape.ts";
import { nameClass } from "./about.ts";

type Shown = NonNullable<TestResult["pictures"]>["randomized"][number];

/** A card a kind of trial; nothing where nothing is known. */
export function randomizedPart({ trials, pictures, dataset }: TestResult): Insert {
  const kinds = [...trials]
    .map((trial) => ({ kind: { ...kindOfTrial(trial), escalation: 0 }, touched: trial.touched ?? null }))
    .sort((a, b) => compareKinds(a.kind, b.kind));
  const cards = [...Map.groupBy(kinds, ({ kind }) => nameKind(kind))].flatMap(([name, [first]]) => {
    const { kind, touched } = first!;
    const shown = pictures?.randomized.find(
      ({ inputs, nominal }) => inputs === kind.inputs && nominal === kind.nominal,
    );
    if (touched === null && !shown) return [];
    return [
      html`<div><h3>${swatch(kindColor(kind))}${name}</h3>
${shown && examplesOf(shown, dataset)}
${touched !== null && html`<p>${touched}</p>`}</div>\n`,
    ];
  });
  return (
    cards.length > 0 &&
    html`<section><h2>What was randomized</h2>\n<div class="kinds">${cards}</div></section>`
  );
}

/** The same examples in every card, each with the label that was taught; a true one that it replaced is struck through. */
const examplesOf = ({ examples }: Shown, dataset: TestResult["dataset"]): Insert =>
  html`<ul class="examples">${examples.map(
    ({ index, label, given, image }) =>
      html`<li><img src="${image}" alt="Training example ${index}, truly ${nameClass(dataset, label)}">
<span>${label !== given && html`<s>${nameClass(dataset, label)}</s>`}${nameClass(dataset, given)}</span></li>`,
  )}</ul>`;
