/**
 * @file A test as a comment on a pull request, in GitHub's Markdown: the verdict, what was expected, the numbers, what was
 * not looked at, and how to do it again.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { compareKinds, kindOfTrial, nameEscalated } from "../../run/kinds.ts";
import type { TrialResult } from "../../run/trial-record.ts";
import type { Holding } from "../../verdict/conditions.ts";
import { formatNoun } from "../format.ts";
import { plainGrid } from "../grid/grid.ts";
import { listGrid } from "../grid/list-grid.ts";
import { markdownRows } from "../grid/markdown.ts";
import { plainMarkdown } from "../plain-markdown.ts";
import { lengthColumns } from "../trial-columns.ts";
import { wordingOf } from "../wording.ts";
import { nameTest, tellSpread } from "./about.ts";
import { summaryGrid } from "./tables.ts";
import { answersOf, headlineOf } from "./words.ts";

/** Most trials that are listed one by one: GitHub refuses comments of more than 65,536 characters. */
const MOST_TRIALS = 200;

/**
 * Write a test as a comment.
 *
 * @param holdings - What became of the conditions that it was held to; may be none.
 */
export function markdownComment(result: TestResult, holdings: readonly Holding[]): string {
  const { verdict, provenance } = result;
  const { lookedAt, notLookedAt } = verdict;
  const parts = [
    `### ${plainMarkdown(headlineOf(verdict))}`,
    `${plainMarkdown(nameTest(result))}.${provenance.interrupted ? " **Interrupted: some trials are missing.**" : ""}`,
    ...expectedPart(holdings),
    `${markdownRows(summaryGrid(result))}\n\n${plainMarkdown(tellSpread(result))}`,
    folded(
      "Why",
      answersOf(result)
        .map(({ question, answer, reasons }) => {
          const told = reasons.map(plainMarkdown).join("; ");
          return `- **${plainMarkdown(question)}** ${plainMarkdown(answer)}: ${told}`;
        })
        .join("\n"),
    ),
    ...(lookedAt?.length
      ? [`**Looked at, and would have been seen:** ${plainMarkdown(lookedAt.join("; "))}.`]
      : []),
    ...(notLookedAt ? [`**Not looked at:** ${plainMarkdown(notLookedAt.join("; "))}.`] : []),
    folded("Every trial, and how to reproduce them", `${trialsPart(result)}\n\n${reproducePart(result)}`),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The conditions and what became of them. */
function expectedPart(holdings: readonly Holding[]): string[] {
  if (holdings.length === 0) return [];
  const unmet = holdings.filter(({ isMet }) => !isMet).length;
  const count = formatNoun(holdings.length, "expectation");
  const rows = holdings.map(({ isMet, condition, got }) => [isMet ? "yes" : "NO", condition.text, got]);
  const about = { name: "", title: "", caption: "" };
  const columns = [
    ["Met", "left"],
    ["Expected", "left"],
    ["Got", "left"],
  ] as const;
  const summary = unmet === 0 ? `All of ${count} met.` : `${unmet} of ${count} not met.`;
  return [`**${summary}**`, markdownRows(plainGrid(about, columns, rows))];
}

function trialsPart({ trials, dataset }: TestResult): string {
  const { name, unit } = wordingOf(dataset);
  const sorted = [...trials].sort((a, b) => compareKinds(kindOfTrial(a), kindOfTrial(b)) || a.seed - b.seed);
  const grid = listGrid<TrialResult>(sorted.slice(0, MOST_TRIALS), [
    { title: "Trained on", unit: "text", read: (trial) => nameEscalated(kindOfTrial(trial)) },
    { title: "Seed", unit: "count", read: (trial) => trial.seed },
    { title: "Status", unit: "text", read: (trial) => trial.status },
    ...lengthColumns,
    { title: `Train ${name}`, unit, read: (trial) => trial.trainAccuracy },
    { title: `Test ${name}`, unit, read: (trial) => trial.testAccuracy },
    { title: "Trial", unit: "text", read: (trial) => trial.id },
  ]);
  const left = trials.length - MOST_TRIALS;
  const more = left > 0 ? `\n\nAnd ${formatNoun(left, "trial")} more, which the result has.` : "";
  return `${markdownRows(grid)}${more}`;
}

/** The command, and all that decides what it comes to. */
function reproducePart({ provenance, dataset }: TestResult): string {
  const { command, version, commit, engine, device, threads, machine } = provenance;
  const code = commit === null ? version : `${version} (commit ${commit})`;
  const facts = `Shatter ${code}, ${engine}, ${device}, ${formatNoun(threads, "thread")} a trial, ${machine}; data ${dataset.name}, SHA-256 ${dataset.hash}.`;
  const again = "`shatter replay` trains what the result describes again, and says what is equal.";
  return [...(command === null ? [] : [fenced(command)]), plainMarkdown(facts), again].join("\n\n");
}

/** A block of code; the fence is longer than any in it. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${code}\n${fence}`;
}

const folded = (title: string, inside: string): string =>
  `<details><summary>${title}</summary>\n\n${inside}\n\n</details>`;
