/**
 * @file What Figure 1a says about the paper's claims, which are about Inception; other models are mentioned.
 */

import { percent } from "../base/percent.ts";
import type { Claim } from "../document/claims.ts";
import { type Check, judgeClaim } from "../document/claims.ts";
import type { TrialResult } from "../run/trial-record.ts";
import {
  type Curve,
  curves,
  epochsToLowLoss,
  LOW_LOSS,
  PAPER_MODEL,
  stepsToLowLoss,
} from "./figure-1a-curves.ts";
import { meanOver } from "./measure.ts";

/** A loss from which a network counts as guessing among ten classes: within 5 % of ln 10. */
const GUESSING = 0.95 * Math.log(10);

/** Training accuracy that counts as fitted; the paper calls 99.34 % fitted. */
const FITTED = 0.99;

const curveOf = (title: string): Curve => curves.find((curve) => curve.title === title)!;

/** What Figure 1a says about the claims it can speak to. */
export function figure1aClaims(
  models: readonly string[],
  trialsOf: (model: string, curve: Curve) => readonly TrialResult[],
): Claim[] {
  const others = models.filter((model) => model !== PAPER_MODEL);
  const besides = (check: (model: string) => Check): string[] =>
    others
      .map(check)
      .filter(({ holds }) => holds !== null)
      .map(({ says }) => says);

  const plateau = (model: string): Check => {
    const trials = trialsOf(model, curveOf("random labels"));
    const flat = meanOver(trials, lastGuess);
    if (flat === null) return { holds: null, says: `${model} on random labels` };
    const low = meanOver(trials, epochsToLowLoss);
    const reached = trials.every((trial) => epochsToLowLoss(trial) !== null);
    const start = `on random labels ${model} is still guessing after ${flat.toFixed(1)} epochs`;
    if (low === null || !reached) {
      return { holds: false, says: `${start}, and does not come to a loss of ${LOW_LOSS}` };
    }
    const later = low - flat;
    return {
      holds: flat >= 1 && later <= 2 * flat,
      says: `${start}, and its loss is below ${LOW_LOSS} ${later.toFixed(1)} epochs later`,
    };
  };

  const fits =
    (title: string) =>
    (model: string): Check => {
      const ours = meanOver(trialsOf(model, curveOf(title)), ({ trainAccuracy }) => trainAccuracy);
      if (ours === null) return { holds: null, says: `${model} on ${title}` };
      return { holds: ours >= FITTED, says: `${model} fits ${percent(ours)} of ${title}` };
    };

  const faster =
    (title: string) =>
    (model: string): Check => {
      const steps = (name: string) => {
        const trials = trialsOf(model, curveOf(name));
        const known = trials.every((trial) => stepsToLowLoss(trial) !== null);
        return known ? meanOver(trials, stepsToLowLoss) : Number.POSITIVE_INFINITY;
      };
      const [mine, labels] = [steps(title), steps("random labels")];
      if (mine === null || labels === null) {
        return { holds: null, says: `${model} on ${mine === null ? title : "random labels"}` };
      }
      const say = (count: number): string =>
        Number.isFinite(count) ? `after ${Math.round(count)} steps` : "never";
      return {
        holds: mine < labels,
        says: `${model} comes to a loss of ${LOW_LOSS} on ${title} ${say(mine)}, on random labels ${say(labels)}`,
      };
    };

  const fitting = [
    ...["shuffled pixels", "random pixels", "gaussian"].map(fits),
    ...["random pixels", "gaussian"].map(faster),
  ];
  return [
    judgeClaim(3, [plateau(PAPER_MODEL)], besides(plateau)),
    judgeClaim(
      4,
      fitting.map((check) => check(PAPER_MODEL)),
      fitting.flatMap(besides),
    ),
  ];
}

/** The last epoch from the start on after which a trial was still guessing; 0 if never. */
function lastGuess({ history }: TrialResult): number | null {
  const measured = history.filter(({ fitLoss }) => fitLoss !== null);
  if (measured.length === 0) return null;
  const end = measured.findIndex(({ fitLoss }) => fitLoss! < GUESSING);
  if (end === 0) return 0;
  return (end < 0 ? measured.at(-1) : measured[end - 1])!.epoch;
}
