/**
 * @file The time to overfit against the share of random labels, point by point: Fig. 1b of the paper.
 */

import type { JSX } from "preact";
import { LineChart } from "./curves.tsx";
import type { FitPoint } from "./race.ts";

/** The values of p that are tried one after another. */
export const LADDER = [0, 20, 40, 60, 80, 100];

/** The points so far, and the way to all of them. */
export function TimeToFit({
  points,
  onTryAll,
  isOff,
}: {
  readonly points: readonly FitPoint[];
  readonly onTryAll: () => void;
  readonly isOff: boolean;
}): JSX.Element {
  const fitted = points.filter(({ epochs }) => epochs !== null);
  const missed = points.filter(({ epochs }) => epochs === null);
  const most = Math.max(10, ...fitted.map(({ epochs }) => epochs!));
  const tell = points.map(
    ({ p, epochs, testAccuracy }) =>
      `${p} %: ${epochs === null ? "not fitted" : `${epochs} epochs`}, test ${Math.round(100 * testAccuracy)} %`,
  );
  return (
    <section class="time-to-fit">
      <h2>Time to overfit</h2>
      {fitted.length > 0 && (
        <LineChart
          title="Epochs until every label is fitted, by share of random labels"
          description={tell.join("; ") || "No race has ended yet."}
          lines={[
            {
              label: "epochs",
              side: "right",
              isDotted: true,
              points: fitted.map(({ p, epochs }) => [p, epochs!] as const),
            },
          ]}
          xMost={100}
          yMost={most * 1.08}
          xTick={(p) => `${p} %`}
        />
      )}
      <p class="soft">
        {points.length === 0 ? "Each race that ends adds a point. " : ""}
        {missed.length > 0
          ? `Not fitted within the epochs allowed: ${missed.map(({ p }) => `${p} %`).join(", ")}. `
          : ""}
        As Fig. 1b of the paper, for what is set here.
      </p>
      <button type="button" disabled={isOff} onClick={onTryAll}>
        Race for {LADDER.join(", ")} %
      </button>
    </section>
  );
}
