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
