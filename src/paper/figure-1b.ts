/**
 * @file Figure 1b: how much longer it takes to overfit, the more labels are corrupted.
 */

import type { Claim } from "../document/claims.ts";
import { type Check, judgeClaim } from "../document/claims.ts";
import type { Measurement } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import { pointOf } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import { measured, number, plain, text } from "../document/table.ts";
import {
  corruptionConditions,
  corruptionModels,
  type Level,
  levelsOf,
  paperAt,
  paperCurve,
} from "./corruption.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { distanceFromPaper, measureReached } from "./measure.ts";
import { recipeNotes, settingNotes } from "./notes.ts";
import { type Criterion, criteria, epochsUntil, slowdown } from "./overfitting.ts";
import { figure1bEpochs, figure1bRatios } from "./paper.ts";

/** Epochs until a criterion was met at a level; the paper's are its ratios times its epochs on true labels. */
function epochsAt({ model, corrupt, trials }: Level, criterion: Criterion): Measurement {
  const ratio = paperAt(figure1bRatios, model, corrupt);
  const paper = ratio === null ? null : Math.round(ratio * figure1bEpochs[model]!);
  return measureReached(trials, (trial) => epochsUntil(trial, criterion), { paper });
}

/** Those epochs over the epochs on true labels, seed by seed. */
function ratioAt({ model, corrupt, trials, onTrue }: Level, criterion: Criterion): Measurement {
  const paper = paperAt(figure1bRatios, model, corrupt);
  const paired = trials.filter(({ seed }) => onTrue.some((base) => base.seed === seed));
  return measureReached(paired, (trial) => slowdown(trial, onTrue, criterion), { paper });
}

function plotsOf(levels: readonly Level[], models: readonly string[], criterion: Criterion): Plot[] {
  const plot = (
    kind: "ratio" | "epochs",
    measurementAt: (level: Level) => Measurement,
    paperOf: (model: string) => { x: number; y: number }[],
  ): Plot => ({
    name: kind === "ratio" ? `figure-1b-${criterion.name}` : `figure-1b-${criterion.name}-epochs`,
    title: `Time to overfit: ${criterion.title}`,
    caption:
      kind === "ratio"
        ? `Epochs until ${criterion.title}, over those on true labels, seed by seed. The paper does not say what it counts as overfitted.`
        : `Epochs until ${criterion.title}. The paper prints ratios, which are whole numbers of epochs over 10, 31 and 28.`,
    x: { label: "Label corruption", unit: "share", domain: [0, 1] },
    y:
      kind === "ratio"
        ? { label: "Time relative to true labels", unit: "ratio", domain: null }
        : { label: "Epochs", unit: "epochs", domain: null },
    guides: [],
    series: models.map((model) => ({
      title: model,
      points: levels
        .filter((level) => level.model === model && level.trials.length > 0)
        .map((level) => pointOf(level.corrupt, measurementAt(level))),
      paper: paperOf(model),
    })),
  });
  return [
    plot(
      "ratio",
      (level) => ratioAt(level, criterion),
      (model) => paperCurve(figure1bRatios, model),
    ),
    plot(
      "epochs",
      (level) => epochsAt(level, criterion),
      (model) =>
        paperCurve(figure1bRatios, model).map(({ x, y }) => ({
          x,
          y: Math.round(y * figure1bEpochs[model]!),
        })),
    ),
  ];
}

function tableOf(levels: readonly Level[], criterion: Criterion): Table {
  return {
    name: `figure-1b-${criterion.name}`,
    title: `Epochs until ${criterion.title}`,
    caption: "Measured after each epoch. The ratio is to the epochs of the same seed on true labels.",
    columns: [
      plain("model", "Model"),
      plain("corruption", "Label corruption", "share"),
      measured("epochs", "Epochs", "epochs"),
      measured("ratio", "Relative to true labels", "ratio"),
    ],
    rows: levels.map((level) => ({
      model: text(level.model),
      corruption: text(level.corrupt),
      epochs: number(epochsAt(level, criterion)),
      ratio: number(ratioAt(level, criterion)),
    })),
  };
}

/** The slow-down at full corruption, by every definition. */
function definitionsTable(levels: readonly Level[]): Table {
  const full = levels.filter(({ corrupt }) => corrupt === 1);
  return {
    name: "figure-1b-definitions",
    title: "Slow-down on random labels, by what counts as overfitted",
    caption:
      "Epochs on true and on random labels until each definition was met, and how far its ratios are from the paper's at the other levels of corruption that were reached, on average. The paper has one ratio a model and level, and does not say by which definition.",
    columns: [
      plain("model", "Model"),
      plain("criterion", "Overfitted"),
      measured("onTrue", "Epochs, true labels", "epochs"),
      measured("onRandom", "Epochs, random labels", "epochs"),
      measured("ratio", "Ratio", "ratio"),
      plain("distance", "Distance of all ratios from the paper's", "ratio"),
    ],
    rows: full.flatMap((level) =>
      criteria.map((criterion) => ({
        model: text(level.model),
        criterion: text(criterion.title),
        onTrue: number(epochsAt({ ...level, corrupt: 0, trials: level.onTrue }, criterion)),
        onRandom: number(epochsAt(level, criterion)),
        ratio: number(ratioAt(level, criterion)),
        distance: text(
          distanceFromPaper(
            levels
              .filter(({ model, corrupt }) => model === level.model && corrupt > 0)
              .map((other) => ratioAt(other, criterion)),
          ),
        ),
      })),
    ),
  };
}

function claimOf(levels: readonly Level[]): Claim {
  const full = levels.filter(({ corrupt }) => corrupt === 1);
  const checkOf = (level: Level): { readonly level: Level; readonly checks: readonly Check[] } => {
    const checks = criteria
      .filter(({ drawn }) => drawn)
      .map((criterion): Check => {
        const { value, n, note } = ratioAt(level, criterion);
        const what = `${level.model} to ${criterion.title}`;
        if (n === 0) return { holds: null, says: what };
        const paper = paperAt(figure1bRatios, level.model, 1);
        if (value === null) return { holds: false, says: `${what}: ${note}` };
        return {
          holds: value > 1 && value <= 2 * (paper ?? Number.POSITIVE_INFINITY),
          says: `${what} takes ${value.toFixed(2)} times as long on random labels${paper === null ? "" : ` (paper ${paper})`}`,
        };
      });
    return { level, checks };
  };
  const found = full.map(checkOf);
  const isPaper = ({ level }: (typeof found)[number]): boolean =>
    corruptionModels.some((model) => model === level.model);
  return judgeClaim(
    5,
    found.filter(isPaper).flatMap(({ checks }) => checks),
    found
      .filter((other) => !isPaper(other))
      .flatMap(({ checks }) => checks.filter(({ holds }) => holds !== null).map(({ says }) => says)),
  );
}

function read(findings: Findings): Reading {
  const levels = levelsOf(findings);
  const drawn = criteria.filter((criterion) => criterion.drawn);
  return {
    notes: [
      ...settingNotes(findings.setting),
      ...recipeNotes,
      `Overfitted is defined in two ways and at several bounds: ${criteria.map(({ title }) => title).join(", ")}. mlp-1x512 does not come to the strictest of them on random labels, so the loosest are drawn.`,
    ],
    tables: [definitionsTable(levels), ...drawn.map((criterion) => tableOf(levels, criterion))],
    plots: drawn.flatMap((criterion) => plotsOf(levels, findings.models, criterion)),
    claims: [claimOf(levels)],
  };
}

export const figure1b: Experiment = {
  name: "figure-1b",
  title: "Time to overfit by label corruption",
  question: "How much longer does a network take to fit its training labels, the more of them are random?",
  source: "Zhang et al., ICLR 2017, Figure 1b",
  models: corruptionModels,
  anyModel: true,
  conditions: corruptionConditions,
  read,
};
