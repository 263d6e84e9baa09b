/**
 * @file Figure 1a: learning curves of one model on true and on randomized data.
 */

import type { ExperimentPlot } from "../experiment-result.ts";
import type { TrialResult } from "../result.ts";
import { measured, number, plain, text } from "./cells.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { figure1aClaims } from "./figure-1a-claims.ts";
import {
  type Curve,
  curves,
  LOW_LOSS,
  PAPER_MODEL,
  paperStepsToLowLoss,
  stepsToLowLoss,
} from "./figure-1a-curves.ts";
import { course, measureReached, measureTrials, SHARE } from "./measure.ts";
import { recipeNotes, settingNotes } from "./notes.ts";
import { figure1aCurves } from "./paper.ts";
import { conditionAt } from "./scales.ts";

type TrialsOf = (model: string, curve: Curve) => readonly TrialResult[];

/** The figure for one model, with the paper's curves beside those of its model. */
function plotOf(model: string, trialsOf: TrialsOf): ExperimentPlot {
  return {
    name: model === PAPER_MODEL ? "figure-1a" : `figure-1a-${model}`,
    title: `Learning curves of ${model}`,
    caption:
      "Training loss by step, measured after each epoch on the data trained on, means over seeds; a trial that ended early keeps its last loss.",
    x: { label: "Training steps", unit: "count", domain: null },
    y: { label: "Training loss", unit: "nats", domain: [0, 2.5] },
    guides: [{ label: "guessing", y: Math.log(10) }],
    series: curves.map((curve) => ({
      title: curve.title,
      points: course(trialsOf(model, curve), ({ fitLoss }) => fitLoss),
      paper: model === PAPER_MODEL ? [...figure1aCurves[curve.title]!] : [],
    })),
  };
}

function table(models: readonly string[], trialsOf: TrialsOf) {
  return {
    name: "figure-1a",
    title: "Steps to a low training loss",
    caption: `Steps until the training loss, measured after each epoch, was at most ${LOW_LOSS} nats. The paper's are read off its figure.`,
    columns: [
      plain("model", "Model"),
      plain("data", "Trained on"),
      measured("steps", `Steps to ${LOW_LOSS} nats`, "count"),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
    ],
    rows: models.flatMap((model) =>
      curves.map((curve) => {
        const trials = trialsOf(model, curve);
        const paper = model === PAPER_MODEL ? paperStepsToLowLoss(curve) : null;
        return {
          model: text(model),
          data: text(curve.title),
          steps: number(measureReached(trials, stepsToLowLoss, { paper })),
          train: number(measureTrials(trials, ({ trainAccuracy }) => trainAccuracy, { limits: SHARE })),
          test: number(measureTrials(trials, ({ testAccuracy }) => testAccuracy, { limits: SHARE })),
        };
      }),
    ),
  };
}

function read({ setting, models, results }: Findings): Reading {
  const trialsOf: TrialsOf = (model, { inputs, corrupt }) =>
    results.of(conditionAt(setting, model, { inputs, corrupt }));
  const drawn = models.filter((model) => curves.some((curve) => trialsOf(model, curve).length > 0));
  return {
    notes: [
      ...settingNotes(setting),
      ...recipeNotes,
      "Pixels and noise are tested on test images randomized in the same way, with their true labels.",
    ],
    tables: [table(models, trialsOf)],
    plots: drawn.map((model) => plotOf(model, trialsOf)),
    claims: figure1aClaims(drawn, trialsOf),
  };
}

export const figure1a: Experiment = {
  name: "figure-1a",
  title: "Learning curves on true and randomized data",
  question:
    "Does the same network, with the same recipe, fit true labels, random labels, shuffled pixels, random pixels and noise, and how soon?",
  source: "Zhang et al., ICLR 2017, Figure 1a",
  models: [PAPER_MODEL],
  anyModel: true,
  conditions: (setting, model) =>
    curves.map(({ inputs, corrupt }) => conditionAt(setting, model, { inputs, corrupt })),
  read,
};
