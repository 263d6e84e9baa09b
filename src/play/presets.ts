/**
 * @file Settings to begin with: one for each claim of the paper, some that fail on purpose, and the guided tour.
 */

import { DEFAULTS, type PlayState, writeHash } from "./state.ts";

/** What is set, as it differs from what is usual, and what is to be seen. */
export interface Preset {
  readonly name: string;
  readonly state: Partial<PlayState>;
  /** What to look at. */
  readonly look: string;
}

/** Presets by what they are for. */
export const PRESETS: Readonly<Record<"claims" | "failures", readonly Preset[]>> = {
  claims: [
    {
      name: "Random labels are fitted",
      state: {},
      look: "Both networks fit their labels. Only the left one can read digits it has not seen.",
    },
    {
      name: "Half of the labels random",
      state: { p: 50 },
      look: "It is fitted all the same; it takes longer, and the test accuracy pays for it.",
    },
    {
      name: "Shuffled pixels",
      state: { inputs: "shuffled" },
      look: "The same shuffle for all images: what a person can no longer read, this network learns as well.",
    },
    {
      name: "Random pixels",
      state: { inputs: "random" },
      look: "Each image has a shuffle of its own. The labels are fitted; there is nothing to learn for the test.",
    },
    {
      name: "Gaussian noise",
      state: { inputs: "gaussian" },
      look: "Images of nothing but noise, with true labels: fitted, faster than random labels.",
    },
    {
      name: "With regularizers",
      state: { model: "mlp-2x512", rate: 0.03, decay: 0.0005, dropout: 0.1 },
      look: "Weight decay and dropout slow it down. Do they stop it?",
    },
    {
      name: "Convolutions on shapes",
      state: { data: "shapes", n: 200, model: "cnn-2x16", rate: 0.03, epochs: 100 },
      look: "A network made for images memorizes 200 of them as well. So few teach it little, as the left test shows.",
    },
  ],
  failures: [
    {
      name: "Too small to memorize",
      state: { model: "mlp-1x8" },
      look: "With 8 hidden units there is no room for noise, though there is for digits.",
    },
    {
      name: "A linear model",
      state: { model: "linear", epochs: 100 },
      look: "650 numbers for 1,287 random labels: it cannot fit them.",
    },
    {
      name: "Too large a rate",
      state: { rate: 5, epochs: 30 },
      look: "Neither learns anything: a network that does not train says nothing about its capacity.",
    },
    {
      name: "Too few epochs",
      state: { epochs: 5 },
      look: "“It does not fit noise” would be wrong here: it was not given the time.",
    },
    {
      name: "Too few images",
      state: { n: 30, epochs: 100 },
      look: "Both fit at once, and the left one reads digits badly: 30 images teach little.",
    },
    {
      name: "Nothing randomized",
      state: { p: 0 },
      look: "The same seed, data and recipe: both curves are one. Whatever differs elsewhere is the labels.",
    },
  ],
};

/** A step of the tour. */
export interface Step extends Preset {
  /** The claim, as the paper has it. */
  readonly claim: string;
}

/** The guided tour: six steps, each a claim of the paper. */
export const TOUR: readonly Step[] = [
  {
    name: "Networks fit random labels",
    claim: "Deep neural networks easily fit random labels.",
    state: {},
    look: "The right network has labels drawn by lot. Say what you expect, then start.",
  },
  {
    name: "More noise, more time",
    claim:
      "Partly random labels are fitted too; the more of them, the longer it takes and the worse the test.",
    state: { p: 40 },
    look: "Try other values of the slider after this: each race adds a point to the figure below.",
  },
  {
    name: "Shuffled pixels",
    claim: "Networks fit training data even where the structure of the images is destroyed.",
    state: { inputs: "shuffled" },
    look: "One fixed shuffle for all images. For a fully connected network nothing has changed; compare the test accuracies.",
  },
  {
    name: "Images of noise",
    claim: "Even pure Gaussian noise in place of images is fitted, to zero training error.",
    state: { inputs: "gaussian" },
    look: "There is nothing in these images. Is noise harder or easier to fit than random labels on real images?",
  },
  {
    name: "Regularizers do not explain it",
    claim:
      "Explicit regularization may improve generalization, but is neither necessary nor by itself sufficient.",
    state: { model: "mlp-2x512", rate: 0.03, decay: 0.0005, dropout: 0.1 },
    look: "Weight decay and dropout are on for both. Does the right one still fit?",
  },
  {
    name: "Stopping early may help",
    claim: "Early stopping can improve generalization where labels are noisy.",
    state: { p: 40, model: "mlp-2x256", rate: 0.03 },
    look: "Watch the dashed orange line: the test accuracy is best before the noise is memorized.",
  },
];

/** The preset that is just what is set; undefined if none is. */
export const presetOf = (state: PlayState): Preset | undefined =>
  [...PRESETS.claims, ...PRESETS.failures].find(
    (preset) => writeHash("race", presetState(preset, state)) === writeHash("race", { ...state, tour: 0 }),
  );

/** All of what is set by a preset; how it is shown stays as it is. */
export const presetState = (
  { state }: Preset,
  { big, device }: Pick<PlayState, "big" | "device">,
  tour = 0,
): PlayState => ({ ...DEFAULTS, ...state, tour, big, device });
