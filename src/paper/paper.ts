/**
 * @file The numbers of the paper, for every experiment: Zhang et al., ICLR 2017 (arXiv:1611.03530v2).
 *
 * Tables are as printed. Curves were measured from a copy of the paper's figures, and have the error of that
 * reading. Accuracies, errors and probabilities are in `[0, 1]`, losses in nats.
 */

/** A row of Table 1: final accuracies on CIFAR-10. */
export interface Table1Row {
  readonly model: string;
  readonly crop: boolean;
  readonly weightDecay: boolean;
  readonly randomLabels: boolean;
  readonly train: number;
  readonly test: number;
}

const yes = true;
const no = false;

const row = (
  model: string,
  [crop, weightDecay, randomLabels]: readonly [boolean, boolean, boolean],
  train: number,
  test: number,
): Table1Row => ({ model, crop, weightDecay, randomLabels, train, test });

/** Table 1: `[random crop, weight decay, random labels]`, training accuracy, test accuracy. */
export const table1Rows: readonly Table1Row[] = [
  row("inception", [yes, yes, no], 1, 0.8905),
  row("inception", [yes, no, no], 1, 0.8931),
  row("inception", [no, yes, no], 1, 0.8603),
  row("inception", [no, no, no], 1, 0.8575),
  row("inception", [no, no, yes], 1, 0.0978),
  row("inception-nobn", [no, yes, no], 1, 0.83),
  row("inception-nobn", [no, no, no], 1, 0.82),
  row("inception-nobn", [no, no, yes], 1, 0.1012),
  row("alexnet", [yes, yes, no], 0.999, 0.8122),
  row("alexnet", [yes, no, no], 0.9982, 0.7966),
  row("alexnet", [no, yes, no], 1, 0.7736),
  row("alexnet", [no, no, no], 1, 0.7607),
  row("alexnet", [no, no, yes], 0.9982, 0.0986),
  row("mlp-3x512", [no, yes, no], 1, 0.5335),
  row("mlp-3x512", [no, no, no], 1, 0.5239),
  row("mlp-3x512", [no, no, yes], 1, 0.1048),
  row("mlp-1x512", [no, yes, no], 0.998, 0.5039),
  row("mlp-1x512", [no, no, no], 1, 0.5051),
  row("mlp-1x512", [no, no, yes], 0.9934, 0.1061),
];

/** The row of Table 1 without regularizers. */
export const plainRow = (model: string, randomLabels: boolean): Table1Row | undefined =>
  table1Rows.find(
    (candidate) =>
      candidate.model === model &&
      candidate.randomLabels === randomLabels &&
      !candidate.crop &&
      !candidate.weightDecay,
  );

/** A row of Table 4: training accuracy on random labels; null where the paper says "failed to converge". */
export interface Table4Row {
  readonly model: string;
  readonly regularizer: "weight decay" | "random cropping" | "augmentation";
  readonly train: number | null;
}

/** Table 4 (appendix E); augmentation is random flips and rotations of up to 25 degrees. */
export const table4Rows: readonly Table4Row[] = [
  { model: "inception", regularizer: "weight decay", train: 1 },
  { model: "alexnet", regularizer: "weight decay", train: null },
  { model: "mlp-3x512", regularizer: "weight decay", train: 1 },
  { model: "mlp-1x512", regularizer: "weight decay", train: 0.9921 },
  { model: "inception", regularizer: "random cropping", train: 0.9993 },
  { model: "inception", regularizer: "augmentation", train: 0.9928 },
];

/** Steps of the paper's epoch: 50,000 images in batches of 128. */
export const STEPS_PER_EPOCH = 50_000 / 128;

/** A curve of Fig. 1a: losses after epochs 1, 3, 5, ..., at their steps; null where another curve hides it. */
const curve = (...losses: readonly (number | null)[]): { x: number; y: number }[] =>
  losses.flatMap((y, index) => (y === null ? [] : [{ x: Math.round((2 * index + 1) * STEPS_PER_EPOCH), y }]));

/** Fig. 1a: training loss of Inception by step, within 0.02 nats. */
export const figure1aCurves: Readonly<Record<string, readonly { x: number; y: number }[]>> = {
  "true labels": curve(0.84, 0.44, 0.25, 0.14, 0.06, 0.03, 0.01, 0),
  "shuffled pixels": curve(1.47, 1.08, 0.78, 0.5, 0.28, 0.17, 0.1, 0.03, 0),
  gaussian: curve(2.31, 2.28, 2.19, 1.96, 1.65, 1.24, 0.81, 0.5, 0.29, 0.13, 0.04, 0),
  "random pixels": curve(2.3, 2.28, 2.2, 2.07, 1.81, 1.44, 1.07, 0.7, 0.44, 0.25, 0.11, 0.03),
  "random labels": curve(
    ...[2.31, 2.31, 2.31, 2.31, 2.3, 2.28, 2.26, 2.19, 2.08, 1.9],
    ...[null, null, 1.085, 0.85, 0.61, 0.4, 0.19, 0.07, 0.01],
  ),
};

/** The levels of label corruption of Fig. 1b and 1c. */
export const corruptions: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/**
 * Fig. 1b: time to overfit over that on true labels, at each of {@link corruptions}, within 0.01.
 *
 * They are whole numbers of epochs over 10, 31 and 28 epochs on true labels. What counts as overfitted the
 * paper does not say; its Fig. 1a puts Inception's loss there at 0.04 to 0.05 nats.
 */
export const figure1bRatios: Readonly<Record<string, readonly number[]>> = {
  inception: [1, 1.6, 1.9, 2.2, 2.4, 2.5, 2.7, 2.9, 3.1, 3.6, 3.6],
  alexnet: [1, 1.066, 1.098, 1.162, 1.224, 1.26, 1.324, 1.353, 1.42, 1.515, 1.548],
  "mlp-1x512": [1, 1.289, 1.43, 1.573, 1.681, 1.787, 1.933, 1.933, 1.966, 2, 1.96],
};

/** Fig. 1b: the epochs on true labels that the ratios are multiples of. */
export const figure1bEpochs: Readonly<Record<string, number>> = {
  inception: 10,
  alexnet: 31,
  "mlp-1x512": 28,
};

/**
 * Fig. 1c: test error at each of {@link corruptions}, within 0.005.
 *
 * The paper does not say whether the test labels are the true ones. The curves fit test labels corrupted with
 * the same probability: read as errors on true labels, Inception would guess at 80 % corruption.
 */
export const figure1cErrors: Readonly<Record<string, readonly number[]>> = {
  inception: [0.128, 0.278, 0.406, 0.524, 0.629, 0.71, 0.785, 0.84, 0.878, 0.901, 0.902],
  alexnet: [0.301, 0.412, 0.522, 0.619, 0.692, 0.763, 0.82, 0.857, 0.879, 0.89, 0.9],
  "mlp-1x512": [0.495, 0.585, 0.657, 0.718, 0.758, 0.797, 0.867, 0.866, 0.884, 0.895, 0.9],
};

/** A row of Table 2: accuracies of Inception v3 on ImageNet, of the first answer and among the first five. */
export interface Table2Row {
  readonly augmentation: boolean;
  readonly dropout: boolean;
  readonly weightDecay: boolean;
  readonly randomLabels: boolean;
  readonly train: readonly [first: number, five: number];
  readonly test: readonly [first: number, five: number];
  /** The best test accuracies along the training, where they are printed. */
  readonly best?: readonly [first: number, five: number];
}

const imagenetRow = (
  [augmentation, dropout, weightDecay, randomLabels]: readonly [boolean, boolean, boolean, boolean],
  train: readonly [number, number],
  test: readonly [number, number],
  best?: readonly [number, number],
): Table2Row => ({ augmentation, dropout, weightDecay, randomLabels, train, test, ...(best && { best }) });

/** Table 2 (appendix B): `[augmentation, dropout, weight decay, random labels]`, training, test, best test on the way. */
export const table2Rows: readonly Table2Row[] = [
  imagenetRow([yes, yes, yes, no], [0.9218, 0.9921], [0.7784, 0.9392]),
  imagenetRow([yes, no, no, no], [0.9233, 0.9917], [0.7295, 0.9043]),
  imagenetRow([no, no, yes, no], [0.906, 1], [0.6718, 0.8644], [0.7257, 0.9131]),
  imagenetRow([no, no, no, no], [0.9953, 1], [0.598, 0.8038], [0.6316, 0.8449]),
  imagenetRow([no, yes, yes, yes], [0.9118, 0.9795], [0.0009, 0.0049]),
  imagenetRow([no, no, yes, yes], [0.8781, 0.9615], [0.0012, 0.005]),
  imagenetRow([no, no, no, yes], [0.952, 0.9914], [0.0011, 0.0056]),
];
