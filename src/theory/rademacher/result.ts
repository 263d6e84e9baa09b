/**
 * @file The document of Rademacher complexity: tables, plots, findings and the claim, of networks that were trained.
 */

import { percent } from "../../base/percent.ts";
import type { Estimate } from "../../base/statistics.ts";
import { exampleCount, exampleSize, titleOf } from "../../data/dataset.ts";
import { type Claim, judgeClaim } from "../../document/claims.ts";
import type { Measurement } from "../../document/measurement.ts";
import { type Plot, plainPoint, type Series } from "../../document/plot.ts";
import { field, measuredField, type Table, tableOf } from "../../document/table.ts";
import { named, recipeSettings, say, sayEstimate, type Unsigned } from "../settings.ts";
import { DELTA } from "./bound.ts";
import { RESOLUTION } from "./capacity.ts";
import type { Cell, Computed, ModelCapacity } from "./rademacher.ts";

/** Agreement with random signs that counts as near 1 in the claim. */
const NEAR_ONE = 0.95;

/** Write the document. */
export function rademacherResult(computed: Computed): Unsigned {
  const { splits, settings, cells, capacities } = computed;
  const { models, sizes, draws, recipe, capacity, fitAccuracy, seed } = settings;
  return {
    schema: "shatter/theory@1",
    name: "rademacher",
    title: "Rademacher complexity of a recipe: at least what training reaches",
    question:
      "How well does training fit random signs, at least how large is the complexity therefore, and what does that say about generalization?",
    findings: [...cells.map(describeCell), ...capacities.map(describeCapacity)],
    source: "Section 2.2, equation (1)",
    method: [
      "Equation (1): the mean over random signs s of the supremum over a class of 1/n sum s_i h(x_i), with h(x) = +1 or -1. The supremum is replaced by what the recipe reaches: twice its training accuracy on random signs, minus 1. That is r, and the complexity is at least r.",
      `${draws} draws of signs on the same examples, each with first weights and an order of its own; the interval is Student's t over draws, of what training reaches.`,
      `The bound of the error is training error + r + 3 sqrt(ln(2 / ${DELTA}) / (2 n)), with confidence ${1 - DELTA} (Bartlett and Mendelson, 2002; for 0-1 losses Mohri, Rostamizadeh and Talwalkar, theorem 3.5).`,
      "For linear models: the upper bound sqrt(2 ln N / n) of Massart's lemma (2000) with N dichotomies by Cover (1965), for any examples; and what least squares reaches on Gaussian ones, 2 Phi(sqrt(p / (1 - p))) - 1 with p = (d + 1) / n.",
      ...(capacity > 0
        ? [
            `Capacity: sizes are doubled from ${Math.min(...sizes)} to at most ${capacity} until ${percent(fitAccuracy)} of random signs are no longer fitted, then bisected to a ${1 / RESOLUTION}th; one draw a size.`,
          ]
        : []),
    ],
    notes: [
      "r is a lower bound of the complexity of the networks: the supremum is over weights, training finds some of them, and a search for the best may find far more. Near 1 there is nothing more to find; below, a larger --epochs or another --lr may raise it.",
      "True labels are whether the number of an example's class is odd; Gaussian rows are labeled by the side of a random hyperplane.",
      "The bound is computed with a lower bound of the complexity, so the true one is larger still. From 1 on it says nothing, from 1/2 on no more than guessing.",
      "Interrupted computations begin anew.",
    ],
    settings: {
      data: titleOf(splits.train),
      d: exampleSize(splits.train),
      testN: exampleCount(splits.test),
      model: models.map(({ name }) => name).join(","),
      n: sizes.join(","),
      draws,
      capacity,
      fitAccuracy,
      seed,
      ...recipeSettings(recipe),
    },
    tables: [complexityTable(cells, draws), ...(capacities.length > 0 ? [capacityTable(computed)] : [])],
    plots: [
      ...(sizes.length > 1 ? [complexityPlot(computed)] : []),
      ...(capacities.length > 0 ? [capacityPlot(computed)] : []),
    ],
    claims: [claimOf(cells)],
    numbers: Object.fromEntries([...cells.flatMap(numbersOf), ...capacities.flatMap(capacityNumbers)]),
  };
}

const count = (value: number): string => value.toLocaleString("en-US");

function describeCell({ model, n, r, testError, bound, upperBound, leastSquares }: Cell): string {
  const theory =
    upperBound === null
      ? ""
      : `, and no linear model exceeds ${say(upperBound)} on average; least squares on Gaussian examples has ${say(leastSquares!)}`;
  const worth =
    bound >= 1
      ? "which says nothing"
      : bound >= 0.5
        ? "which is no better than guessing"
        : "below that of guessing if the complexity is no larger than r, which is not known";
  return `${model} on ${count(n)} examples: the complexity is at least r = ${sayEstimate(r)}${theory}. The bound it implies for true labels is an error of at least ${say(bound)}, ${worth}; measured is ${say(testError)}.`;
}

const describeCapacity = ({ model, parameters, fits, fails }: ModelCapacity): string =>
  fails === null
    ? `${model} (${count(parameters)} parameters) fits random signs of all ${count(fits)} examples tried: its capacity is larger.`
    : `${model} (${count(parameters)} parameters) fits random signs of ${count(fits)} examples, and not of ${count(fails)}, with this recipe.`;

const keyOf = (model: string, n?: number): string =>
  `${model.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}${n === undefined ? "" : `N${n}`}`;

function numbersOf({ model, n, r, fitted, ...cell }: Cell): [string, number | null][] {
  const { trainError, testError, bound, upperBound, leastSquares, parameters } = cell;
  return named(keyOf(model, n), {
    R: r.mean,
    RLow: r.low,
    RHigh: r.high,
    Fitted: fitted,
    TrainError: trainError,
    TestError: testError,
    Bound: bound,
    UpperBound: upperBound,
    LeastSquares: leastSquares,
    Parameters: parameters,
  });
}

const capacityNumbers = ({ model, fits, fails }: ModelCapacity): [string, number | null][] =>
  named(keyOf(model), { Capacity: fits, CapacityFails: fails });

const measurementOf = ({ mean, low, high, n }: Estimate): Measurement => ({
  value: mean,
  low,
  high,
  n,
  paper: null,
  difference: null,
  note: null,
});

const complexityTable = (cells: readonly Cell[], draws: number): Table =>
  tableOf(
    {
      name: "complexity",
      title: "The complexity at least, and the bound it implies",
      caption: `r is the agreement with random signs that training reaches, over ${draws} draws: the complexity is at least that. Errors are on true labels: the bound is at least what follows from r; beside it what is measured.`,
    },
    cells,
    [
      field("model", "Model", ({ model }) => model),
      field("parameters", "Parameters", ({ parameters }) => parameters, "count"),
      field("n", "Examples", ({ n }) => n, "count"),
      measuredField("r", "Complexity, at least (r)", ({ r }) => measurementOf(r), "number"),
      field("fitted", "Draws fitted", ({ fitted }) => fitted, "count"),
      field("upper", "Upper bound (linear)", ({ upperBound }) => upperBound, "number"),
      field("leastSquares", "Least squares, Gaussian (linear)", ({ leastSquares }) => leastSquares, "number"),
      field("bound", "Bound of the error, at least", ({ bound }) => bound, "number"),
      field("train", "Training error", ({ trainError }) => trainError, "error"),
      field("test", "Test error", ({ testError }) => testError, "error"),
    ],
  );

const capacityTable = ({ capacities, splits }: Computed): Table =>
  tableOf(
    {
      name: "capacity",
      title: "Largest number of examples whose random signs are fitted",
      caption:
        "By doubling and bisection, with one draw of signs a size. A linear model on d columns in general position fits random signs with probability 1/2 at 2 (d + 1) examples (Cover, 1965), if training is given the time.",
    },
    capacities,
    [
      field("model", "Model", ({ model }) => model),
      field("parameters", "Parameters", ({ parameters }) => parameters, "count"),
      field("fits", "Fitted", ({ fits }) => fits, "count"),
      field("fails", "Not fitted", ({ fails }) => fails, "count"),
      field(
        "perParameter",
        "Parameters an example fitted",
        ({ parameters, fits }) => (fits > 0 ? parameters / fits : null),
        "number",
      ),
      field(
        "cover",
        "Cover's 2 (d + 1), linear",
        ({ isLinear }) => (isLinear ? 2 * (exampleSize(splits.train) + 1) : null),
        "count",
      ),
      field("tried", "Tried", ({ tried }) =>
        tried.map(({ n, fits }) => `${n} ${fits ? "yes" : "no"}`).join(", "),
      ),
    ],
  );

function complexityPlot({ cells, settings: { models, sizes } }: Computed): Plot {
  const ordered = [...sizes].sort((a, b) => a - b);
  const seriesOf = (
    title: string,
    model: string,
    read: (cell: Cell) => Estimate | number | null,
  ): Series[] => {
    const points = ordered.flatMap((n) => {
      const value = read(cells.find((cell) => cell.model === model && cell.n === n)!);
      if (value === null) return [];
      if (typeof value === "number") return [plainPoint(n, value)];
      return [{ x: n, y: value.mean, low: value.low, high: value.high, n: value.n }];
    });
    return points.length > 0 ? [{ title, points, paper: [] }] : [];
  };
  return {
    name: "complexity",
    title: "The complexity at least, over the number of examples",
    caption:
      "r, the agreement with random signs that training reaches: a lower bound. 1: all random signs are fitted, and a bound by Rademacher complexity is void. For linear models the upper bound holds for any examples, and least squares is computed for Gaussian ones.",
    x: { label: "Examples", unit: "count", domain: null, scale: "log" },
    y: { label: "r (the complexity is at least this)", unit: "number", domain: [0, 1] },
    guides: [],
    series: models.flatMap(({ name: model }) => [
      ...seriesOf(model, model, ({ r }) => r),
      ...seriesOf(`${model}, upper bound`, model, ({ upperBound }) => upperBound),
      ...seriesOf(`${model}, least squares`, model, ({ leastSquares }) => leastSquares),
    ]),
  };
}

function capacityPlot({ capacities, settings: { fitAccuracy } }: Computed): Plot {
  return {
    name: "capacity",
    title: "How much of random signs is fitted, over the number of examples",
    caption:
      "One draw of signs a size, of the search for the largest number that is fitted; parameters in brackets. 50 % is guessing.",
    x: { label: "Examples", unit: "count", domain: null, scale: "log" },
    y: { label: "Training accuracy", unit: "share", domain: [0.5, 1] },
    guides: [{ label: "fitted", y: fitAccuracy }],
    series: capacities.map(({ model, parameters, tried }) => ({
      title: `${model} (${count(parameters)})`,
      points: [...tried].sort((a, b) => a.n - b.n).map(({ n, accuracy }) => plainPoint(n, accuracy)),
      paper: [],
    })),
  };
}

function claimOf(cells: readonly Cell[]): Claim {
  const networks = cells.filter(({ isLinear }) => !isLinear);
  const says = ({ model, n, r, testError }: Cell): string =>
    `${model} on ${count(n)} examples: a complexity of at least ${say(r.mean)}, error on true labels ${percent(testError)}`;
  const proof = networks.find(({ r, testError }) => r.mean >= NEAR_ONE && testError < 0.5);
  const others = networks.filter((cell) => cell !== proof).map(says);
  if (proof) return judgeClaim(15, [{ holds: true, says: says(proof) }], others);
  return judgeClaim(
    15,
    [{ holds: null, says: "a network that fits random signs of so many examples" }],
    others,
  );
}
