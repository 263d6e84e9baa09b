/**
 * @file The answers of a test as cards: a number, a sentence, and what follows from it; all other numbers folded away.
 */

import { NOTHING } from "../format.ts";
import { html, type Insert, type Markup, trust } from "../html/escape.ts";
import { keepUnits } from "../html/page.ts";
import { factList, withCode } from "../html/parts.ts";
import type { Answer } from "./words.ts";

/** The answers that are shown first: the first three, and whatever raises an alarm. */
export const isFirst = ({ tone }: Answer, place: number): boolean => place < 3 || tone === "alarm";

/** Cards side by side. */
export const cardsPart = (answers: readonly Answer[]): Insert =>
  answers.length > 0 && html`<div class="answers">${answers.map(card)}</div>`;

function card({ question, answer, tone, icon, evidence, reasons }: Answer): Markup {
  const [[what, value] = ["", NOTHING], ...numbers] = evidence;
  const [said, ...more] = reasons;
  const therefore = more.find((reason) => reason.startsWith("so ")) ?? more.find(isNext);
  const rest = more.filter((reason) => reason !== therefore);
  const sentence = (text: string): Insert => withCode(keepUnits(text));
  return html`
<article class="${tone}">
<h2>${question}</h2>
<p class="answer">${ICONS[icon]}${answer}</p>
${!value.startsWith(NOTHING) && html`<p class="number"><strong>${keepUnits(value)}</strong> ${what}</p>`}
${said !== undefined && html`<p class="said">${sentence(said)}</p>`}
${therefore !== undefined && html`<p class="therefore">${sentence(therefore)}</p>`}
<details><summary>All its numbers</summary>
${factList(numbers)}
${rest.length > 0 && html`<ul>${rest.map((reason) => html`<li>${sentence(reason)}</li>`)}</ul>`}
</details>
</article>`;
}

const isNext = (reason: string): boolean => reason.startsWith("next: ");

const draw = (path: string): Markup =>
  trust(`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`);

/** A drawing each, on 24 by 24. */
const ICONS: Readonly<Record<Answer["icon"], Markup>> = {
  stack: draw("M12 3l9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5L12 21l9-4.5"),
  limit: draw("M4 4h16M12 21V9M7 14l5-5 5 5"),
  check: draw("M4 13l5 5L20 6"),
  cross: draw("M6 6l12 12M18 6L6 18"),
  question: draw("M8.5 9a3.5 3.5 0 1 1 5.2 3c-1.1.7-1.7 1.4-1.7 2.7M12 19v.01"),
  alert: draw("M12 3L2 20.5h20zM12 10v4.5M12 17.5v.01"),
};
