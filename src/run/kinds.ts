/**
 * @file Kinds of trials: what was trained on, its name and its place in every table and chart.
 */

import { formatShare } from "../base/percent.ts";
import { type InputsName, inputsNames } from "../data/randomization.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { TrialResult } from "./trial-record.ts";

/** What a kind of trial was trained on. */
export interface Kind {
  readonly inputs: InputsName;
  /** Probability that a label was corrupted, in `[0, 1]`. */
  readonly nominal: number;
  /** Whether labels changed places instead of being redrawn. */
  readonly permuted?: boolean | undefined;
  /** 0 for the recipe as asked; 1, 2, ... for the escalations. */
  readonly escalation: number;
}

/** The kind of trial that a spec asks for. */
export const kindOfSpec = (
  { inputs, corrupt, labels }: Pick<TrialSpec, "inputs" | "corrupt" | "labels">,
  escalation = 0,
): Kind => ({ inputs, nominal: corrupt, permuted: labels === "permute", escalation });

/** A trial's kind. */
export const kindOfTrial = ({
  inputs,
  labels: { nominal, permuted },
  escalation,
}: Pick<TrialResult, "inputs" | "labels" | "escalation">): Kind => ({
  inputs,
  nominal,
  permuted,
  escalation,
});

/** The kind in few words, such as `20 % random labels`; escalations are not told apart. */
export function nameKind({ inputs, nominal, permuted }: Kind): string {
  const corrupted = permuted ? "permuted labels" : "random labels";
  const labels =
    nominal === 0 ? "true labels" : nominal === 1 ? corrupted : `${formatShare(nominal)} ${corrupted}`;
  if (inputs === "true") return capitalize(labels);
  const pixels = `${capitalize(inputs)} pixels`;
  return nominal === 0 ? pixels : `${pixels}, ${labels}`;
}

/** The kind in few words, with its escalation where there was one. */
export const nameEscalated = (kind: Kind): string =>
  kind.escalation === 0 ? nameKind(kind) : `${nameKind(kind)}, escalation ${kind.escalation}`;

/** Whether two kinds differ in nothing. */
export const sameKind = (a: Kind, b: Kind): boolean =>
  a.inputs === b.inputs && a.nominal === b.nominal && a.escalation === b.escalation;

/** The order of kinds: true inputs first, by corruption and escalation, then the randomized inputs. */
export const compareKinds = (a: Kind, b: Kind): number =>
  inputsNames.indexOf(a.inputs) - inputsNames.indexOf(b.inputs) ||
  a.nominal - b.nominal ||
  a.escalation - b.escalation;

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
