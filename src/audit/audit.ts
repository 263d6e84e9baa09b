/**
 * @file The audit of a dataset: every section, and what matters most of them all.
 */

import { exampleCount, exampleShape, hasNumbers, titleOf } from "../data/dataset.ts";
import { splitsHash } from "../train/prepare.ts";
import { type AuditResult, type AuditSection, outcomes } from "./audit-result.ts";
import { balance } from "./balance.ts";
import { columnFacts } from "./column-facts.ts";
import { copies } from "./copies.ts";
import { groups } from "./groups.ts";
import { labelErrors } from "./label-errors.ts";
import { near } from "./near/near.ts";
import { rules } from "./rules.ts";
import type { AuditTask, SectionMaker, SplitName } from "./section.ts";

/** All sections, in the order they are read. */
export const sectionMakers: readonly SectionMaker[] = [
  balance,
  groups,
  copies,
  near,
  columnFacts,
  rules,
  labelErrors,
];

/** An audit before anybody has signed it. */
export type UnsignedAudit = Omit<AuditResult, "provenance">;

/** Draws an example of a split of the whole data as the `data:` URL of a PNG. */
export type DrawExample = (split: SplitName, index: number) => Promise<string>;

/** How an audit is done, beside what it is of. */
export interface AuditSettings {
  /** What was asked for, to be written down. */
  readonly settings?: AuditResult["settings"];
  /** Draws the pictures; none are drawn unless told. */
  readonly draw?: DrawExample | undefined;
  /** The sections; all unless told. */
  readonly makers?: readonly SectionMaker[];
}

/**
 * Audit a dataset.
 *
 * @throws the signal's reason as soon as it is aborted.
 */
export async function audit(
  task: AuditTask,
  { settings = {}, draw, makers = sectionMakers }: AuditSettings = {},
): Promise<UnsignedAudit> {
  const { train, test } = task.splits;
  const sections: AuditSection[] = [];
  const notLookedAt: string[] = [];
  for (const { what, lacks, make } of makers) {
    const why = lacks?.(task);
    if (why === undefined) sections.push(await illustrate(await make(task), draw));
    else if (why !== "") notLookedAt.push(`${what} (${why})`);
  }
  return {
    schema: "shatter/audit@1",
    dataset: {
      name: titleOf(train),
      ...(train.title !== undefined && { identity: train.name }),
      train: exampleCount(train),
      test: exampleCount(test),
      classNames: [...train.classNames],
      shape: [...exampleShape(train)],
      hash: await splitsHash(task.splits),
    },
    headline: headlineOf(sections, hasNumbers(task.splits.train)),
    sections,
    notLookedAt,
    settings,
  };
}

/** Draw the pictures of a section. */
async function illustrate(section: AuditSection, draw: DrawExample | undefined): Promise<AuditSection> {
  if (!draw) return section;
  const pictures: AuditSection["pictures"] = [];
  for (const picture of section.pictures) {
    const examples = [];
    for (const example of picture.examples) {
      examples.push({ ...example, image: await draw(example.split, example.index) });
    }
    pictures.push({ ...picture, examples });
  }
  return { ...section, pictures };
}

/** The headlines of what is worst; or that nothing was found. */
export function headlineOf(sections: readonly AuditSection[], isOfNumbers = false): string {
  const worst = [...outcomes]
    .reverse()
    .find((outcome) => sections.some((section) => section.outcome === outcome));
  if (worst === undefined || worst === "clear")
    return `Nothing was found that makes results on these data say something else${isOfNumbers ? "; whether a column tells the numbers was not looked at" : ""}.`;
  return sections
    .filter(({ outcome }) => outcome === worst)
    .slice(0, 2)
    .map(({ findings }) => findings[0]!)
    .join(" ");
}
