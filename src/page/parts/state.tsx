/**
 * @file States and progress: of a trial, and of many.
 */

import type { JSX } from "preact";
import type { TrialCounts, TrialItem } from "../../web/api.ts";
import { nameTrial, shareDone, stateMeaning, states, sumOf, tellCounts } from "../words.ts";

/** The state of a trial. */
export function State({ trial }: { readonly trial: Pick<TrialItem, "state" | "status"> }): JSX.Element {
  const { state, status } = trial;
  const isOdd = state === "done" && status !== null && status !== "done";
  return (
    <span class={`state ${isOdd ? "quarantined" : state}`} title={stateMeaning[state]}>
      {isOdd ? status : state}
    </span>
  );
}

/** How far a trial is. */
export const TrialBar = ({ trial }: { readonly trial: TrialItem }): JSX.Element => (
  <progress
    class={trial.state}
    max={1}
    value={trial.state === "done" ? 1 : shareDone(trial)}
    aria-label={`${nameTrial(trial)}: epoch ${trial.epoch} of ${trial.epochsAllowed}`}
  />
);

/** How many trials are in which state, as a bar. */
export function CountsBar({
  counts,
  of,
}: {
  readonly counts: TrialCounts;
  readonly of: string;
}): JSX.Element {
  const total = sumOf(counts);
  return (
    <div class="counts-bar" role="img" aria-label={`${of}: ${tellCounts(counts)}, of ${total}`}>
      {states.map(
        (state) =>
          counts[state] > 0 && <span key={state} class={state} style={{ flexGrow: String(counts[state]) }} />,
      )}
    </div>
  );
}
