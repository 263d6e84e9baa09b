/**
 * @file The paper's claims that experiments here can speak to, and when each counts as reproduced.
 *
 * The numbers are those of our list of all its claims. A criterion is fixed here, before results are read, and
 * is part of the evidence that readers see.
 */

import { z } from "zod";

export const claimOutcomes = ["reproduced", "not reproduced", "not tested"] as const;

export const claimSchema = z.object({
  /** Number of the claim in our list of the paper's claims. */
  number: z.int().min(1),
  /** The claim, as a sentence. */
  text: z.string(),
  outcome: z.enum(claimOutcomes),
  /** The numbers that say so, or what is missing, as a sentence. */
  evidence: z.string(),
});

export type Claim = z.infer<typeof claimSchema>;

/** A claim, and what decides about it. */
interface ClaimText {
  readonly text: string;
  /** Completes "Counts as reproduced if ...". */
  readonly criterion: string;
}

/** Points around the paper's training accuracy that count as the same. */
export const TRAIN_MARGIN = 0.02;

/** Points around chance, or below the paper's test accuracy, that count as the same. */
export const CHANCE_MARGIN = 0.02;
export const TEST_MARGIN = 0.05;

/** Points around chance on ImageNet, where it is a thousandth, that count as chance. */
export const IMAGENET_CHANCE_MARGIN = 0.005;

/** Gain in test accuracy below which early stopping is of no use; the best of many epochs is above by luck. */
export const STOPPING_MARGIN = 0.02;

/** The paper's last claim; those after it are of who came after it, and name their source. */
export const LAST_OF_PAPER = 19;

export const claims = {
  1: {
    text: "Every model fits random labels on CIFAR-10, and its test accuracy is then chance.",
    criterion:
      "every model's training accuracy is within 2 points of the paper's, and its test accuracy within 2 points of 10 %",
  },
  2: {
    text: "Random labels are fitted with the hyperparameters of true labels, the learning rate's schedule included.",
    criterion: "random labels are fitted to 95 % by every model, with the recipe of its true labels",
  },
  3: {
    text: "On random labels the loss first stays at that of guessing; once fitting starts it converges quickly.",
    criterion:
      "some epochs end within 5 % of ln 10 nats, and the loss then falls below 0.1 in at most twice as many epochs",
  },
  4: {
    text: "Shuffled pixels, random pixels and Gaussian noise are fitted; the last two faster than random labels.",
    criterion:
      "all end with at least 99 % training accuracy, and random pixels and noise reach a loss of 0.1 before random labels do",
  },
  5: {
    text: "Fitting random labels takes longer than true ones only by a small constant factor.",
    criterion: "the factor at full corruption is above 1 and at most twice the paper's, for every model",
  },
  6: {
    text: "Whatever the corruption, training labels are fitted, and test error rises steadily to chance; Inception errs least, then AlexNet, then the MLP.",
    criterion:
      "training accuracy is at least 95 % everywhere, no level's error on corrupted test labels is more than 1 point below the level before, the last is within 2 points of 90 %, and the order of models holds up to half corruption",
  },
  7: {
    text: "On ImageNet random labels are fitted, to 95.20 % without regularizers and to about 90 % with them.",
    criterion:
      "in every row the training accuracy on random labels is within 2 points of the paper's, and the test accuracy within 0.5 points of chance",
  },
  8: {
    text: "Without regularizers the models still generalise.",
    criterion: "no model's test accuracy is more than 5 points below the paper's",
  },
  9: {
    text: "Augmentation helps more than weight decay, and the architecture matters more than either.",
    criterion:
      "random crops gain more than weight decay for Inception and AlexNet, and the models without regularizers differ by more than any regularizer gains",
  },
  10: {
    text: "Weight decay does not keep models from fitting random labels, except that AlexNet then fails to converge.",
    criterion:
      "Inception and the MLPs end within 2 points of the paper's training accuracy, and AlexNet below 95 %",
  },
  11: {
    text: "Random crops and augmentation do not keep Inception from fitting random labels.",
    criterion: "it ends within 2 points of the paper's training accuracy with either",
  },
  12: {
    text: "Early stopping helps on ImageNet, and not on CIFAR-10 (here: on one of the two).",
    criterion:
      "the best test accuracy on the way is less than 2 points above the final one on CIFAR-10, and at least 2 points above it on ImageNet without augmentation and dropout",
  },
  13: {
    text: "Batch normalization adds 3 to 4 points of test accuracy and steadies training.",
    criterion:
      "it adds from half to twice the paper's 3.75 points, and the test accuracy changes less from epoch to epoch",
  },
  14: {
    text: "Explicit regularization may improve generalization, but is neither necessary nor by itself sufficient for it (here: not sufficient).",
    criterion: "some model memorises random labels with a regularizer on",
  },
  15: {
    text: "Rademacher complexity, VC dimension and uniform stability do not explain generalization: networks fit random labels, and no property of the algorithm alone sees labels.",
    criterion:
      "for some network r is at least 0.95 on random labels while its error on true labels is below 50 %, or the largest change of a held-out loss exceeds what a bound by uniform stability allows while the network generalises",
  },
  16: {
    text: "A two-layer ReLU network with 2n + d weights represents any function on a sample of n points in d dimensions; so does one of any depth k, of width O(n/k) and O(n + d) weights.",
    criterion:
      "the two-layer network has exactly 2n + d weights, every deeper one at most 2n + d + k and a width of at most 2n/k + 6, and none is off by more than a millionth of the targets' range at any sample, in float64",
  },
  17: {
    text: "Interpolating with a kernel generalises without regularization, and preprocessing matters: 1.2 % on MNIST, 0.6 % with Gabor filters, 46 % on CIFAR-10, 17 % with random convolutional features (here: one of them).",
    criterion:
      "at the paper's size every training label is fitted and the test error is at most 0.15 points (MNIST) or 2 points (CIFAR-10) above the paper's",
  },
  18: {
    text: "On a linear model with more weights than examples, SGD from zero ends at the minimum-norm solution; that norm does not predict test error (here: one of the halves).",
    criterion:
      "every descent from zero ends within a millionth of the minimum-norm solution's norm from it, and every descent from elsewhere stays away by the null-space part of its start, to a millionth; or, of kernels that interpolate the same labels, the one that errs least has at least 390 / 220 times the norm of one that errs more, by 95 % intervals",
  },
  19: {
    text: "Networks can shatter their training data, and optimization stays easy where nothing generalizes: so what makes it easy is not what makes them generalize.",
    criterion:
      "every network that fits true labels to the loss asked for fits random ones to it too, and the mean test accuracy is then within 2 points of chance",
  },
  20: {
    text: "Real data have a few examples that the loss is most sensitive to; to random data nearly all examples matter (Krueger et al. 2017, Arpit et al. 2017).",
    criterion:
      "networks that fit 95 % of random labels without dropout have a larger Gini coefficient of the loss-sensitivity on true data than on random labels and on noise, both by 95 % intervals of paired differences",
  },
  21: {
    text: "Dropout hinders memorizing more than learning (Krueger et al. 2017, Arpit et al. 2017).",
    criterion:
      "the strongest dropout takes more training accuracy on random labels, of which 95 % are fitted without it, than test accuracy on true ones, by a 95 % interval of paired differences",
  },
  // Changed after a look at a record: records/2026-11-28_theory-measures_mnist says how.
  22: {
    text: "How sharp the minimum is tells more of the test error of networks that fit their training data than norms of their weights do (Jiang et al. 2020).",
    criterion:
      "Kendall's tau of the relative sharpness with the test error is above that of the better of two norms, over all networks and among those of equal layers and units, both by 95 % intervals of paired differences",
  },
  23: {
    text: "Training time and sharpness are signs of generalization: random labels take longer and end sharper than true ones.",
    criterion:
      "in every pair of trainings random labels have the larger number of epochs and the larger sharpness",
  },
  24: {
    text: "The test error of least-squares on random features peaks where there are as many as training examples, and falls again beyond, as the norm does (Belkin et al. 2019).",
    criterion:
      "for every draw of features test error and norm are largest within a tenth of as many features as examples, and with the most features the test error is below that with any fewer features than examples",
  },
  25: {
    text: "With noisy labels the test error of a network peaks at the width that just fits its training labels, and falls again beyond (Nakkiran et al. 2020).",
    criterion:
      "at 20 % noise the test error of the fewest units that fit 99 % of the training labels is above that of a quarter as many, or the next fewer, and that of the widest network, both by 95 % intervals of paired differences",
  },
} as const satisfies Readonly<Record<number, ClaimText>>;

/** One thing a claim needs, as it was found; `holds` is null where it was not measured. */
export interface Check {
  readonly holds: boolean | null;
  /** What was found, or what is missing, without a full stop. */
  readonly says: string;
}

/**
 * Judge a claim: one failed check refutes it, and it takes all of them to reproduce it.
 *
 * @param checks - At least one.
 * @param besides - What was found that the claim is not about, such as other models; it decides nothing.
 */
export function judgeClaim(
  number: keyof typeof claims,
  checks: readonly Check[],
  besides: readonly string[] = [],
): Claim {
  const { text, criterion } = claims[number];
  const failed = checks.some(({ holds }) => holds === false);
  const complete = checks.every(({ holds }) => holds !== null);
  const found = checks.filter(({ holds }) => holds !== null).map(({ says }) => says);
  const missing = checks.filter(({ holds }) => holds === null).map(({ says }) => says);
  const sentences = [
    ...(found.length > 0 ? [`${found.join("; ")}.`] : []),
    ...(missing.length > 0 ? [`Not measured: ${missing.join(", ")}.`] : []),
    ...(besides.length > 0 ? [`Besides: ${besides.join("; ")}.`] : []),
    `Counts as reproduced if ${criterion}.`,
  ];
  return {
    number,
    text,
    outcome: failed ? "not reproduced" : complete ? "reproduced" : "not tested",
    evidence: sentences.join(" "),
  };
}
