/**
 * @file Figure 1a: learning curves of one model on true and on randomized data.
 */

import { SHARE } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { figure1aClaims } from "./figure-1a-claims.ts";
import {
  type Curve,
  curves,
  epochsToLowLoss,
  LOW_LOSS,
  PAPER_MODEL,
  paperStepsToLowLoss,
  stepsToLowLoss,
} from "./figure-1a-curves.ts";
import { course, measureReached, measureTrials, stepsPerEpoch } from "./measure.ts";
import { recipeNotes, settingNotes } from "./notes.ts";
import { figure1aCurves, STEPS_PER_EPOCH } from "./paper.ts";
import { conditionAt, type Setting } from "./scales.ts";

type TrialsOf = (model: string, curve: Curve) => readonly TrialResult[];

/** What time is counted in: steps as in the paper, or epochs where they have other numbers of steps. */
interface Clock {
  readonly unit: "steps" | "epochs";
  readonly toLowLoss: (trial: TrialResult) => number | null;
  /** Steps of one of our units of time, and of the paper's. */
  readonly ours: (trial: TrialResult) => number;
  readonly paper: number;
}

const clocks: { readonly [U in Clock["unit"]]: Clock } = {
  steps: { unit: "steps", toLowLoss: stepsToLowLoss, ours: () => 1, paper: 1 },
  epochs: {
    unit: "epochs",
    toLowLoss: epochsToLowLoss,
    ours: stepsPerEpoch,
    paper: STEPS_PER_EPOCH,
  },
};

/** Steps at the paper's size. On fewer examples an epoch has fewer steps, and epochs are what compares. */
const clockOf = ({ scale, data, n }: Setting): Clock =>
  scale === "paper" && data === undefined && n === undefined ? clocks.steps : clocks.epochs;

/** Points with another measure of time, to whole units: the paper's were read off its figure. */
const inUnits = <Point extends { readonly x: number }>(points: readonly Point[], steps: number): Point[] =>
  points.map((point) => ({ ...point, x: Math.round(point.x / steps) }));

/** Which training loss is drawn. */
interface Loss {
  readonly name: string;
  /** What stands after the title. */
  readonly addition: string;
  readonly caption: string;
  readonly of: (row: TrialResult["history"][number]) => number | null;
}

const losses: readonly Loss[] = [
  {
    name: "figure-1a",
    addition: "",
    caption:
      "Training loss, measured after each epoch on the data trained on, means over seeds; a trial that ended early keeps its last loss.",
    of: ({ fitLoss }) => fitLoss,
  },
  {
    name: "figure-1a-batches",
    addition: ", as trained",
    caption:
      "Mean loss of each epoch's batches while the network was trained on them; with batch normalization it is free of the running averages, which lag behind where epochs are short.",
    of: ({ trainLoss }) => trainLoss,
  },
];

/** The figure for one model, with the paper's curves beside those of its model. */
function plotOf(
  { name, addition, caption, of }: Loss,
  model: string,
  trialsOf: TrialsOf,
  { unit, ours, paper }: Clock,
): Plot {
  return {
    name: model === PAPER_MODEL ? name : `${name}-${model}`,
    title: `Learning curves of ${model}${addition}`,
    caption,
    x: { label: `Training ${unit}`, unit: "count", domain: null },
    y: { label: "Training loss", unit: "nats", domain: [0, 2.5] },
    guides: [{ label: "guessing", y: Math.log(10) }],
    series: curves.map((curve) => {
      const trials = trialsOf(model, curve);
      return {
        title: curve.title,
        points: trials[0] ? inUnits(course(trials, of), ours(trials[0])) : [],
        paper: model === PAPER_MODEL ? inUnits(figure1aCurves[curve.title]!, paper) : [],
      };
    }),
  };
}

function table(models: readonly string[], trialsOf: TrialsOf, { unit, toLowLoss, paper: units }: Clock) {
  const title = unit === "steps" ? "Steps" : "Epochs";
  return {
    name: "figure-1a",
    title: `${title} to a low training loss`,
    caption: `${title} until the training loss, measured after each epoch, was at most ${LOW_LOSS} nats. The paper's are read off its figure.`,
    columns: [
      plain("model", "Model"),
      plain("data", "Trained on"),
      measured("steps", `${title} to ${LOW_LOSS} nats`, "count"),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
    ],
    rows: models.flatMap((model) =>
      curves.map((curve) => {
        const trials = trialsOf(model, curve);
        const steps = model === PAPER_MODEL ? paperStepsToLowLoss(curve) : null;
        const paper = steps === null ? null : Math.round(steps / units);
        return {
          model: text(model),
          data: text(curve.title),
          steps: number(measureReached(trials, toLowLoss, { paper })),
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
  const clock = clockOf(setting);
  return {
    notes: [
      ...settingNotes(setting),
      ...recipeNotes,
      "Pixels and noise are tested on test images randomized in the same way, with their true labels.",
    ],
    tables: [table(models, trialsOf, clock)],
    plots: drawn.flatMap((model) => losses.map((loss) => plotOf(loss, model, trialsOf, clock))),
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
