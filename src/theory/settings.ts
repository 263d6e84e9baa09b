/**
 * @file Settings that have defaults, and results before anybody has signed them.
 */

import { UsageError } from "../base/errors.ts";
import type { Estimate } from "../base/statistics.ts";
import type { Recipe } from "../train/recipe.ts";
import type { TheoryResult } from "./theory-result.ts";

/** A result but for which code and machine it came from. */
export type Unsigned = Omit<TheoryResult, "provenance">;

/**
 * Refuse what an option is given.
 *
 * @throws UsageError naming it.
 */
export function refuse(option: string, expected: string, got: unknown): never {
  throw new UsageError(`\`${option}\`: expected ${expected}, got ${got}`);
}

/**
 * Numbers by names that begin alike: `trueNorm`, `trueDistance`; what is no number is null, as JSON has no word for it.
 */
export const named = <N extends number | null | readonly number[]>(
  prefix: string,
  numbers: { readonly [name: string]: N },
): [string, N | null][] =>
  Object.entries(numbers).map(([name, value]) => [
    `${prefix}${name}`,
    typeof value === "number" && !Number.isFinite(value) ? null : value,
  ]);

/** A number in a sentence: four digits, in powers of ten where it is far from 1. */
export const say = (value: number): string => {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
};

/** An estimate in a sentence, with its interval where it has one. */
export const sayEstimate = ({ mean, low, high }: Estimate): string =>
  low === null || high === null ? say(mean) : `${say(mean)} (95 % interval ${say(low)} to ${say(high)})`;

/** A difference of shares in a sentence, in points. */
export function sayPoints({ mean, low, high }: Estimate): string {
  const said = (share: number): string => (100 * share).toFixed(1);
  return `${said(mean)} points${low === null || high === null ? "" : ` (95 % interval ${said(low)} to ${said(high)})`}`;
}

/**
 * A difference in a sentence, without its sign: how large it is, and the word for its way.
 *
 * @param words - For a difference above 0, and for one below.
 */
export function sayWay(
  difference: Estimate,
  sayIt: (of: Estimate) => string,
  [above, below]: readonly [string, string] = ["above", "below"],
): string {
  if (difference.mean >= 0) return `${sayIt(difference)} ${above}`;
  const turned = (end: number | null): number | null => end && -end;
  const [low, high] = [turned(difference.high), turned(difference.low)];
  return `${sayIt({ ...difference, mean: -difference.mean, low, high })} ${below}`;
}

/** The recipe of networks, as a document tells it among its settings. */
export const recipeSettings = (recipe: Recipe) => ({
  epochs: recipe.epochs,
  lr: recipe.learningRate,
  batch: recipe.batch,
  momentum: recipe.momentum,
  weightDecay: recipe.weightDecay,
  preprocess: recipe.preprocess,
});

/** Some of the fields; undefined says as little as none. */
export type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The defaults, and in their place what is given. */
export function fill<T extends object>(defaults: T, given: Optional<T>): T {
  const said = Object.entries(given).filter(([key, value]) => value !== undefined && key in defaults);
  return { ...defaults, ...Object.fromEntries(said) };
}
