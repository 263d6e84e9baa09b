/**
 * @file Results of experiments that were never run: plausible numbers, by formula, beside the paper's.
 */

import type { Claim } from "../../../src/document/claims.ts";
import { measure, SHARE } from "../../../src/document/measurement.ts";
import { type Plot, pointOf, type Series } from "../../../src/document/plot.ts";
import { measured as measuredColumn, number, plain, type Table, text } from "../../../src/document/table.ts";
import { type ExperimentResult, experimentResultSchema } from "../../../src/paper/experiment-result.ts";
import { corruptions, figure1bRatios, figure1cErrors, table1Rows } from "../../../src/paper/paper.ts";
import type { TrialResult } from "../../../src/run/trial-record.ts";
import { paperRecipe } from "../../../src/train/recipe.ts";
import { type TrialFacts, testResult, trial, wobble } from "../fixture.ts";

type Trial = ExperimentResult["trials"][number];

/** Where numbers that are no shares lie. */
const LIMITS = [0, 1e9] as const;

/** A measurement of some seeds. */
export const measured = (values: readonly number[], paper: number | null = null, limits = LIMITS) => ({
  measurement: measure(values, { paper, limits }),
});

/** A share over seeds, whose interval ends at all. */
export const measuredShare = (values: readonly number[], paper: number | null = null) => ({
  measurement: measure(values, { paper, limits: SHARE }),
});

/** A number that is missing, of `n` seeds. */
export const missing = (paper: number | null = null, note = "not measured", n = 0) =>
  number({ ...measure([], { paper, note }), n });

/** A trial with its spec; facts are those of a trial, or the model's name. */
export function knownTrial({
  model = "mlp-1x512",
  weightDecay = 0,
  ...facts
}: TrialFacts & { readonly model?: string; readonly weightDecay?: number } = {}): Trial {
  const result: TrialResult = trial(facts);
  return {
    spec: {
      schema: "shatter/trial@1",
      dataset: { name: "cifar10", hash: "0d".repeat(32), train: 50_000, test: 10_000 },
      inputs: result.inputs,
      corrupt: result.labels.nominal,
      model,
      recipe: { ...paperRecipe, weightDecay },
      seed: result.seed,
    },
    result,
  };
}

/** A result with nothing in it but what is given; it is checked against the schema. */
export const experiment = (facts: Partial<ExperimentResult> = {}): ExperimentResult =>
  experimentResultSchema.parse({
    schema: "shatter/experiment@1",
    name: "sweep",
    title: "Does weight decay keep an MLP from memorising?",
    source: null,
    scale: "custom",
    notes: [],
    tables: [],
    plots: [],
    claims: [],
    trials: [],
    provenance: { ...testResult([]).provenance, command: "shatter run sweep.yaml --seeds 2" },
    ...facts,
  } satisfies ExperimentResult);

/** What the MLPs ended at, in the order of Table 1: train and test accuracy. */
const MLPS = [
  [1, 0.5391],
  [1, 0.5225],
  [1, 0.0998],
  [0.9989, 0.5102],
  [0.9995, 0.506],
  [0.983, 0.1002],
] as const;

const PARAMETERS: Readonly<Record<string, number>> = {
  inception: 1_649_402,
  "inception-nobn": 1_649_402,
  alexnet: 1_387_786,
  "mlp-3x512": 1_735_178,
  "mlp-1x512": 1_209_866,
};

const NOTES = [
  "SGD with momentum 0.9 in batches of 128; learning rate 0.1 for Inception and 0.01 for the other models, times 0.95 every 391 steps, which is the paper's epoch of CIFAR-10.",
  "What the paper leaves open is chosen here: He initialization, 64 epochs, an incomplete last batch kept. A trial ends early when every training label is right or the training loss is below 0.01 nats.",
];

/** Table 1 with the MLPs measured, three seeds of the one and one of the other, and the other models missing. */
export function table1(): ExperimentResult {
  const rows = table1Rows.map(({ model, crop, weightDecay, randomLabels, train, test }, index) => {
    const ours = MLPS[index - (table1Rows.length - MLPS.length)];
    const seeds = model === "mlp-1x512" ? [0, 1, 2] : [0];
    const over = (value: number, spread: number) =>
      seeds.map((seed) => Math.min(1, value + spread * wobble(seed, value)));
    return {
      model: text(model),
      labels: text(randomLabels ? "random" : "true"),
      crop: text(crop),
      weightDecay: text(weightDecay),
      parameters: text(PARAMETERS[model]!),
      train: ours ? measuredShare(over(ours[0], ours[0] === 1 ? 0 : 0.0004), train) : missing(train),
      test: ours ? measuredShare(over(ours[1], 0.003), test) : missing(test),
      epochs: ours ? measured(seeds.map((seed) => (randomLabels ? 64 : 26 + seed))) : missing(),
    };
  });
  const table: Table = {
    name: "table-1",
    title: "Training and test accuracy on CIFAR-10",
    caption:
      "Accuracies after the last epoch, means over seeds. Rows with random labels are tested on true labels.",
    columns: [
      plain("model", "Model"),
      plain("labels", "Labels"),
      plain("crop", "Random crop"),
      plain("weightDecay", "Weight decay"),
      plain("parameters", "Parameters", "count"),
      measuredColumn("train", "Train accuracy", "share"),
      measuredColumn("test", "Test accuracy", "share"),
      measuredColumn("epochs", "Epochs", "epochs"),
    ],
    rows,
  };
  const claims: Claim[] = [
    {
      number: 1,
      text: "Every model fits random labels on CIFAR-10, and its test accuracy is then chance.",
      outcome: "not tested",
      evidence:
        "mlp-1x512 fits 98.3 % of random labels (paper 99.3 %) with 10.0 % test accuracy. Not measured: inception, inception-nobn, alexnet. Counts as reproduced if every model's training accuracy is within 2 points of the paper's.",
    },
    {
      number: 8,
      text: "Without regularizers the models still generalise.",
      outcome: "reproduced",
      evidence: "mlp-1x512 without regularizers has 50.6 % test accuracy (paper 50.5 %).",
    },
    {
      number: 12,
      text: "Early stopping helps on ImageNet, and not on CIFAR-10 (here: on CIFAR-10).",
      outcome: "not reproduced",
      evidence: "Early stopping could have gained mlp-3x512 +2.4 points at most.",
    },
  ];
  return experiment({
    name: "table-1",
    title: "Training and test accuracy on CIFAR-10",
    question:
      "Which accuracies do the paper’s networks reach with and without regularizers, and do they fit random labels?",
    source: "Zhang et al., ICLR 2017, Table 1",
    scale: "paper",
    notes: ["Not measured: inception, inception-nobn, alexnet.", ...NOTES],
    tables: [table],
    claims,
    trials: [0, 1, 2].flatMap((seed) =>
      [0, 1].map((nominal) => {
        const known = knownTrial({ seed, nominal });
        return { ...known, result: { ...known.result, best: { epoch: 9 + seed, testAccuracy: 0.531 } } };
      }),
    ),
    provenance: { ...testResult([]).provenance, command: "shatter run table-1 --models mlp-1x512 --seeds 3" },
  });
}

/** A point over seeds. */
export const point = (x: number, values: readonly number[], limits: readonly [number, number]) =>
  pointOf(x, measure(values, { limits }));

const paperCurve = (values: readonly number[]) => values.map((y, index) => ({ x: corruptions[index]!, y }));

/** Figure 1b with one seed of the MLP, which does not come to its end at full corruption; the others missing. */
export function figure1b(): ExperimentResult {
  const ratio = (level: number): number => 1 + 1.02 * level ** 0.6 + 0.03 * wobble(level);
  const series = Object.entries(figure1bRatios).map(
    ([title, paper]): Series => ({
      title,
      points:
        title === "mlp-1x512"
          ? corruptions.map((x) =>
              x === 1 ? { x, y: null, low: null, high: null, n: 1 } : point(x, [ratio(x)], [0, 99]),
            )
          : [],
      paper: paperCurve(paper),
    }),
  );
  const plot: Plot = {
    name: "figure-1b",
    title: "Time to overfit: 95 % training accuracy",
    caption:
      "Epochs until 95 % training accuracy, over those on true labels. The paper does not say what it counts as overfitted.",
    x: { label: "Label corruption", unit: "share", domain: [0, 1] },
    y: { label: "Time relative to true labels", unit: "ratio", domain: null },
    guides: [],
    series,
  };
  const rows = corruptions.map((level, index) => ({
    model: text("mlp-1x512"),
    corruption: text(level),
    epochs:
      level === 1
        ? missing(55, "not reached in 64 epochs", 1)
        : measured([Math.round(28 * ratio(level))], Math.round(28 * figure1bRatios["mlp-1x512"]![index]!)),
    ratio:
      level === 1
        ? missing(1.96, "not reached in 64 epochs", 1)
        : measured([ratio(level)], figure1bRatios["mlp-1x512"]![index]!),
  }));
  return experiment({
    name: "figure-1b",
    title: "Time to overfit by label corruption",
    source: "Zhang et al., ICLR 2017, Figure 1b",
    scale: "small",
    notes: ["This is the small scale, not the paper's size.", ...NOTES],
    plots: [plot],
    tables: [
      {
        name: "figure-1b",
        title: "Time to overfit: 95 % training accuracy",
        caption: "Epochs until 95 % training accuracy, and those epochs over the epochs on true labels.",
        columns: [
          plain("model", "Model"),
          plain("corruption", "Label corruption", "share"),
          measuredColumn("epochs", "Epochs", "epochs"),
          measuredColumn("ratio", "Ratio", "ratio"),
        ],
        rows,
      },
    ],
    claims: [
      {
        number: 5,
        text: "Fitting random labels takes longer than true ones only by a small constant factor.",
        outcome: "not tested",
        evidence: "mlp-1x512 to 95 % training accuracy: not reached in 64 epochs. Not measured: inception.",
      },
    ],
    trials: [
      knownTrial({ nominal: 0 }),
      knownTrial({ nominal: 0.5, status: "stopped", epochs: 12, fit: false }),
      knownTrial({ nominal: 0.9, status: "diverged", epochs: 3, fit: false }),
      knownTrial({ nominal: 1, status: "failed", error: "the process ended with signal SIGKILL", epochs: 0 }),
    ],
    provenance: {
      ...testResult([]).provenance,
      command: "shatter run figure-1b --scale small",
      interrupted: true,
    },
  });
}

/** Figure 1c with two seeds of every model. */
export function figure1c(): ExperimentResult {
  const errors = (model: string, index: number): number[] =>
    [0, 1].map((seed) => figure1cErrors[model]![index]! + 0.012 * wobble(seed, index, model.length) - 0.01);
  const series = Object.entries(figure1cErrors).map(
    ([title, paper]): Series => ({
      title,
      points: corruptions.map((x, index) => point(x, errors(title, index), [0, 1])),
      paper: paperCurve(paper),
    }),
  );
  return experiment({
    name: "figure-1c",
    title: "Test error by label corruption",
    source: "Zhang et al., ICLR 2017, Figure 1c",
    scale: "paper",
    notes: NOTES,
    plots: [
      {
        name: "figure-1c",
        title: "Test error on test labels corrupted with the same probability",
        caption: "Test error after the last epoch, means over seeds.",
        x: { label: "Label corruption", unit: "share", domain: [0, 1] },
        y: { label: "Test error", unit: "error", domain: [0, 1] },
        guides: [{ label: "chance", y: 0.9 }],
        series,
      },
    ],
    tables: [
      {
        name: "figure-1c",
        title: "Test error by label corruption",
        caption: "After the last epoch, means over seeds.",
        columns: [
          plain("model", "Model"),
          plain("corruption", "Label corruption", "share"),
          measuredColumn("error", "Test error", "error"),
        ],
        rows: Object.keys(figure1cErrors).flatMap((model) =>
          corruptions.map((level, index) => ({
            model: text(model),
            corruption: text(level),
            error: measuredShare(errors(model, index), figure1cErrors[model]![index]!),
          })),
        ),
      },
    ],
    claims: [
      {
        number: 6,
        text: "Whatever the corruption, training labels are fitted, and test error rises steadily to chance.",
        outcome: "reproduced",
        evidence: "Every model's test error rises steadily from its lowest to 90 %.",
      },
    ],
    trials: [0, 1].flatMap((seed) =>
      corruptions.map((nominal) => knownTrial({ seed, nominal, model: "alexnet" })),
    ),
  });
}

/** Learning curves of Fig. 1a over so many epochs, two seeds, the paper's beside them. */
export function figure1a(epochs = 64): ExperimentResult {
  const middles = {
    "true labels": 3,
    "shuffled pixels": 5,
    "random pixels": 11,
    gaussian: 13,
    "random labels": 24,
  };
  const loss = (step: number, middle: number): number =>
    Math.log(10) / (1 + Math.exp((step / 391 - middle) / (middle / 5)));
  return experiment({
    name: "figure-1a",
    title: "Learning curves on true and randomized data",
    source: "Zhang et al., ICLR 2017, Figure 1a",
    scale: "paper",
    plots: [
      {
        name: "figure-1a",
        title: "Learning curves of inception",
        caption: "Training loss by step, measured after each epoch on the data trained on.",
        x: { label: "Training steps", unit: "count", domain: null },
        y: { label: "Training loss", unit: "nats", domain: [0, 2.5] },
        guides: [{ label: "guessing", y: Math.log(10) }],
        series: Object.entries(middles).map(([title, middle]) => ({
          title,
          points: Array.from({ length: epochs }, (_, epoch) => {
            const step = 391 * (epoch + 1);
            return point(step, [loss(step, middle), loss(step, 1.04 * middle)], [0, 99]);
          }),
          paper: Array.from({ length: 19 }, (_, index) => {
            const step = Math.round((2 * index + 1) * 390.6);
            return { x: step, y: loss(step, 0.9 * middle) };
          }),
        })),
      },
    ],
  });
}

/** So many lines of a user's experiment, with long names, and the paper's beside none. */
export function sweep(count = 12): ExperimentResult {
  const title = (index: number): string =>
    `recipe.weightDecay ${0.0005 * 2 ** index}, model inception-without-batch-normalization-${index + 1}`;
  return experiment({
    plots: [
      {
        name: "sweep-test-by-corrupt",
        title: "Test accuracy by corruption",
        caption: "After the last epoch, means over seeds.",
        x: { label: "corrupt", unit: "share", domain: null },
        y: { label: "Test accuracy", unit: "share", domain: [0, 1] },
        guides: [{ label: "chance", y: 0.1 }],
        series: Array.from({ length: count }, (_, index) => ({
          title: title(index),
          points: [0, 0.25, 0.5, 0.75, 1].map((x) =>
            point(
              x,
              [0, 1].map((seed) => 0.1 + (0.75 - 0.05 * index) * (1 - x) + 0.002 * wobble(seed, x, index)),
              [0, 1],
            ),
          ),
          paper: [],
        })),
      },
    ],
    tables: [
      {
        name: "sweep",
        title: "Every cell of the grid",
        caption: "After the last epoch, means over seeds.",
        columns: [
          plain("recipe.weightDecay", "weightDecay", "ratio"),
          plain("model", "model"),
          measuredColumn("test", "Test accuracy", "share"),
          measuredColumn("loss", "Train loss", "nats"),
        ],
        rows: Array.from({ length: count }, (_, index) => ({
          "recipe.weightDecay": text(0.0005 * 2 ** index),
          model: text(`inception-without-batch-normalization-${index + 1}`),
          test: measuredShare([0.5 - 0.01 * index, 0.503 - 0.01 * index]),
          loss: measured([0.01 * (index + 1), 0.012 * (index + 1)]),
        })),
      },
    ],
  });
}
