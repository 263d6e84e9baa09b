/**
 * @file Names of lines beside their right ends, the highest first, moved apart where they would lie on each other.
 */

import { shareAlong } from "./domain.ts";
import type { Curve, CurveAxis, Panel } from "./figure.ts";

/** A line's name, and how far below the top of the frame it stands, in pixels. */
export interface EndLabel {
  /** Null for the last one, which says how many more there are. */
  readonly curve: Curve | null;
  readonly label: string;
  readonly down: number;
}

/** Pixels from one name to the next, at least. */
const ROW = 15;

/** The last value of a line, as a share of the height; that of the paper's where we have none. */
function endOf({ ours, paper }: Curve, y: CurveAxis): number | null {
  const last = ours.findLast((point) => point.y !== null)?.y ?? paper.at(-1)?.y ?? null;
  return last === null ? null : shareAlong(last, y);
}

/**
 * Place the names of a panel's lines; a line without a value has none.
 *
 * @param height - Of its frame, in pixels.
 */
export function placeEnds({ curves, y }: Panel, height: number): EndLabel[] {
  const ends = curves.flatMap((curve) => {
    const end = endOf(curve, y);
    return end === null ? [] : [{ curve, label: curve.label, down: height * (1 - end) }];
  });
  const wanted = fitting(
    ends.sort((a, b) => a.down - b.down),
    height,
  );
  // Groups of names that touch stand around the middle of where they want to be.
  let groups = wanted.map((end) => ({ ends: [end], middle: end.down }));
  for (let isMoved = true; isMoved; ) {
    isMoved = false;
    const next: typeof groups = [];
    for (const group of groups) {
      const above = next.at(-1);
      const half = (ROW * group.ends.length) / 2;
      if (above && above.middle + (ROW * above.ends.length) / 2 > group.middle - half) {
        const all = [...above.ends, ...group.ends];
        next[next.length - 1] = { ends: all, middle: middleOf(all, height) };
        isMoved = true;
      } else next.push(group);
    }
    groups = next;
  }
  return groups.flatMap(({ ends: touching, middle }) =>
    touching.map((end, place) => ({
      ...end,
      down: middle + ROW * (place - (touching.length - 1) / 2),
    })),
  );
}

/** As many names as there is room for, from the highest on. */
function fitting(ends: readonly EndLabel[], height: number): EndLabel[] {
  const most = Math.floor(height / ROW) + 1;
  if (ends.length <= most) return [...ends];
  const label = `and ${ends.length - most + 1} more`;
  return [...ends.slice(0, most - 1), { curve: null, label, down: ends[most - 1]!.down }];
}

/** The middle of some names, within the frame. */
function middleOf(ends: readonly EndLabel[], height: number): number {
  const mean = ends.reduce((sum, { down }) => sum + down, 0) / ends.length;
  const half = (ROW * (ends.length - 1)) / 2;
  return Math.max(half, Math.min(height - half, mean));
}
