/**
 * @file What the verdict needs to know besides the trials.
 */

import type { Copies } from "../data/copies.ts";
import type { LabelsName } from "../data/randomization.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { NearAcross } from "../train/twins.ts";
import type { Unrest } from "./escalation.ts";
import type { Follows, Verdict } from "./schema.ts";

/** What a pipeline check needs to know. */
export interface PipelineTrials {
  readonly follows: Follows;
  /** Whether examples have groups: labels as given and permuted ones are then not alike but for what they say. */
  readonly isGrouped: boolean;
  readonly module: { readonly name: string; readonly hash: string };
  /** Name of the model that the check trains. */
  readonly model: string;
  /** Trials on prepared data with labels as given; none or one. */
  readonly onTrue: readonly TrialResult[];
  /** Trials on data that were prepared with permuted labels. */
  readonly onPermuted: readonly TrialResult[];
}

/** The data, and what was allowed. */
export interface VerdictContext {
  /** `[classes]`: number of training and of test examples by true class. */
  readonly trainCounts: readonly number[];
  readonly testCounts: readonly number[];
  /** Escalations that were allowed. */
  readonly escalations: number;
  /** Test examples that stand in training, and the like; null where nobody counted. */
  readonly copies: Copies | null;
  /** Test images that nearly equal a training image; absent where nobody looked. */
  readonly near?: NearAcross | undefined;
  /** How random labels were made: drawn anew, or the true ones permuted; drawn unless told. */
  readonly labels?: LabelsName | undefined;
  /** Number of groups in each split, where examples are grouped. */
  readonly groups?: { readonly train: number; readonly test: number; readonly testWorth: number } | undefined;
  /** Whether numbers are told: accuracies are R squared then. */
  readonly tellsNumbers?: boolean | undefined;
  /** The trials of the pipeline check, where there was a preparation. */
  readonly pipeline?: PipelineTrials | undefined;
  /** What was allowed and spent; null or absent without a limit. */
  readonly budget?: Verdict["budget"];
  /** Times that learning is looked at while seeds are added, and which this is, from 0; once unless told. */
  readonly looks?: number;
  readonly look?: number;
}

/** Classes that have examples. */
export const occurring = (counts: readonly number[]): number[] =>
  counts.flatMap((count, label) => (count > 0 ? [label] : []));

/** Share of the commonest class: what always guessing it gets right. */
export const commonestShare = (counts: readonly number[]): number => Math.max(...counts) / sum(counts);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;

/** What may decide, as advice: an option, or a larger budget where it was too small. */
export const mayDecide = ({ budget }: VerdictContext, { next, isLonger }: Omit<Unrest, "why">): string =>
  budget && budget.lacking > 0 && isLonger ? "a larger `--budget` may decide" : `\`${next}\` may decide`;

/** A number of examples as advice: rounded up to two digits. */
export function roundUp(count: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return (Math.ceil(count / unit) * unit).toLocaleString("en-US");
}
