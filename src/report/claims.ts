/**
 * @file The claims of an experiment in words: how many hold, and as Markdown.
 */

import { type Claim, claimOutcomes, LAST_OF_PAPER } from "../document/claims.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { formatNoun } from "./format.ts";
import { plainMarkdown } from "./plain-markdown.ts";

/** How an outcome is to be taken. */
export const toneOf = ({ outcome }: Claim): "good" | "bad" | "open" =>
  (({ reproduced: "good", "not reproduced": "bad", "not tested": "open" }) as const)[outcome];

/** Whose claims they are, where all are the paper's: ` of the paper`; others name their source. */
export const ownerOf = (claims: readonly Claim[]): string =>
  claims.every(({ number }) => number <= LAST_OF_PAPER) ? " of the paper" : "";

/** How many claims have each outcome, such as `2 claims: 1 reproduced, 1 not tested`; empty without claims. */
export function countOutcomes({ claims }: Pick<ExperimentResult, "claims">): string {
  if (claims.length === 0) return "";
  const counts = claimOutcomes.flatMap((outcome) => {
    const count = claims.filter((claim) => claim.outcome === outcome).length;
    return count > 0 ? [`${count} ${outcome}`] : [];
  });
  return `${formatNoun(claims.length, "claim")}${ownerOf(claims)}: ${counts.join(", ")}`;
}

/** The claims as Markdown. */
export function markdownClaims(result: Pick<ExperimentResult, "title" | "source" | "claims">): string {
  const { title, source, claims } = result;
  const items = claims.map(
    ({ number, text, outcome, evidence }) =>
      `## Claim ${number}: ${outcome}\n\n${plainMarkdown(text)}\n\n${plainMarkdown(evidence)}`,
  );
  const from = source === null ? "" : ` (${source})`;
  const count = countOutcomes(result);
  return `${[
    `# Claims: ${plainMarkdown(title + from)}`,
    claims.length === 0 ? "This experiment tests no claim of the paper." : `${count}.`,
    ...items,
  ].join("\n\n")}\n`;
}
