/**
 * @file Figure 1c: how the test error grows, the more labels are corrupted.
 *
 * The error is read against true test labels, and against test labels corrupted with the same probability: the
 * paper does not say which its figure shows, and its curves fit the second.
 */

import { percent } from "../base/percent.ts";
import type { Claim } from "../document/claims.ts";
import { CHANCE_MARGIN, type Check, judgeClaim } from "../document/claims.ts";
import type { Measurement } from "../document/measurement.ts";
import { SHARE } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import { pointOf } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { MEMORIZED } from "../verdict/escalation.ts";
import {
  corruptionConditions,
  corruptionModels,
  type Level,
  levelsOf,
  paperAt,
  paperCurve,
} from "./corruption.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { distanceFromPaper, meanOver, measureTrials } from "./measure.ts";
import { recipeNotes, settingNotes } from "./notes.ts";
import { figure1cErrors } from "./paper.ts";

/** Which labels test answers are compared with. */
interface Truth {
  readonly name: "corrupted" | "true";
  readonly title: string;
  readonly errorOf: (trial: TrialResult) => number | null;
}

const truths: readonly Truth[] = [
  {
    name: "corrupted",
    title: "test labels corrupted with the same probability",
    errorOf: ({ testAccuracyCorrupted: share }) => (share === null ? null : 1 - share),
  },
  {
    name: "true",
    title: "true test labels",
    errorOf: ({ testAccuracy: share }) => (share === null ? null : 1 - share),
  },
];

/** The error at chance, among ten classes. */
const CHANCE_ERROR = 0.9;

const errorAt = ({ model, corrupt, trials }: Level, { errorOf }: Truth): Measurement =>
  measureTrials(trials, errorOf, { paper: paperAt(figure1cErrors, model, corrupt), limits: SHARE });

const plotOf = (levels: readonly Level[], models: readonly string[], truth: Truth): Plot => ({
  name: truth.name === "corrupted" ? "figure-1c" : "figure-1c-true-labels",
  title: `Test error on ${truth.title}`,
  caption: `Test error after the last epoch on ${truth.title}, means over seeds. The paper does not say which test labels its curves are for; they fit corrupted ones.`,
  x: { label: "Label corruption", unit: "share", domain: [0, 1] },
  y: { label: "Test error", unit: "error", domain: [0, 1] },
  guides: [{ label: "chance", y: CHANCE_ERROR }],
  series: models.map((model) => ({
    title: model,
    points: levels
      .filter((level) => level.model === model && level.trials.length > 0)
      .map((level) => pointOf(level.corrupt, errorAt(level, truth))),
    paper: paperCurve(figure1cErrors, model),
  })),
});

const table = (levels: readonly Level[]): Table => ({
  name: "figure-1c",
  title: "Test error by label corruption",
  caption:
    "After the last epoch, means over seeds; both readings of the test error have the paper's one beside them.",
  columns: [
    plain("model", "Model"),
    plain("corruption", "Label corruption", "share"),
    measured("corrupted", "Test error, corrupted labels", "error"),
    measured("true", "Test error, true labels", "error"),
    measured("train", "Train accuracy", "share"),
  ],
  rows: levels.map((level) => ({
    model: text(level.model),
    corruption: text(level.corrupt),
    corrupted: number(errorAt(level, truths[0]!)),
    true: number(errorAt(level, truths[1]!)),
    train: number(measureTrials(level.trials, ({ trainAccuracy }) => trainAccuracy, { limits: SHARE })),
  })),
});

/** How far each reading of the test error is from the paper's curve: which of them it probably shows. */
const readingsTable = (levels: readonly Level[], models: readonly string[]): Table => ({
  name: "figure-1c-readings",
  title: "Which test labels the paper's figure is for",
  caption: "How far our test errors are from the paper's, on average over the levels measured.",
  columns: [
    plain("model", "Model"),
    plain("levels", "Levels measured", "count"),
    ...truths.map(({ name }) => plain(name, `Read against ${name} labels`, "error")),
  ],
  rows: models
    .filter((model) => figure1cErrors[model])
    .map((model) => {
      const mine = levels.filter((level) => level.model === model && level.trials.length > 0);
      const distances = truths.map((truth) => {
        const distance = distanceFromPaper(mine.map((level) => errorAt(level, truth)));
        return [truth.name, text(distance)] as const;
      });
      return { model: text(model), levels: text(mine.length), ...Object.fromEntries(distances) };
    }),
});

/** Whether a model fits everywhere, and errs more the more labels are corrupted. */
function rises(levels: readonly Level[], model: string): Check[] {
  const mine = levels.filter((level) => level.model === model);
  const errors = mine.map(({ trials }) => meanOver(trials, truths[0]!.errorOf));
  const fits = mine.map(({ trials }) => meanOver(trials, ({ trainAccuracy }) => trainAccuracy));
  if (errors.includes(null) || fits.includes(null)) {
    return [{ holds: null, says: `${model} at ${errors.filter((error) => error === null).length} levels` }];
  }
  const [error, fit] = [errors as number[], fits as number[]];
  const last = error.at(-1)!;
  const isSteady = error.every((value, index) => index === 0 || value >= error[index - 1]! - 0.01);
  return [
    {
      holds: Math.min(...fit) >= MEMORIZED,
      says: `${model} fits at least ${percent(Math.min(...fit))} of the training labels at every level`,
    },
    {
      holds: isSteady && Math.abs(last - CHANCE_ERROR) <= CHANCE_MARGIN,
      says: `its test error rises ${isSteady ? "steadily" : "unsteadily"} from ${percent(error[0]!)} to ${percent(last)}`,
    },
  ];
}

/** Whether the paper's models err in its order, up to half corruption, above which they come together. */
function order(levels: readonly Level[]): Check {
  const half = levels.filter(({ corrupt }) => corrupt <= 0.5);
  const errorsOf = (model: string): (number | null)[] =>
    half.filter((level) => level.model === model).map(({ trials }) => meanOver(trials, truths[0]!.errorOf));
  const all = corruptionModels.map(errorsOf);
  if (all.flat().includes(null)) return { holds: null, says: "the order of all three models" };
  const [inception, alexnet, mlp] = all as number[][];
  const holds = inception!.every(
    (error, index) => error < alexnet![index]! && alexnet![index]! < mlp![index]!,
  );
  return {
    holds,
    says: `up to half corruption the order Inception, AlexNet, MLP of test errors ${holds ? "holds" : "does not hold"}`,
  };
}

function claimOf(levels: readonly Level[], models: readonly string[]): Claim {
  const others = models.filter((model) => !corruptionModels.some((name) => name === model));
  return judgeClaim(
    6,
    [...corruptionModels.flatMap((model) => rises(levels, model)), order(levels)],
    others.flatMap((model) =>
      rises(levels, model)
        .filter(({ holds }) => holds !== null)
        .map(({ says }) => says),
    ),
  );
}

function read(findings: Findings): Reading {
  const levels = levelsOf(findings);
  return {
    notes: [
      ...settingNotes(findings.setting),
      ...recipeNotes,
      "A label is redrawn with the given probability among all classes, so it may stay what it was: with ten, at a corruption of p, 90 % of p labels change.",
      "The test error is given against true test labels and against test labels redrawn with the same probability. The paper does not say which its figure shows; its curves fit the second.",
    ],
    tables: [table(levels), readingsTable(levels, findings.models)],
    plots: truths.map((truth) => plotOf(levels, findings.models, truth)),
    claims: [claimOf(levels, findings.models)],
  };
}

export const figure1c: Experiment = {
  name: "figure-1c",
  title: "Test error by label corruption",
  question:
    "How does the test error grow while the training error stays at zero, the more training labels are random?",
  source: "Zhang et al., ICLR 2017, Figure 1c",
  models: corruptionModels,
  anyModel: true,
  conditions: corruptionConditions,
  read,
};
