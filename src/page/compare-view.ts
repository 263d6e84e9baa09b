/**
 * @file How a comparison is looked at: which groups are hidden or pinned, what the panels are split by, which epochs are
 * shown; all of it in the address.
 */

import type { CompareAnswer } from "../web/api.ts";
import { listOf } from "./filters.ts";

export type Group = CompareAnswer["groups"][number];

/** What an address says of it. */
export interface CompareView {
  /** Keys of groups; see {@link keyOf}. */
  readonly hidden: readonly string[];
  readonly pinned: readonly string[];
  /** The field with a panel a value; null for one panel with all, undefined for what suits. */
  readonly split: string | null | undefined;
  /** First and last epoch shown; null where nothing is said. */
  readonly from: number | null;
  readonly to: number | null;
}

/** Groups that one panel can hold. */
const TOGETHER = 6;

/** A group in an address: its values, without what separates keys. */
export const keyOf = ({ fields }: Pick<Group, "fields">): string =>
  Object.values(fields).join(";").replaceAll(",", "_");

/** What an address says. */
export function viewOf(address: URL): CompareView {
  const split = address.searchParams.get("split");
  const epoch = (name: string): number | null => {
    const text = address.searchParams.get(name);
    return text === null || !/^\d{1,6}$/.test(text) ? null : Number(text);
  };
  return {
    hidden: listOf(address, "hide"),
    pinned: listOf(address, "pin"),
    split: split === "none" ? null : (split ?? undefined),
    from: epoch("from"),
    to: epoch("to"),
  };
}

/**
 * The field that groups are split by into panels, null for none: the one asked for; unless told, and where groups are too
 * many for one panel, the one that makes the fewest panels which hold theirs, or if none does, the one whose fullest panel holds fewest.
 */
export function splitOf(
  { groups, by }: Pick<CompareAnswer, "groups" | "by">,
  asked: CompareView["split"],
): string | null {
  if (asked === null || (asked !== undefined && by.includes(asked))) return asked;
  if (groups.length <= TOGETHER) return null;
  const kinds = by.map((field) => {
    const counts = new Map<string, number>();
    for (const { fields } of groups) counts.set(fields[field]!, (counts.get(fields[field]!) ?? 0) + 1);
    return { field, panels: counts.size, most: Math.max(...counts.values()) };
  });
  kinds.sort((a, b) => a.panels - b.panels);
  const fitting = kinds.find(({ most }) => most <= TOGETHER);
  return (fitting ?? kinds.sort((a, b) => a.most - b.most)[0])?.field ?? null;
}

/** Groups in the order of their last values, the best first: the largest accuracy, or the smallest loss. */
export function bestFirst({ groups, metric }: Pick<CompareAnswer, "groups" | "metric">): Group[] {
  const sign = metric.endsWith("Accuracy") ? -1 : 1;
  const last = ({ points }: Group): number => sign * (points.at(-1)?.mean ?? Number.NaN);
  return [...groups].sort((a, b) => {
    const [one, other] = [last(a), last(b)];
    return Number.isNaN(one) ? 1 : Number.isNaN(other) ? -1 : one - other;
  });
}
