/**
 * @file What a randomization is: what happens to inputs and to labels (Zhang et al., ICLR 2017, section 2.1).
 */

/** What happens to the inputs. */
export const inputsNames = ["true", "shuffled", "random", "gaussian"] as const;
export type InputsName = (typeof inputsNames)[number];

/** What happens to labels: each is redrawn, or they change places. */
export const labelsNames = ["redraw", "permute"] as const;
export type LabelsName = (typeof labelsNames)[number];

/** Training and test examples draw from different streams. */
export type SplitName = "train" | "test";

/** One randomization: what happens to the inputs, and the probability that a training label is corrupted, and how. */
export interface Randomization {
  readonly inputs: InputsName;
  /** In `[0, 1]`. */
  readonly corrupt: number;
  /** `"redraw"` unless told. */
  readonly labels?: LabelsName | undefined;
}

/** The part of a randomization that is about labels. */
export type Corruption = Pick<Randomization, "corrupt" | "labels">;
