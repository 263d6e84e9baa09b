/**
 * @file The document of kernel interpolation: tables, plots, findings and the claim.
 */

import { wilsonInterval } from "../../base/statistics.ts";
import { exampleCount } from "../../data/dataset.ts";
import type {
  Claim,
  ExperimentPlot,
  ExperimentTable,
  Measurement,
  Series,
} from "../../lab/experiment-result.ts";
import { measured, number, plain, text } from "../../lab/experiments/cells.ts";
import { judgeClaim } from "../../lab/experiments/claims.ts";
import { describeExamples } from "../examples.ts";
import { say, type Unsigned } from "../settings.ts";
import { type Labeling, labelings, type Outcome } from "./outcome.ts";
import type { Computed } from "./process-kernel.ts";

/** The paper's numbers (Table 3 and Section 5) for a preprocessing of a dataset. */
interface Printed {
  readonly error: number;
  /** With l2. */
  readonly ridge?: number;
  readonly norm?: number;
  readonly n: number;
  readonly filters?: number;
  /** Points above the paper's error that count as the same. */
  readonly margin: number;
}

const PAPER: { readonly [key: string]: Printed } = {
  "mnist none": { error: 0.012, norm: 220, n: 60_000, margin: 0.0015 },
  "mnist gabor": { error: 0.006, norm: 390, n: 60_000, margin: 0.0015 },
  "cifar10 none": { error: 0.46, n: 50_000, margin: 0.02 },
  "cifar10 random-conv": { error: 0.17, ridge: 0.15, n: 50_000, filters: 32_000, margin: 0.02 },
};

const TITLES: { readonly [L in Labeling]: string } = { true: "True labels", random: "Random labels" };

/** Write the document. */
export function kernelResult(computed: Computed): Unsigned {
  const { request, splits, kernel, plan, rule, precision, dimensions, solutions, interpolants } = computed;
  const outcomes = solutions.flatMap((one) => one.outcomes);
  const [n, m] = [exampleCount(splits.train), exampleCount(splits.test)];
  const best = lastOf(outcomes, "true");
  const random = lastOf(outcomes, "random");
  const sum = (part: "factor" | "solve" | "test"): number =>
    solutions.reduce((total, { seconds }) => total + seconds[part], 0);
  return {
    schema: "shatter/theory@1",
    name: "kernel",
    title: "Kernel interpolation: fitting every label with a linear model",
    question:
      "How well does the minimum-norm solution generalise that fits every training label, and what is its norm when labels are random?",
    findings: findingsOf(computed, outcomes),
    source: "Section 5, equation (3), and Table 3",
    method: [
      `K a = y (equation (3)) with K_ij = k(x_i, x_j), k(x, x') = ${kernel.formula} (${kernel.source}); one column a class, 1 at the label and 0 elsewhere; answers are the class with the largest value.`,
      plan.solver === "cholesky"
        ? "A Cholesky factor in float32, computed tile by tile, only its lower triangle held, preconditions flexible conjugate gradients (Notay, 2000) on products with K in float64, until the residual is small: iterative refinement that cannot diverge. The last residual is computed anew from the solution."
        : `The factor does not fit into memory, so ${plan.kept} columns of tiles of it are kept, and the diagonal tiles of what they leave unexplained (an incomplete Cholesky factorization); it preconditions flexible conjugate gradients (Notay, 2000) on products with K in float64, until the residual is small. The last residual is computed anew from the solution.`,
      `Entries of K: ${precision}.`,
      rule,
      "The norm is that of the function in the kernel's space, the square root of a^T K a added over classes (Frobenius); the paper does not say which norm its numbers are.",
      "Random labels are one uniform draw a training example, fixed; the same factor solves for them.",
      ...(request.features === "gabor"
        ? [
            "Gabor features: see docs/theory/features.md for the bank, which was chosen on training images that were held out.",
          ]
        : []),
      ...(request.features === "random-conv"
        ? [
            "Random convolutional features (Coates and Ng, 2012, as in KeystoneML's RandomPatchCifar): whitened random 6 x 6 patches as filters, symmetric rectifier, pooling to 2 x 2, standardized; their inner products are added up over blocks of filters.",
          ]
        : []),
    ],
    notes: [
      "Bandwidth, Gabor bank and random filters are not in the paper: what is taken is said under method.",
      "The interval of an error is Wilson's, for the test examples as a sample; the solution itself has nothing random in it but random labels and features.",
    ],
    settings: {
      ...{ data: splits.train.name, n, testN: m, features: request.features },
      ...{ kernel: kernel.name, formula: kernel.formula, l2: request.l2.join(","), solver: plan.solver },
      ...(request.features === "random-conv" && { filters: request.filters.join(",") }),
      ...{ tolerance: request.tolerance, seed: request.seed },
    },
    tables: [
      errorsTable(computed, outcomes),
      classesTable(computed, outcomes),
      ...(interpolants.length > 0 ? [interpolantsTable(computed)] : []),
      workTable(computed, outcomes),
    ],
    plots: plotsOf(computed, outcomes),
    claims: claimsOf(computed, outcomes),
    numbers: {
      ...{ n, testN: m, dimensions },
      ...(best && {
        testError: best.testErrors / m,
        testErrors: best.testErrors,
        trainErrors: best.trainErrors,
        norm: best.norm,
        classNorms: [...best.classNorms],
        residual: best.residual,
        iterations: best.iterations,
      }),
      ...(random && {
        randomTestError: random.testErrors / m,
        randomTrainErrors: random.trainErrors,
        randomNorm: random.norm,
        randomClassNorms: [...random.classNorms],
        randomResidual: random.residual,
      }),
      ...curveNumbers(outcomes, m),
      ...Object.fromEntries(
        interpolants.map(({ norm }, index) => [["leastNorm", "forcedNorm", "elsewhereNorm"][index]!, norm]),
      ),
      ...{ factorSeconds: sum("factor"), solveSeconds: sum("solve"), testSeconds: sum("test") },
      ...{ featureSeconds: computed.featureSeconds, peakBytes: computed.peak, plannedBytes: plan.bytes },
    },
  };
}

/** A share in percent, with the two decimals that errors of a percent need. */
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The last outcome of a labeling with the least l2: of all examples and filters, interpolating if it can. */
function lastOf(outcomes: readonly Outcome[], labels: Labeling): Outcome | undefined {
  const own = outcomes.filter((one) => one.labels === labels);
  const least = Math.min(...own.map(({ l2 }) => l2));
  return own.filter(({ l2 }) => l2 === least).at(-1);
}

function curveNumbers(outcomes: readonly Outcome[], m: number): Record<string, number[]> {
  const least = Math.min(...outcomes.map(({ l2 }) => l2));
  const own = outcomes.filter(({ labels, l2 }) => labels === "true" && l2 === least);
  return own.length < 2
    ? {}
    : {
        sizes: own.map(({ n }) => n),
        ...(own[0]!.filters !== null && { filters: own.map(({ filters }) => filters!) }),
        testErrorAt: own.map(({ testErrors }) => testErrors / m),
        normAt: own.map(({ norm }) => norm),
        randomNormAt: outcomes
          .filter(({ labels, l2 }) => labels === "random" && l2 === least)
          .map(({ norm }) => norm),
      };
}

/** The paper's numbers for an outcome, if it is of the paper's size. */
function printedFor({ request, splits, kernel }: Computed, outcome: Outcome): Printed | undefined {
  const printed = PAPER[`${splits.train.name} ${request.features}`];
  const isSame =
    printed &&
    kernel.name === "gaussian" &&
    outcome.labels === "true" &&
    outcome.n === printed.n &&
    (printed.filters === undefined || outcome.filters === printed.filters);
  return isSame ? printed : undefined;
}

function errorOf(computed: Computed, outcome: Outcome): Measurement {
  const m = exampleCount(computed.splits.test);
  const value = outcome.testErrors / m;
  const [low, high] = wilsonInterval(outcome.testErrors, m);
  const printed = printedFor(computed, outcome);
  const paper = (outcome.l2 > 0 ? printed?.ridge : printed?.error) ?? null;
  return { value, low, high, n: 1, paper, difference: paper === null ? null : value - paper, note: null };
}

function errorsTable(computed: Computed, outcomes: readonly Outcome[]): ExperimentTable {
  const hasFilters = outcomes.some(({ filters }) => filters !== null);
  const hasRidge = outcomes.some(({ l2 }) => l2 > 0);
  return {
    name: "errors",
    title: "Errors and norms",
    caption:
      "Test error with Wilson's 95 % interval; the paper's values stand beside those of its sizes. The norm is that of the function in the kernel's space.",
    columns: [
      plain("labels", "Labels"),
      plain("n", "n", "count"),
      ...(hasFilters ? [plain("filters", "Filters", "count")] : []),
      ...(hasRidge ? [plain("l2", "l2", "number")] : []),
      plain("train", "Training error", "error"),
      measured("test", "Test error", "error"),
      measured("norm", "Norm", "number"),
    ],
    rows: outcomes.map((outcome) => ({
      labels: text(TITLES[outcome.labels]),
      n: text(outcome.n),
      filters: text(outcome.filters),
      l2: text(outcome.l2),
      train: text(outcome.trainErrors / outcome.n),
      test: number(errorOf(computed, outcome)),
      norm: number(normOf(computed, outcome)),
    })),
  };
}

function normOf(computed: Computed, outcome: Outcome): Measurement {
  const paper = (outcome.l2 === 0 && printedFor(computed, outcome)?.norm) || null;
  return {
    value: outcome.norm,
    low: null,
    high: null,
    n: 1,
    paper,
    difference: paper === null ? null : outcome.norm - paper,
    note: null,
  };
}

function classesTable({ splits }: Computed, outcomes: readonly Outcome[]): ExperimentTable {
  const columns = labelings.map((labels) => ({ labels, outcome: lastOf(outcomes, labels) }));
  return {
    name: "class-norms",
    title: "The norm of each class",
    caption: "Of the largest n; squares add up to the square of the norm of all.",
    columns: [plain("class", "Class"), ...labelings.map((labels) => plain(labels, TITLES[labels], "number"))],
    rows: splits.train.classNames.map((name, label) => ({
      class: text(name),
      ...Object.fromEntries(
        columns.map(({ labels, outcome }) => [labels, text(outcome?.classNorms[label] ?? null)]),
      ),
    })),
  };
}

const interpolantsTable = ({ interpolants }: Computed): ExperimentTable => ({
  name: "interpolants",
  title: "Other interpolants of the same labels",
  caption: `Of the first ${interpolants[0]!.n} training examples; errors on ${interpolants[0]!.tests} test examples. All fit the training labels; those that do not generalise have larger norms (Section 5).`,
  columns: [
    plain("title", "Interpolant"),
    plain("train", "Training error", "error"),
    plain("test", "Test error", "error"),
    plain("norm", "Norm", "number"),
    plain("residual", "Relative residual", "number"),
  ],
  rows: interpolants.map(({ title, trainErrors, testErrors, norm, residual, n, tests }) => ({
    title: text(title),
    train: text(trainErrors / n),
    test: text(testErrors / tests),
    norm: text(norm),
    residual: text(residual),
  })),
});

function workTable(
  { plan, solutions, peak, featureSeconds }: Computed,
  outcomes: readonly Outcome[],
): ExperimentTable {
  const sum = (part: "factor" | "solve" | "test"): number =>
    solutions.reduce((total, { seconds }) => total + seconds[part], 0);
  const shift = Math.max(0, ...solutions.map((one) => one.shift));
  const rows: [string, number | null, "seconds" | "bytes" | "number" | "count"][] = [
    ["Features and their Gram matrix, seconds", featureSeconds, "seconds"],
    ["Factor, seconds", sum("factor"), "seconds"],
    ["Conjugate gradients, seconds", sum("solve"), "seconds"],
    ["Test examples, seconds", sum("test"), "seconds"],
    [
      "Steps of conjugate gradients, most",
      Math.max(0, ...outcomes.map(({ iterations }) => iterations)),
      "count",
    ],
    ["Largest relative residual", Math.max(0, ...outcomes.map(({ residual }) => residual)), "number"],
    ["Added to the factor's diagonal for rounding", shift, "number"],
    ["Memory planned, MiB", Math.round(plan.bytes / 2 ** 20), "number"],
    ["Memory at most, MiB", Math.round(peak / 2 ** 20), "number"],
  ];
  return {
    name: "work",
    title: "What it took",
    caption: "",
    columns: [plain("what", "What"), plain("value", "Value", "number")],
    rows: rows
      .filter(([, value]) => value !== null)
      .map(([what, value]) => ({ what: text(what), value: text(value) })),
  };
}

function plotsOf(computed: Computed, outcomes: readonly Outcome[]): ExperimentPlot[] {
  const { splits, request } = computed;
  const hasFilters = outcomes.some(({ filters }) => filters !== null);
  const isCurve = new Set(outcomes.map(({ n, filters }) => `${n} ${filters}`)).size > 1;
  const classes = splits.train.classNames.length;
  const printed = PAPER[`${splits.train.name} ${request.features}`];
  const place = ({ n, filters }: Outcome): number => (hasFilters ? filters! : n);
  const x = {
    label: hasFilters ? "Random filters" : "Training examples, n",
    unit: "count" as const,
    domain: null,
    scale: "log" as const,
  };
  const lines = (
    labels: Labeling,
    paper: Series["paper"],
    point: (one: Outcome) => Series["points"][number],
  ): Series[] =>
    request.l2.map((l2, index) => ({
      title: `${TITLES[labels]}${request.l2.length > 1 ? `, l2 ${l2}` : ""}`,
      points: outcomes.filter((one) => one.labels === labels && one.l2 === l2).map(point),
      paper: index === 0 ? paper : [],
    }));
  // Along an axis of filters a point of the paper is of its own n.
  const elsewhere =
    printed && hasFilters && exampleCount(splits.train) !== printed.n
      ? ` The paper's point is of n = ${printed.n.toLocaleString("en-US")}.`
      : "";
  const paperAt = (value: number | undefined): Series["paper"] =>
    printed && value !== undefined ? [{ x: printed.filters ?? printed.n, y: value }] : [];
  const plots: ExperimentPlot[] = [];
  if (isCurve) {
    plots.push({
      name: "kernel-error",
      title: "Test error",
      caption: `Errors on ${exampleCount(splits.test)} test examples; every training label is fitted where l2 is 0.${elsewhere}`,
      x,
      y: { label: "Test error", unit: "error", domain: null, scale: "log" },
      guides: [{ label: "guessing", y: 1 - 1 / classes }],
      series: labelings.flatMap((labels) =>
        lines(labels, labels === "true" ? paperAt(printed?.error) : [], (one) => {
          const { value, low, high } = errorOf(computed, one);
          return { x: place(one), y: value, low, high, n: 1 };
        }),
      ),
    });
    plots.push({
      name: "kernel-norm",
      title: "Norm of the solution",
      caption: "In the kernel's space, added over classes: random labels take a larger one.",
      x,
      y: { label: "Norm", unit: "number", domain: null, scale: "log" },
      guides: [],
      series: labelings.flatMap((labels) =>
        lines(labels, labels === "true" ? paperAt(printed?.norm) : [], (one) => ({
          x: place(one),
          y: one.norm,
          low: null,
          high: null,
          n: 1,
        })),
      ),
    });
  }
  const last = lastOf(outcomes, "true");
  if (last && last.history.length > 1) {
    plots.push({
      name: "kernel-residual",
      title: "Residual of the solution",
      caption: "The largest relative residual of all right-hand sides after each step, in float64.",
      x: { label: "Step of conjugate gradients", unit: "count", domain: null },
      y: { label: "Relative residual", unit: "number", domain: null, scale: "log" },
      guides: [],
      series: [
        {
          title: `n = ${last.n}`,
          points: last.history.map((y, step) => ({ x: step, y, low: null, high: null, n: 1 })),
          paper: [],
        },
      ],
    });
  }
  return plots;
}

function findingsOf(computed: Computed, outcomes: readonly Outcome[]): string[] {
  const { splits, kernel, interpolants } = computed;
  const best = lastOf(outcomes, "true");
  const random = lastOf(outcomes, "random");
  if (!best || !random) return [];
  const { value, low, high, paper } = errorOf(computed, best);
  const all = best.trainErrors === 0 ? "every label" : `all labels but ${best.trainErrors}`;
  const fits = best.l2 === 0 ? `fits ${all} and ` : `with l2 ${best.l2} `;
  const filters = best.filters === null ? "" : `, ${best.filters} random filters`;
  const list = [
    `The ${kernel.name} kernel on ${describeExamples(splits.train)}${filters}: it ${fits}errs on ${percent(value!)} of the test examples (${percent(low!)} to ${percent(high!)})${paper === null ? "" : `; the paper: ${percent(paper)}`}.`,
    `The norm of the solution is ${say(best.norm)} for true labels and ${say(random.norm)} for random ones, ${say(random.norm / best.norm)} times as large; random labels are fitted just as well (training errors: ${random.trainErrors}) and teach nothing: ${percent(random.testErrors / exampleCount(splits.test))} test error.`,
    `The largest relative residual of all right-hand sides is ${say(Math.max(best.residual, random.residual))}, in float64.`,
  ];
  for (const other of computed.request.l2.filter((l2) => l2 !== best.l2)) {
    const ridge = outcomes.filter(({ labels, l2 }) => labels === "true" && l2 === other).at(-1);
    if (ridge) {
      const said = errorOf(computed, ridge);
      list.push(
        `With l2 ${other} the test error is ${percent(said.value!)}${said.paper === null ? "" : ` (the paper: ${percent(said.paper)})`}, the training error ${percent(ridge.trainErrors / ridge.n)}.`,
      );
    }
  }
  const [least, ...others] = interpolants;
  if (least && others.length > 0) {
    list.push(
      `Of ${least.n} examples, interpolants of the same labels that do not generalise: ${others.map(({ title, norm, testErrors, tests }) => `${title}, norm ${say(norm)} and ${percent(testErrors / tests)} test error`).join("; ")}. The minimum norm is ${say(least.norm)}, with ${percent(least.testErrors / least.tests)}.`,
    );
  }
  return list;
}

function claimsOf(computed: Computed, outcomes: readonly Outcome[]): Claim[] {
  const printed = PAPER[`${computed.splits.train.name} ${computed.request.features}`];
  if (!printed) return [];
  const same = outcomes.filter((one) => one.l2 === 0 && printedFor(computed, one)).at(-1);
  const setting = `${computed.splits.train.name}, features ${computed.request.features}`;
  if (!same) {
    const size =
      printed.filters === undefined ? `n = ${printed.n}` : `n = ${printed.n}, ${printed.filters} filters`;
    return [judgeClaim(17, [{ holds: null, says: `${setting} at the paper's size, ${size}` }])];
  }
  const error = same.testErrors / exampleCount(computed.splits.test);
  return [
    judgeClaim(17, [
      {
        holds: same.trainErrors === 0 && error <= printed.error + printed.margin,
        says: `${setting}: ${same.trainErrors} training errors, test error ${percent(error)}, the paper ${percent(printed.error)}`,
      },
    ]),
  ];
}
