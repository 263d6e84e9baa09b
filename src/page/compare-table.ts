/**
 * @file The groups of a comparison at their last epochs, the best first, and their differences from a pinned one.
 */

import { type Estimate, estimate } from "../base/statistics.ts";
import { type Grid, plainGrid } from "../report/grid/grid.ts";
import { formatMeasured, MISSING, unitSuffix } from "../report/units.ts";
import type { CompareAnswer } from "../web/api.ts";
import { metrics } from "./compare-plot.ts";
import { bestFirst, type Group, keyOf } from "./compare-view.ts";

/** A group as a row; texts but for its key. */
export interface CompareRow {
  readonly key: string;
  readonly title: string;
  readonly value: string;
  /** From the pinned group, over shared seeds; null where none is pinned. */
  readonly difference: string | null;
  readonly epoch: string;
  readonly n: string;
  readonly trials: string;
}

/** A field of the singles, which are told apart by their seed, too. */
const isOf = ({ fields }: Group, single: Group): boolean =>
  Object.entries(fields).every(([field, value]) => single.fields[field] === value);

/** The last values of the single trials of a group, by their seed. */
const lastBySeed = (group: Group, singles: readonly Group[]): Map<string, number> =>
  new Map(
    singles.flatMap((single): [string, number][] => {
      const last = single.points.at(-1);
      return last && isOf(group, single) ? [[single.fields["seed"]!, last.mean]] : [];
    }),
  );

/** A group less another over the seeds they share; null if there are none. */
export function differenceOf(group: Group, other: Group, singles: readonly Group[]): Estimate | null {
  const theirs = lastBySeed(other, singles);
  const pairs = [...lastBySeed(group, singles)].filter(([seed]) => theirs.has(seed));
  return pairs.length === 0 ? null : estimate(pairs.map(([seed, value]) => value - theirs.get(seed)!));
}

/** The rows; pinned groups come first. */
export function compareRows(
  answer: Pick<CompareAnswer, "groups" | "metric">,
  singles: readonly Group[],
  pinned: readonly string[],
): CompareRow[] {
  const { unit } = metrics[answer.metric];
  const isPinned = (group: Group): boolean => pinned.includes(keyOf(group));
  const sorted = bestFirst(answer);
  const first = sorted.find((group) => keyOf(group) === pinned[0]);
  return [...sorted.filter(isPinned), ...sorted.filter((group) => !isPinned(group))].map((group) => {
    const last = group.points.at(-1);
    const apart = first && first !== group ? differenceOf(group, first, singles) : null;
    return {
      key: keyOf(group),
      title: group.title,
      value: last ? formatMeasured({ ...last, value: last.mean }, unit) : MISSING,
      difference: !first
        ? null
        : apart === null
          ? MISSING
          : `${apart.mean > 0 ? "+" : ""}${formatMeasured({ ...apart, value: apart.mean }, unit)} (n = ${apart.n})`,
      epoch: last ? String(last.epoch) : "",
      n: last ? String(last.n) : "0",
      trials: String(group.trials.length),
    };
  });
}

/** The columns after the name of a group. */
export function compareColumns({ metric }: Pick<CompareAnswer, "metric">, isPinned: boolean) {
  const { title, unit } = metrics[metric];
  return [
    { title: title + unitSuffix(unit), field: "value" },
    ...(isPinned ? [{ title: "less the pinned, by seed", field: "difference" } as const] : []),
    { title: "Epoch", field: "epoch" },
    { title: "n", field: "n" },
    { title: "Trials", field: "trials" },
  ] as const;
}

/** How to read it. */
export const COMPARE_NOTE =
  "Each group at its last epoch. Means over the trials of a group, ± half of the 95 % interval (Student’s t); n is how many came to that epoch. They differ in their seeds, and in whatever the groups are not told apart by. A difference is over pairs of one seed, each at its own last epoch.";

/** The rows as a table of texts, for files. */
export function compareGrid(
  answer: Pick<CompareAnswer, "groups" | "metric">,
  rows: readonly CompareRow[],
): Grid {
  const columns = compareColumns(
    answer,
    rows.some(({ difference }) => difference !== null),
  );
  return plainGrid(
    { name: "compare", title: "Groups", caption: "Each group at its last epoch." },
    [["Group", "left"], ...columns.map(({ title }) => [title, "right"] as const)],
    rows.map((row) => [row.title, ...columns.map(({ field }) => row[field] ?? "")]),
    [COMPARE_NOTE],
  );
}
