/**
 * @file Measures judged: their rank correlation with the test error, and how often they are larger on random labels.
 */

import { kendallTau } from "../../base/kendall.ts";
import type { Estimate } from "../../base/statistics.ts";
import { sayEstimate } from "../settings.ts";
import type { Drawn, Fitted } from "./measures.ts";

/** The measures, in the order of the table. */
export const titles = {
  epochs: "Epochs to fit",
  norm: "Norm",
  pathNorm: "Path norm",
  margin: "Inverse squared margin",
  sharpness: "Sharpness",
  relativeSharpness: "Relative sharpness",
} as const satisfies Partial<Record<keyof Fitted, string>>;

export type Name = keyof typeof titles;

/** A measure and what came out. */
export interface Judged {
  readonly name: Name;
  /** With the test error, over all pairs of networks. */
  readonly tau: Estimate;
  /** The same of networks of equal layers and units; null if there are no two. */
  readonly within: Estimate | null;
  /** Pairs in which it is larger on random labels. */
  readonly seen: number;
  readonly pairs: readonly Pair[];
}

/** The same network on true and on random labels. */
export type Pair = { readonly truth: Fitted; readonly random: Fitted };

/** Networks that fit true labels, and which of them are compared where layers and units have to be equal. */
export interface Compared {
  readonly fitted: readonly Fitted[];
  readonly errors: readonly number[];
  readonly shapes: readonly string[];
}

/** Those that fit true labels, of all that were drawn. */
export function compare(drawn: readonly Drawn[]): Compared {
  const fits = drawn.flatMap(({ network, truth }) => (truth ? [{ network, truth }] : []));
  return {
    fitted: fits.map(({ truth }) => truth),
    errors: fits.map(({ truth }) => truth.testError),
    shapes: fits.map(({ network: { layers, units } }) => `${layers} of ${units}`),
  };
}

/** Networks that fit true labels and random ones. */
export const pairsOf = (drawn: readonly Drawn[]): Pair[] =>
  drawn.flatMap(({ truth, random }) => (truth && random ? [{ truth, random }] : []));

/** Judge every measure. */
export function judgeMeasures({ fitted, errors, shapes }: Compared, pairs: readonly Pair[]): Judged[] {
  return (Object.keys(titles) as Name[]).map((name) => {
    const values = fitted.map((one) => one[name]);
    return {
      name,
      tau: kendallTau(values, errors)!,
      within: kendallTau(values, errors, shapes),
      seen: pairs.filter(({ truth, random }) => random[name] > truth[name]).length,
      pairs,
    };
  });
}

export const NO_PAIRS = "no network fitted both true and random labels";

/** A tau in a sentence. */
export function sayTau({ mean, low, high, ...rest }: Estimate): string {
  const round = (value: number): number => Number(value.toFixed(2));
  return sayEstimate({ ...rest, mean: round(mean), low: low && round(low), high: high && round(high) });
}
