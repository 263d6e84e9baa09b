/**
 * @file The document of implicit regularization: tables, plots, findings and the claim, of descents that have ended.
 */

import { percent } from "../../base/percent.ts";
import { wilsonInterval } from "../../base/shares.ts";
import { exampleCount, exampleSize, titleOf } from "../../data/dataset.ts";
import { type Claim, judgeClaim } from "../../document/claims.ts";
import { type Plot, plainPoint, type Series } from "../../document/plot.ts";
import { field, type Table, tableOf } from "../../document/table.ts";
import { describeExamples, type Labeling } from "../examples.ts";
import { named, say, type Unsigned } from "../settings.ts";
import type { Moment } from "./follow.ts";
import type { Computed, Interpolant, Run } from "./implicit.ts";

/** Distance, relative to the norm of the minimum-norm solution, that counts as none. */
const NONE = 1e-6;

/** Write the document. */
export function implicitResult(computed: Computed): Unsigned {
  const { splits, settings, spectrum, runs, interpolants } = computed;
  const { labels, methods, starts, rate, momentum, l2, tolerance, epochs, seed } = settings;
  const [n, d] = [exampleCount(splits.train), exampleSize(splits.train)];
  return {
    schema: "shatter/theory@1",
    name: "implicit",
    title: "Implicit regularization: where gradient descent ends on a linear model",
    question: "Of all weights that fit the labels, which does gradient descent find?",
    findings: findingsOf(computed),
    source: "Section 5, equations (2) and (3)",
    method: [
      "The model is X w = y with labels of +1 and -1, squared loss, fewer examples than weights; everything is float64.",
      "The minimum-norm solution is w = X^T a with X X^T a = y (equation (3)), by a Cholesky factor and three rounds of refinement against X itself.",
      "SGD draws one example a step, evenly with replacement, and an epoch is n steps; GD takes all examples a step, and an epoch is one step.",
      rate === undefined
        ? "Step sizes by rule: GD 1 over the largest eigenvalue of X X^T; SGD 1 over the longest squared row, the step of Kaczmarz (1937), times 1 - momentum."
        : `Step size ${rate} for all.`,
      "Predicted factors of the distance an epoch: GD 1 - rate x (smallest eigenvalue + l2); SGD at most (1 - rate (2 - rate x longest squared row) smallest / n)^(n/2), in the mean square (Strohmer and Vershynin, 2009; Needell, Srebro and Ward, 2016).",
      "The part outside the span of the examples is what is left of a vector after two projections, each through the Cholesky factor.",
    ],
    notes: [
      "Labels are whether the number of an example's class is odd (+1) or even (-1); random labels are coin flips. Gaussian rows are labeled by the side of a random hyperplane.",
      `A random start is Gaussian, with the expected norm of the minimum-norm solution of the true labels.`,
      `X X^T has eigenvalues from ${say(spectrum.smallest)} to ${say(spectrum.largest)}. Directions of the smallest converge last: GD needs about condition number x ln(1 / tolerance) epochs, here ${say(Math.ceil((spectrum.largest / spectrum.smallest) * Math.log(1 / tolerance)))}. More examples make the smallest eigenvalue smaller.`,
      "The norm of the minimum-norm solution does not predict test error: in the paper it grows from about 220 on MNIST's pixels to about 390 on Gabor features, while the error halves. `shatter theory kernel` computes those norms.",
      ...(l2 > 0
        ? [
            "With l2 the limit is the ridge solution from every start, at a distance from the minimum-norm solution: the bias. SGD with a constant step ends near it, not at it.",
          ]
        : []),
    ],
    settings: {
      data: titleOf(splits.train),
      n,
      d,
      testN: exampleCount(splits.test),
      labels: labels.join(","),
      method: methods.join(","),
      start: starts.join(","),
      lr: rate ?? null,
      momentum,
      l2,
      tolerance,
      epochs,
      seed,
    },
    tables: [runsTable(computed), interpolantsTable(interpolants)],
    plots: labels.flatMap((name) => [plotOf(computed, name, "distance"), plotOf(computed, name, "norm")]),
    claims: l2 > 0 ? [] : [claimOf(runs)],
    numbers: {
      n,
      d,
      smallestEigenvalue: spectrum.smallest,
      largestEigenvalue: spectrum.largest,
      ...Object.fromEntries(runs.flatMap(numbersOf)),
    },
  };
}

/** A run in the names of numbers: `trueSgdZero`. */
const keyOf = ({ labels, method, start }: Run): string =>
  `${labels}${method === "gd" ? "Gd" : "Sgd"}${start === "zero" ? "Zero" : "Random"}`;

function numbersOf(run: Run): [string, number | null][] {
  const { distance, nullSpace, fromLimit, outside, norm, leastNorm, testAccuracy } = run;
  const { epoch, residual } = run.path.moments.at(-1)!;
  return named(keyOf(run), {
    Distance: distance,
    NullSpace: nullSpace,
    FromLimit: fromLimit,
    Outside: outside,
    Norm: norm,
    LeastNorm: leastNorm,
    Rate: run.descent.rate,
    Shrink: run.measuredRate,
    PredictedShrink: run.predictedRate,
    TestAccuracy: testAccuracy,
    Epochs: epoch,
    Residual: residual,
  });
}

const nameOf = ({ method, start }: Pick<Run, "method" | "start">): string =>
  `${method.toUpperCase()} from ${start === "zero" ? "zero" : "a random start"}`;

const END: Readonly<Record<Run["path"]["end"], string>> = {
  reached: "reached its limit",
  "out of epochs": "out of epochs",
  diverged: "diverged",
};

function findingsOf({ splits, settings, runs, interpolants }: Computed): string[] {
  const settled = runs.filter(({ path }) => path.end === "reached");
  const list: string[] = [];
  if (settings.l2 === 0) {
    const zero = settled.filter(({ start }) => start === "zero");
    if (zero.length > 0) {
      list.push(
        `From zero descent ends at the minimum-norm solution: on ${describeExamples(splits.train)} the largest distance is ${say(Math.max(...zero.map(({ distance }) => distance)))} of its norm, and at most ${say(Math.max(...zero.map(({ outside }) => outside)))} of it lies outside the span of the examples.`,
      );
    }
    const far = settled.filter(({ start }) => start === "random");
    for (const run of far) {
      list.push(
        `${nameOf(run)}, ${run.labels} labels, ends ${say(run.distance)} norms away from it; the part of its start that no example sees is ${say(run.nullSpace)} norms, and the two differ by ${say(Math.abs(run.distance - run.nullSpace))}.`,
      );
    }
  } else {
    for (const run of runs) {
      list.push(
        `With l2 ${settings.l2}, ${nameOf(run)}, ${run.labels} labels, ends ${say(run.distance)} norms away from the minimum-norm solution, ${say(run.fromLimit)} from the ridge solution.`,
      );
    }
  }
  for (const run of runs.filter(({ path }) => path.end !== "reached")) {
    list.push(
      `${nameOf(run)}, ${run.labels} labels: ${END[run.path.end]} after ${run.path.moments.at(-1)!.epoch} epochs, ${say(run.fromLimit)} norms from its limit${run.path.end === "diverged" ? "; take a smaller --lr" : "; allow more --epochs or take a smaller --n"}.`,
    );
  }
  const trueOnes = interpolants.filter(({ labels }) => labels === "true");
  if (trueOnes.length > 0) {
    const [near, away] = [trueOnes[0]!, trueOnes.at(-1)!];
    const count = exampleCount(splits.test);
    const [low] = wilsonInterval(Math.round(near.testAccuracy * count), count);
    list.push(
      low > 0.5
        ? `All weights that fit the true labels fit them alike, yet of ${count} test examples the minimum-norm solution has ${percent(near.testAccuracy)} on the right side, and that from a start ${away.startNorm} norms long ${percent(away.testAccuracy)}.`
        : `Of ${count} test examples the minimum-norm solution has ${percent(near.testAccuracy)} on the right side, which is chance: these examples are too few, or no linear problem.`,
    );
  }
  const norms = new Map(runs.map(({ labels, leastNorm }) => [labels, leastNorm]));
  if (norms.size === 2 && settled.length === runs.length && settings.l2 === 0) {
    list.push(
      `Random labels are fitted as exactly as true ones, by weights of norm ${say(norms.get("random")!)} instead of ${say(norms.get("true")!)}.`,
    );
  }
  return list;
}

function claimOf(runs: readonly Run[]): Claim {
  const check = (start: Run["start"], errorOf: (run: Run) => number, says: string) => {
    const some = runs.filter((run) => run.start === start);
    const ended = some.length > 0 && some.every(({ path }) => path.end === "reached");
    if (!ended) return { holds: null, says };
    const worst = Math.max(...some.map(errorOf));
    return { holds: worst <= NONE, says: `${says}: ${say(worst)} of its norm at most` };
  };
  return judgeClaim(18, [
    check("zero", ({ distance }) => distance, "distance from the minimum-norm solution, from zero"),
    check(
      "random",
      ({ distance, nullSpace }) => Math.abs(distance - nullSpace),
      "difference of that distance and the null-space part of the start, from elsewhere",
    ),
  ]);
}

const runsTable = ({ runs, settings }: Computed): Table =>
  tableOf(
    {
      name: "descents",
      title: "Where descent ends",
      caption: `Distances are relative to the norm of the minimum-norm solution. Without l2 the distance ends at the part of the start that no example sees, and nothing is added outside the span of the examples but rounding. Each stops within ${settings.tolerance} of its limit.`,
    },
    runs,
    [
      field("labels", "Labels", ({ labels }) => labels),
      field("run", "Descent", nameOf),
      field("end", "End", ({ path }) => END[path.end]),
      field("epochs", "Epochs", ({ path }) => path.moments.at(-1)!.epoch, "count"),
      field("distance", "Distance from minimum norm", ({ distance }) => finite(distance), "number"),
      field("nullSpace", "Null-space part of the start", ({ nullSpace }) => nullSpace, "number"),
      field("fromLimit", "Distance from the predicted limit", ({ fromLimit }) => finite(fromLimit), "number"),
      field("outside", "Added outside the span", ({ outside }) => finite(outside), "number"),
      field("norm", "Norm", ({ norm }) => finite(norm), "number"),
      field("leastNorm", "Minimum norm", ({ leastNorm }) => leastNorm, "number"),
      field("shrink", "Factor an epoch, measured", ({ measuredRate }) => measuredRate, "number"),
      field("predicted", "Factor an epoch, theory", ({ predictedRate }) => predictedRate, "number"),
      field("test", "Test accuracy", ({ testAccuracy }) => testAccuracy, "share"),
    ],
  );

/** JSON has no word for what diverged. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const interpolantsTable = (interpolants: readonly Interpolant[]): Table =>
  tableOf(
    {
      name: "interpolants",
      title: "Weights that fit every training label, by where descent starts",
      caption:
        "Computed as the minimum-norm solution plus the null-space part of the start. All fit alike; what they predict differs.",
    },
    interpolants,
    [
      field("labels", "Labels", ({ labels }) => labels),
      field(
        "start",
        "Norm of the start, in minimum norms of true labels",
        ({ startNorm }) => startNorm,
        "number",
      ),
      field("norm", "Norm of the weights", ({ norm }) => norm, "number"),
      field("test", "Test accuracy", ({ testAccuracy }) => testAccuracy, "share"),
    ],
  );

/** The figure of a quantity over epochs, for one kind of labels. */
function plotOf({ runs }: Computed, labels: Labeling, what: "distance" | "norm"): Plot {
  const some = runs.filter((run) => run.labels === labels);
  const measure = ({ toLeastNorm, norm }: Moment, unit: number): number =>
    (what === "distance" ? toLeastNorm : norm) / unit;
  const series: Series[] = some.map((run) => ({
    title: nameOf(run),
    points: run.path.moments
      .filter(({ epoch }) => epoch > 0)
      .map((moment) => plainPoint(moment.epoch, finite(measure(moment, run.leastNorm)))),
    paper: [],
  }));
  const isDistance = what === "distance";
  return {
    name: `${what}-${labels}-labels`,
    title: `${isDistance ? "Distance from the minimum-norm solution" : "Norm of the weights"}, ${labels} labels`,
    caption: isDistance
      ? "In norms of the minimum-norm solution. From zero it falls to nothing; from elsewhere to the null-space part of the start, and no further."
      : "In norms of the minimum-norm solution, which is 1.",
    x: { label: "Epochs", unit: "epochs", domain: null, scale: "log" },
    y: {
      label: isDistance ? "Distance" : "Norm",
      unit: "number",
      domain: null,
      ...(isDistance ? { scale: "log" } : {}),
    },
    guides: isDistance ? [] : [{ label: "minimum norm", y: 1 }],
    series,
  };
}
