/**
 * @file Says in words which inputs and labels a randomization touches.
 */

import type { ExampleSplits } from "./dataset.ts";
import { groupCount, hasGroupLabels } from "./groups.ts";
import type { InputsName, Randomization } from "./randomization.ts";

const TOUCHED_INPUTS: Readonly<Record<InputsName, string>> = {
  true: "Inputs are true.",
  shuffled: "The pixels of all training and test inputs are moved by one permutation.",
  random: "The pixels of each training and test input are moved by a permutation of its own.",
  gaussian:
    "All training and test inputs are Gaussian noise with the mean and variance of each channel of the training inputs.",
};

/** Say which inputs and labels a randomization touches. */
export function describeTouched({ inputs, corrupt, labels }: Randomization, isOfNumbers = false): string {
  if (isOfNumbers) return `${TOUCHED_INPUTS[inputs]} ${describePermuted(corrupt)}`;
  const permuted =
    corrupt === 1
      ? "The training labels are permuted, so each class keeps its count"
      : `Training labels are drawn with probability ${corrupt} each, and those drawn permuted, so each class keeps its count`;
  const touched =
    labels === "permute" ? permuted : `Each training label is redrawn with probability ${corrupt}`;
  const sentence =
    corrupt === 0
      ? "Labels are true."
      : `${touched}; test labels are true, and a corrupted copy is kept beside them.`;
  return `${TOUCHED_INPUTS[inputs]} ${sentence}`;
}

/** How labels of groups are randomized; nothing without groups or with true labels. */
export function describeGroups(splits: ExampleSplits, { corrupt, labels }: Randomization): string {
  const count = groupCount(splits.train);
  if (count === undefined || corrupt === 0) return "";
  if (hasGroupLabels(splits)) {
    const keeps = labels === "permute" ? ": counts that are kept are of groups" : "";
    return ` Each of the ${count} training groups has one label, and is drawn and given another as a whole${keeps}.`;
  }
  return labels === "permute"
    ? ` The labels of the ${count} training groups are drawn and dealt by whole groups.`
    : ` Labels differ within the ${count} training groups, and are redrawn one by one.`;
}

/** What becomes of numbers. */
function describePermuted(corrupt: number): string {
  if (corrupt === 0) return "Targets are true.";
  const drawn =
    corrupt === 1
      ? "The training targets are permuted"
      : `Training targets are drawn with probability ${corrupt} each, and those drawn permuted`;
  return `${drawn}; test targets are true, and a permuted copy is kept beside them.`;
}
