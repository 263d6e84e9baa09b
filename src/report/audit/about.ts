/**
 * @file What all drawings of an audit have in common: its tables and plots, and words for outcomes.
 */

import { type AuditResult, type AuditSection, outcomes } from "../../audit/audit-result.ts";
import type { About } from "../chart/tell-plot.ts";
import type { Drawn } from "../names.ts";

/** How an outcome is said, and how it is to be taken. */
export const outcomeWords = {
  clear: { word: "clear", tone: "good", style: "green" },
  notice: { word: "look", tone: "open", style: "yellow" },
  alarm: { word: "found", tone: "bad", style: "red" },
} as const satisfies Record<AuditSection["outcome"], object>;

/** Sections in the order they are to be looked at: what was found first, what is clear last. */
export const worstFirst = (sections: readonly AuditSection[]): AuditSection[] =>
  sections.toSorted((a, b) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome));

/** What it says of itself below figures. */
export const aboutAudit = ({ dataset }: AuditResult): About => ({
  source: null,
  name: `Audit of ${dataset.name}`,
});

/** All its tables, those of single cases too, and plots. */
export const drawnOfAudit = (result: AuditResult): Drawn => ({
  ...aboutAudit(result),
  tables: result.sections.flatMap(({ tables, lists }) => [...tables, ...lists]),
  plots: result.sections.flatMap(({ plots }) => plots),
});
