/**
 * @file What is measured, in words: accuracy of classes, R squared of numbers.
 */

import { percent } from "../base/percent.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { VerdictContext } from "./context.ts";

/** R squared below which nobody cares how far. */
export const FAR_R2 = -100;

/** R squared as it is written: two or three digits that matter. */
export function formatR2(value: number): string {
  if (value < FAR_R2) return `< −${-FAR_R2}`;
  const digits = Math.abs(value) < 10 ? 3 : 1;
  return value.toFixed(digits).replace("-", "−");
}

/** How a score is written. */
export const scoreText = ({ tellsNumbers }: Pick<VerdictContext, "tellsNumbers">) =>
  tellsNumbers ? formatR2 : percent;

/** What a score is called. */
export const scoreName = ({ tellsNumbers }: Pick<VerdictContext, "tellsNumbers">): string =>
  tellsNumbers ? "R²" : "accuracy";

/** Where scores cannot be outside of. */
export const scoreLimits = (tellsNumbers: boolean | undefined): readonly [number, number] =>
  tellsNumbers ? [Number.NEGATIVE_INFINITY, 1] : [0, 1];

/** Whether trials tell numbers. */
export const tellNumbers = (trials: readonly Pick<TrialResult, "told">[]): boolean =>
  trials.some(({ told }) => told === "numbers");
