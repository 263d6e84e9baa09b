/**
 * @file The document of stability: tables, plots, findings and the claim, of changes that were measured.
 */

import { percent } from "../../base/percent.ts";
import { wilsonInterval } from "../../base/shares.ts";
import type { Estimate } from "../../base/statistics.ts";
import { exampleCount, type Splits, titleOf } from "../../data/dataset.ts";
import type { Claim } from "../../document/claims.ts";
import { judgeClaim } from "../../document/claims.ts";
import type { Measurement } from "../../document/measurement.ts";
import type { Plot } from "../../document/plot.ts";
import type { Table } from "../../document/table.ts";
import { measured, number, plain, text } from "../../document/table.ts";
import { recipeSettings, say, sayEstimate, type Unsigned } from "../settings.ts";
import { DELTA } from "./bounds.ts";
import type { Change, Curve, Needs, StabilitySettings } from "./changes.ts";

/** Everything that was computed. */
interface Computed {
  readonly splits: Splits;
  readonly settings: StabilitySettings;
  readonly curves: readonly Curve[];
  readonly needs: Needs;
}

/** Write the document. */
export function stabilityResult(computed: Computed): Unsigned {
  const { splits, settings, curves, needs } = computed;
  const { model, n, replacements, labels, recipe, seed } = settings;
  return {
    schema: "shatter/theory@1",
    name: "stability",
    title: "Stability: what one training example changes",
    question:
      "How much does the loss elsewhere change when one training example is replaced, on true and on random labels?",
    findings: findingsOf(computed),
    source: "Section 2.2",
    method: [
      `${replacements} training examples, drawn at random, are replaced one at a time by fresh ones; each time the network is trained again from the same first weights and in the same order.`,
      "Changes are those of the loss (cross-entropy, nats) at held-out examples, with the labels of the same kind; intervals are Student's t over the replaced examples.",
      `Uniform stability (Bousquet and Elisseeff, 2002) bounds the largest change over all training sets, examples and replacements; what is measured is a lower bound of it. Their theorem 12 with confidence ${1 - DELTA} says what would be small enough, here for a bound of the loss of guessing, ${say(needs.guessing)} nats.`,
      "The replaced example's own loss, without it minus with it, is in expectation the generalization gap (Shalev-Shwartz and Ben-David, Understanding Machine Learning, 2014, theorem 13.2): a stability that does see labels.",
    ],
    notes: [
      "Uniform stability is a property of the algorithm alone: one number for true and for random labels, so it cannot tell them apart.",
      `SGD on convex losses of gradients up to L is stable to 2 L^2 / n times the sum of its step sizes (Hardt, Recht and Singer, 2016), here ${say(needs.hardt)} L^2 after ${recipe.epochs} passes, momentum counted as a larger step: as large as the loss of guessing from L = ${say(Math.sqrt(needs.guessing / needs.hardt))} on, and growing with every pass. For networks, which are not convex, the bound grows faster.`,
      "The cross-entropy is not bounded, as the theorems want it; the term of the bound with its largest value is left out, in their favor.",
      "Interrupted computations begin anew.",
    ],
    settings: {
      data: titleOf(splits.train),
      model: model.name,
      n,
      testN: exampleCount(splits.test),
      replacements,
      labels: labels.join(","),
      seed,
      ...recipeSettings(recipe),
    },
    tables: [changesTable(computed)],
    plots: [changesPlot(computed), gapPlot(computed)],
    claims: [claimOf(computed)],
    numbers: {
      n,
      allowed: needs.allowed,
      guessing: needs.guessing,
      hardt: needs.hardt,
      ...Object.fromEntries(curves.flatMap(numbersOf)),
    },
  };
}

const lastOf = ({ changes }: Curve): Change => changes.at(-1)!;

function findingsOf({ curves, needs, settings: { model, n, recipe } }: Computed): string[] {
  const list = curves.map((curve) => {
    const { mean, max, largest, testAccuracy } = lastOf(curve);
    return `${curve.labels[0]!.toUpperCase()}${curve.labels.slice(1)} labels: replacing one of ${n} examples of ${model.name} changes a held-out loss by ${sayEstimate(mean)} nats on average and by ${sayEstimate(max)} at most, ${say(largest)} in all, after ${recipe.epochs} epochs (held-out accuracy ${percent(testAccuracy)}).`;
  });
  const largest = Math.max(...curves.map((curve) => lastOf(curve).largest));
  list.push(
    `A bound by uniform stability below the loss of guessing needs changes of at most ${say(needs.allowed)} nats at n = ${n}; the largest measured is ${say(largest)}, ${largest > needs.allowed ? `${say(largest / needs.allowed)} times that, so the bound is void` : "which does not exclude such a bound"}.`,
  );
  for (const curve of curves) {
    const { replaced, gap } = lastOf(curve);
    list.push(
      `${curve.labels} labels: the loss of the replaced example grows by ${sayEstimate(replaced)} nats without it, beside a generalization gap of ${say(gap)}.`,
    );
  }
  return list;
}

const measurementOf = ({ mean, low, high, n }: Estimate): Measurement => ({
  value: mean,
  low,
  high,
  n,
  paper: null,
  difference: null,
  note: null,
});

function changesTable({ curves, settings, needs }: Computed): Table {
  return {
    name: "changes",
    title: "What replacing one training example changes",
    caption: `After the last epoch, over ${settings.replacements} replaced examples; losses in nats. A bound by uniform stability below the loss of guessing needs a largest change of at most ${say(needs.allowed)}.`,
    columns: [
      plain("labels", "Labels"),
      measured("mean", "Mean change of a held-out loss", "nats"),
      measured("max", "Largest change", "nats"),
      plain("largest", "Largest of all", "nats"),
      plain("allowed", "Allowed", "nats"),
      measured("flipped", "Predictions changed", "share"),
      measured("replaced", "Replaced example, without minus with", "nats"),
      plain("gap", "Generalization gap", "nats"),
      plain("train", "Training accuracy", "share"),
      plain("test", "Held-out accuracy", "share"),
    ],
    rows: curves.map((curve) => {
      const { mean, max, largest, flipped, replaced, gap, trainAccuracy, testAccuracy } = lastOf(curve);
      return {
        labels: text(curve.labels),
        mean: number(measurementOf(mean)),
        max: number(measurementOf(max)),
        largest: text(largest),
        allowed: text(needs.allowed),
        flipped: number(measurementOf(flipped)),
        replaced: number(measurementOf(replaced)),
        gap: text(gap),
        train: text(trainAccuracy),
        test: text(testAccuracy),
      };
    }),
  };
}

/** Points of an estimate over epochs. */
const pointsOf = ({ changes }: Curve, read: (change: Change) => Estimate) =>
  changes.map((change) => {
    const { mean, low, high, n } = read(change);
    return { x: change.epoch, y: mean, low, high, n };
  });

const epochsAxis = { label: "Epochs", unit: "epochs" as const, domain: null };

function changesPlot({ curves, needs }: Computed): Plot {
  return {
    name: "changes",
    title: "Change of a held-out loss when one training example is replaced",
    caption:
      "The line is what a bound by uniform stability needs of the largest change, to be below the loss of guessing.",
    x: epochsAxis,
    y: { label: "Change", unit: "nats", domain: null, scale: "log" },
    guides: [{ label: "allowed", y: needs.allowed }],
    series: curves.flatMap((curve) => [
      { title: `largest, ${curve.labels} labels`, points: pointsOf(curve, ({ max }) => max), paper: [] },
      { title: `mean, ${curve.labels} labels`, points: pointsOf(curve, ({ mean }) => mean), paper: [] },
    ]),
  };
}

function gapPlot({ curves }: Computed): Plot {
  return {
    name: "gap",
    title: "Loss of the replaced example, and the generalization gap",
    caption:
      "Without an example its loss is larger than with it, on average by the generalization gap. This stability sees labels, and is as hard to bound as the gap itself.",
    x: epochsAxis,
    y: { label: "Difference of losses", unit: "nats", domain: null },
    guides: [],
    series: curves.flatMap((curve) => [
      {
        title: `replaced example, ${curve.labels} labels`,
        points: pointsOf(curve, ({ replaced }) => replaced),
        paper: [],
      },
      {
        title: `gap, ${curve.labels} labels`,
        points: curve.changes.map(({ epoch, gap }) => ({ x: epoch, y: gap, low: null, high: null, n: 1 })),
        paper: [],
      },
    ]),
  };
}

function claimOf({ splits, curves, needs }: Computed): Claim {
  const chance = 1 / splits.train.classNames.length;
  const truth = curves.find(({ labels }) => labels === "true");
  const besides = curves
    .filter((curve) => curve !== truth)
    .map((curve) => `on ${curve.labels} labels the largest change is ${say(lastOf(curve).largest)} nats`);
  if (!truth) return judgeClaim(15, [{ holds: null, says: "true labels" }], besides);
  const { largest, testAccuracy } = lastOf(truth);
  const count = exampleCount(splits.test);
  const generalizes = wilsonInterval(Math.round(testAccuracy * count), count)[0] > chance;
  const says = `the largest change is ${say(largest)} nats on true labels, ${say(needs.allowed)} are allowed, and held-out accuracy is ${percent(testAccuracy)}`;
  return judgeClaim(15, [{ holds: generalizes ? largest > needs.allowed : null, says }], besides);
}

function numbersOf(curve: Curve): [string, number | null | (number | null)[]][] {
  const { mean, max, largest, flipped, replaced, gap, trainAccuracy, testAccuracy } = lastOf(curve);
  const over = (read: (change: Change) => number): number[] => curve.changes.map(read);
  return Object.entries({
    MeanChange: mean.mean,
    MeanChangeLow: mean.low,
    MeanChangeHigh: mean.high,
    MaxChange: max.mean,
    MaxChangeLow: max.low,
    MaxChangeHigh: max.high,
    LargestChange: largest,
    Flipped: flipped.mean,
    Replaced: replaced.mean,
    ReplacedLow: replaced.low,
    ReplacedHigh: replaced.high,
    Gap: gap,
    TrainAccuracy: trainAccuracy,
    TestAccuracy: testAccuracy,
    MeanChangeByEpoch: over(({ mean: byEpoch }) => byEpoch.mean),
    MaxChangeByEpoch: over(({ max: byEpoch }) => byEpoch.mean),
  }).map(([name, value]) => [`${curve.labels}${name}`, value]);
}
