/**
 * @file The document of a learning-rate range test: the recommended rate, and the curve it was read off.
 */

import { type Estimate, estimate } from "../../base/statistics.ts";
import { exampleCount, hasNumbers, type Splits, titleOf } from "../../data/dataset.ts";
import { measure, type Unit } from "../../document/measurement.ts";
import type { Plot } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { say, type Unsigned } from "../settings.ts";
import type { Range, RangeSettings } from "./range-test.ts";

/** Part of the rate of the least loss that is recommended. */
const PART = 0.1;

/** Steps of which the average of some fifty is a small part. */
const ENOUGH = 200;

/** Write the document. */
export function rangeResult(
  splits: Pick<Splits, "train">,
  settings: RangeSettings,
  ranges: readonly Range[],
): Unsigned {
  const { model, recipe, seed, seeds, from, to, steps } = settings;
  const least = geometric(ranges.map((range) => range.rates[range.least]!));
  const recommended = rounded(PART * least.mean);
  const isEdge = ranges.some(({ least: at, rates }) => at === rates.length - 1 && rates.length === steps);
  const data = titleOf(splits.train);
  // Of numbers, losses are squared deviations, which have no unit.
  const unit = hasNumbers(splits.train) ? "number" : "nats";
  return {
    schema: "shatter/theory@1",
    name: "lr",
    title: "Learning-rate range test",
    question: "Which learning rate is as large as it may be before the loss rises?",
    findings: [
      `Recommended for ${model.name} on ${data}: a learning rate of ${say(recommended)}, a tenth of ${say(least.mean)}, where the loss is least${intervalOf(least)}.`,
      isEdge
        ? `The loss still fell at the highest rate, ${say(to)}: the recommendation is too low; raise \`to\`.`
        : `Beyond ${say(least.mean)} the averaged loss rises: a constant rate as high as that may not train well.`,
      ...(steps < ENOUGH
        ? [
            `The loss is averaged over some 50 steps, and here are ${steps}: where it is least is uncertain; ask for \`steps\` ${ENOUGH} or more.`,
          ]
        : []),
    ],
    source: "Not in the paper",
    method: [
      `The rate rises exponentially from ${say(from)} to ${say(to)} over ${steps} steps of one training (L. N. Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3); the rest of the recipe is as told. It ends where the smoothed loss is four times its least.`,
      `The loss of each batch, before its update${hasNumbers(splits.train) ? " (squared errors, in squared deviations of the training targets)" : ""}, is averaged exponentially with weight 0.98 and without the bias of its beginning; a tenth of the rate where that is least is recommended (S. Gugger, How Do You Find A Good Learning Rate, 2018).`,
      `${seeds} repetitions with other first weights and orders; rates are averaged as logarithms.`,
    ],
    notes: [
      "A rule of thumb for a constant rate at the beginning of training, on true labels: not the best rate, and not the same for random labels. shatter compare tells two rates apart.",
    ],
    settings: {
      data,
      model: model.name,
      n: exampleCount(splits.train),
      seed,
      seeds,
      from,
      to,
      steps,
      optimizer: recipe.optimizer,
      batch: recipe.batch,
      momentum: recipe.momentum,
      weightDecay: recipe.weightDecay,
      preprocess: recipe.preprocess,
    },
    tables: [seedsTable(ranges, unit)],
    plots: [lossPlot(ranges, unit)],
    claims: [],
    numbers: { recommended, least: least.mean, leastLow: least.low, leastHigh: least.high },
  };
}

/** Geometric mean, and its interval. */
function geometric(values: readonly number[]): Estimate {
  const { mean, low, high, n } = estimate(values.map(Math.log));
  const back = (log: number | null): number | null => (log === null ? null : Math.exp(log));
  return { mean: Math.exp(mean), low: back(low), high: back(high), n };
}

const intervalOf = ({ low, high, n }: Estimate): string =>
  low === null || high === null ? "" : ` (95 % interval over ${n} seeds ${say(low)} to ${say(high)})`;

/** One digit that matters, or two where the first is a 1: nobody knows a rate better. */
const rounded = (rate: number): number =>
  Number(rate.toPrecision(rate.toExponential().startsWith("1") ? 2 : 1));

const seedsTable = (ranges: readonly Range[], unit: Unit): Table =>
  tableOf(
    { name: "lr", title: "Where the loss is least", caption: "One row a seed; losses are smoothed." },
    ranges,
    [
      field("seed", "Seed", ({ seed }) => seed, "count"),
      measuredField(
        "least",
        "Rate of the least loss",
        (range) => measure([range.rates[range.least]!]),
        "number",
      ),
      measuredField("loss", "Least loss", ({ smoothed, least }) => measure([smoothed[least]!]), unit),
      measuredField("last", "Rate at the end", ({ rates }) => measure([rates.at(-1)!]), "number"),
    ],
  );

const lossPlot = (ranges: readonly Range[], unit: Unit): Plot => ({
  name: "lr",
  title: "Training loss while the learning rate rises",
  caption: "The smoothed loss of one training a seed, each step with a higher rate.",
  x: { label: "Learning rate", unit: "number", domain: null, scale: "log" },
  y: { label: "Smoothed loss", unit, domain: null },
  guides: [],
  series: ranges.map(({ seed, rates, smoothed }) => ({
    title: `seed ${seed}`,
    markers: false,
    points: rates.map((x, at) => {
      const y = smoothed[at]!;
      return { x, y: Number.isFinite(y) ? y : null, low: null, high: null, n: 1 };
    }),
    paper: [],
  })),
});
