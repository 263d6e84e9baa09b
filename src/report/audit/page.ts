/**
 * @file The report of an audit as one HTML page that needs nothing beside it; its pictures are in it.
 */

import type { AuditPicture, AuditResult, AuditSection } from "../../audit/audit-result.ts";
import { formatCount, formatNoun } from "../format.ts";
import { carriedTables, plotParts, tableParts } from "../html/drawn.ts";
import { html, type Insert, type Markup, trust } from "../html/escape.ts";
import { type Carried, carriedResult, downloadsPart, htmlPage, keepUnits } from "../html/page.ts";
import { provenancePart } from "../html/parts.ts";
import type { Drawn } from "../names.ts";
import { aboutAudit, drawnOfAudit, outcomeWords, worstFirst } from "./about.ts";

/**
 * The page of an audit.
 *
 * @param document - What charts are drawn with.
 * @param beside - Names of the files in the folder it will be in.
 */
export function auditPage(result: AuditResult, document: Document, beside: readonly string[] = []): string {
  const { dataset, headline, sections, notLookedAt, provenance, settings } = result;
  return htmlPage(
    `${dataset.name}: ${headline}`,
    html`<header>
<p class="over">Audit of data</p>
<h1>${keepUnits(headline)}</h1>
<p class="under"><strong>${dataset.name}</strong>, ${formatCount(dataset.train)} training and
${formatNoun(dataset.test, "test example")}</p>
<p class="outcomes">${worstFirst(sections).map(badgeOf)}</p>
</header>
${worstFirst(sections).map((section) => sectionPart(result, section, document, beside))}
${
  notLookedAt.length > 0 &&
  html`<section><h2>Not looked at</h2>
<ul class="notes">${notLookedAt.map((what) => html`<li>${what}</li>`)}</ul></section>`
}
${provenancePart(
  provenance,
  [
    ["Data hash", html`<code>${dataset.hash}</code>`],
    ...Object.entries(settings).map(
      ([name, value]) => [`Setting ${name}`, value === null ? "–" : String(value)] as const,
    ),
  ],
  false,
)}
${downloadsPart(carriedFiles(result), beside)}`,
    [],
  );
}

const badgeOf = ({ title, outcome }: AuditSection): Markup =>
  html`<span class="badge ${outcomeWords[outcome].tone}">${title}: ${outcomeWords[outcome].word}</span> `;

function sectionPart(
  result: AuditResult,
  section: AuditSection,
  document: Document,
  beside: readonly string[],
): Markup {
  const { title, findings, method, pictures, lists } = section;
  const [headline, ...more] = findings;
  const about = aboutAudit(result);
  const drawn = (tables: Drawn["tables"]): Drawn => ({ ...about, tables, plots: section.plots });
  return html`<section><h2>${title}</h2>
<p><strong>${keepUnits(headline!)}</strong></p>
${more.length > 0 && html`<ul class="notes">${more.map((each) => html`<li>${keepUnits(each)}</li>`)}</ul>`}
${picturesPart(pictures)}
${plotParts(drawn([]), document, beside)}${tableParts(drawn(section.tables), "other", beside)}
${
  lists.length > 0 &&
  html`<details><summary>Every case</summary>${tableParts({ ...about, tables: lists, plots: [] }, "other", beside)}</details>`
}
${
  method.length > 0 &&
  html`<details><summary>How it was looked for</summary>
<ul class="notes">${method.map((each) => html`<li>${keepUnits(each)}</li>`)}</ul></details>`
}
</section>\n`;
}

/** Examples side by side; none where nobody has drawn them. */
function picturesPart(pictures: readonly AuditPicture[]): Insert {
  const drawn = pictures.filter(({ examples }) => examples.some(({ image }) => image !== null));
  return (
    drawn.length > 0 &&
    html`<style>${trust(STYLE)}</style><div class="pictures">${drawn.map(
      ({ caption, examples }) =>
        html`<figure class="beside"><div>${examples.map(
          ({ split, index, label, note, image }) =>
            html`<span>${
              image !== null && html`<img src="${image}" alt="${split} ${index}, ${label}">`
            }<small>${split} ${index}<br>${label}${note !== undefined && html`<br>${note}`}</small></span>`,
        )}</div><figcaption>${keepUnits(caption)}</figcaption></figure>`,
    )}</div>`
  );
}

const STYLE = `
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1rem; margin: 1rem 0; }
.beside { border: 1px solid var(--line); border-radius: 6px; padding: 0.7rem; background: var(--panel); }
.beside div { display: flex; flex-wrap: wrap; gap: 0.6rem; }
.beside span { width: 6rem; overflow-wrap: anywhere; line-height: 1.3; }
.beside img { width: 6rem; height: 6rem; display: block; object-fit: contain; image-rendering: pixelated; background: var(--line); }
`;

const carriedFiles = (result: AuditResult): Carried[] => [
  carriedResult(result, result.schema, ({ sections, ...rest }) => ({
    ...rest,
    sections: sections.map((section) => ({ ...section, lists: [], pictures: [] })),
  })),
  ...carriedTables(drawnOfAudit(result)),
];
