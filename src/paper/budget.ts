/**
 * @file What a test may spend: a number of training steps, and how a time or a number of images becomes one.
 *
 * Everything is planned and counted in steps, so the same number gives the same trials and bytes on every machine.
 */

import { UsageError } from "../base/errors.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { TrialSpec } from "../train/spec.ts";
import { stepsOfEpoch } from "../train/validation.ts";

/** A limit as it was asked for. */
export interface Limit {
  readonly amount: number;
  readonly unit: "steps" | "images" | "seconds";
}

/** A limit in steps. */
export interface Budget {
  /** As it was asked for, such as `30m`. */
  readonly asked: string;
  readonly steps: number;
  /** Seconds of one step with its share of evaluations, as measured here; null where nobody asked for a time. */
  readonly secondsPerStep: number | null;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600 };

/**
 * Read a limit: `90s`, `30m`, `1.5h`, `20000 steps`, `1e6 images`.
 *
 * @throws UsageError if it is none of these, or not above zero.
 */
export function parseLimit(text: string): Limit {
  const [, number = "", unit = ""] = /^\s*([\d.]+(?:e\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const amount = Number(number);
  const factor = SECONDS[unit];
  if (amount > 0 && Number.isFinite(amount)) {
    if (factor !== undefined) return { amount: amount * factor, unit: "seconds" };
    if (unit === "steps" || unit === "images") return { amount, unit };
  }
  throw new UsageError(
    `\`budget\`: expected a time such as 30m, 90s or 1.5h, or "20000 steps" or "1e6 images", got "${text}"`,
  );
}

/** Most steps that trials take; those that fit their labels take fewer. */
export const mostSteps = (specs: readonly TrialSpec[]): number =>
  specs.reduce(
    (total, { recipe, dataset }) => total + recipe.epochs * stepsOfEpoch(recipe, dataset.train),
    0,
  );

/** Steps that trials took. */
export const stepsOf = (trials: readonly TrialResult[]): number =>
  trials.reduce((total, { steps }) => total + steps, 0);
