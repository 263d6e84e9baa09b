/**
 * @file The claims that measures speak to: 19, 22 and 23.
 */

import { FEWEST_FOR_TAU, kendallDifference } from "../../base/kendall.ts";
import { percent } from "../../base/percent.ts";
import { meanOf } from "../../base/statistics.ts";
import type { Splits } from "../../data/dataset.ts";
import { CHANCE_MARGIN, type Check, type Claim, judgeClaim } from "../../document/claims.ts";
import { type Compared, compare, type Judged, NO_PAIRS, pairsOf, sayTau, titles } from "./judged.ts";
import type { Drawn } from "./measures.ts";

/** What keeps claims about all networks from being reproduced by a few. */
const enough = (fitted: number): Check[] =>
  fitted < FEWEST_FOR_TAU
    ? [{ holds: null, says: `${FEWEST_FOR_TAU} networks that fit true labels (${fitted} do)` }]
    : [];

/** Claim 19: networks that fit true labels fit random ones, and are then at chance. */
export function shatterClaim(splits: Splits, drawn: readonly Drawn[]): Claim {
  const tried = drawn.filter(({ truth, random }) => truth && random !== undefined);
  if (tried.length === 0)
    return judgeClaim(19, [{ holds: null, says: "random labels, of a network that fits true ones" }]);
  const both = pairsOf(tried);
  const fit = `${both.length} of ${tried.length} networks that fit true labels fit random ones too`;
  const few = enough(compare(drawn).fitted.length);
  if (both.length === 0) return judgeClaim(19, [{ holds: false, says: fit }, ...few]);
  const accuracy = 1 - meanOf(both.map(({ random }) => random.testError));
  const chance = 1 / splits.train.classNames.length;
  const slower = meanOf(both.map(({ truth, random }) => random.epochs / truth.epochs));
  return judgeClaim(19, [
    {
      holds: both.length === tried.length,
      says: `${fit}, in ${slower.toFixed(1)} times the epochs on average`,
    },
    {
      holds: Math.abs(accuracy - chance) <= CHANCE_MARGIN,
      says: `their mean test accuracy is then ${percent(accuracy)}, chance ${percent(chance)}`,
    },
    ...few,
  ]);
}

/** Claim 22: tau of the relative sharpness less that of the norm with the larger one, over all networks and over those of equal shape. */
export function sharpnessClaim({ fitted, errors, shapes }: Compared): Claim {
  const sharpness = fitted.map(({ relativeSharpness }) => relativeSharpness);
  const lessBestNorm = (where: string, groups?: readonly string[]): Check => {
    const [best] = (["norm", "pathNorm"] as const)
      .map((name) => {
        const norm = fitted.map((one) => one[name]);
        return { name, more: kendallDifference(sharpness, norm, errors, groups) };
      })
      .toSorted((one, other) => (one.more?.mean ?? 0) - (other.more?.mean ?? 0));
    const { name, more } = best!;
    const about = `tau of relative sharpness less that of ${titles[name].toLowerCase()}, ${where}`;
    return more === null || more.low === null
      ? { holds: null, says: `an interval of the difference of taus ${where}` }
      : { holds: more.low > 0, says: `${about}, is ${sayTau(more)}` };
  };
  return judgeClaim(22, [
    lessBestNorm("over all networks"),
    lessBestNorm("among networks of equal layers and units", shapes),
  ]);
}

const isSign = ({ name }: Judged): boolean =>
  name === "epochs" || name === "sharpness" || name === "relativeSharpness";

/** Claim 23: time and sharpness are larger on random labels. */
export function signsClaim(judged: readonly Judged[]): Claim {
  const { pairs, tau } = judged[0]!;
  if (pairs.length === 0) return judgeClaim(23, [{ holds: null, says: NO_PAIRS }]);
  const signs = judged.filter(isSign).map(({ name, seen }) => ({
    holds: seen === pairs.length,
    says: `${titles[name].toLowerCase()} is larger on random labels in ${seen} of ${pairs.length} pairs`,
  }));
  const others = judged.filter((one) => !isSign(one));
  return judgeClaim(
    23,
    [...signs, ...enough(tau.n)],
    others.map(({ name, seen }) => `${titles[name].toLowerCase()} in ${seen}`),
  );
}
