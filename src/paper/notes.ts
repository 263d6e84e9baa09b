/**
 * @file What readers of every experiment must know: the choices made, and what differs from the paper.
 */

import { plural } from "../verdict/context.ts";
import { weightDecayOf } from "./recipes.ts";
import type { Setting } from "./scales.ts";

/** How every trial is trained; the paper's where it says, ours where it does not. */
export const recipeNotes: readonly string[] = [
  "SGD with momentum 0.9 in batches of 128; learning rate 0.1 for Inception with batch normalization and 0.01 for the other models, times 0.95 every 391 steps, which is the paper's epoch of CIFAR-10: on fewer examples the rate decays by the step as in the paper, not by the epoch.",
  "What the paper leaves open is chosen here: He initialization (Glorot's uniform one for AlexNet), 64 epochs at its own size, an incomplete last batch kept (left out for Inception). A trial ends early when every training label is right or the training loss is below 0.01 nats.",
  "Networks see the centre 28 x 28 pixels, each image whitened by itself; random crops are 28 x 28 windows of the whole image.",
];

/** How Inception v3 is trained. */
export const imagenetNotes = ({ scale }: Pick<Setting, "scale">): string[] => [
  "RMSProp as in TensorFlow (decay 0.9, momentum 0.9, epsilon 1) in batches of 32, learning rate 0.045, times 0.94 every 80,072 steps, which are two epochs of ImageNet: the defaults of the TensorFlow package that the paper used, on one machine instead of fifty asynchronous workers.",
  "Weight decay is 0.00004 and dropout 0.2 where a row has them. Labels are smoothed by a tenth and the auxiliary head is on in every row: the package has no option for either, and the paper does not say. Epochs are not said either; 100 at the paper's size here.",
  "Networks see the central 87.5 % of images, as they were brought to one size (342 gives 299). Where a row has augmentation, training sees the package's distortions instead: a random box of at least a tenth of the image, stretched to that size, mirrored or not, with other brightness, saturation, hue and contrast.",
  ...(scale === "paper"
    ? []
    : [
        "At this scale the learning rate is 0.01, rising over 6 steps and then falling to 0 along a cosine: so few steps at the package's rate leave the running averages of the normalizations behind the weights, and evaluation beyond guessing.",
      ]),
];

/** Which coefficients stand for "weight decay: yes". */
export const weightDecayNote = (models: readonly string[]): string =>
  `Weight decay is the default of the software a model came from, since the paper prints no coefficient: ${models
    .map((model) => `${weightDecayOf(model)} for ${model}`)
    .join(", ")}. It is on all weights, and not on biases.`;

/** What differs from the paper's size. */
export function settingNotes({ scale, data, own, n, epochs, evalEvery, testN }: Setting): string[] {
  const changes = [
    ...(data === undefined ? [] : [`data ${own?.title ?? data}`]),
    ...(n === undefined ? [] : [plural(n, "training example")]),
    ...(epochs === undefined ? [] : [plural(epochs, "epoch")]),
  ];
  return [
    ...(scale === "paper" ? [] : [`This is the ${scale} scale, not the paper's size.`]),
    ...(changes.length === 0 ? [] : [`Changed on the command line: ${changes.join(", ")}.`]),
    ...(evalEvery === undefined || evalEvery === 1
      ? []
      : [
          `Trials were measured every ${evalEvery} epochs, so times in epochs are late by up to ${evalEvery - 1}.`,
        ]),
    ...(testN === undefined
      ? []
      : [`On the way the test accuracy is that of ${testN} test examples; the last one is of all.`]),
  ];
}
