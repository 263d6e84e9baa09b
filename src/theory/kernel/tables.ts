/**
 * @file The tables of kernel interpolation: errors and norms, norms a class, other interpolants, and what it took.
 */

import { titleOf } from "../../data/dataset.ts";
import { field, measured, number, plain, type Table, tableOf, text } from "../../document/table.ts";
import { type Labeling, labelings } from "../examples.ts";
import type { Computed } from "./computed.ts";
import { lastOf, type Outcome, secondsOf } from "./outcome.ts";
import { errorOf, normOf } from "./printed.ts";

/** Labels, as titles of lines and columns. */
export const TITLES: { readonly [L in Labeling]: string } = { true: "True labels", random: "Random labels" };

/** All tables, that of interpolants only where there are any; `outcomes` are those of `all` that are solutions. */
export const tablesOf = (
  computed: Computed,
  outcomes: readonly Outcome[],
  all: readonly Outcome[],
): Table[] => [
  errorsTable(computed, outcomes),
  classesTable(computed, outcomes),
  ...(computed.interpolants.length > 0 ? [interpolantsTable(computed)] : []),
  ...(computed.norms.length > 0 ? [normsTable(computed)] : []),
  workTable(computed, all),
];

function errorsTable(computed: Computed, outcomes: readonly Outcome[]): Table {
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

const classesTable = ({ splits }: Computed, outcomes: readonly Outcome[]): Table =>
  tableOf(
    {
      name: "class-norms",
      title: "The norm of each class",
      caption: "Of the largest n; squares add up to the square of the norm of all.",
    },
    splits.train.classNames.map((name, label) => ({ name, label })),
    [
      field("class", "Class", ({ name }) => name),
      ...labelings.map((labels) => {
        const outcome = lastOf(outcomes, labels);
        return field<{ readonly label: number }>(
          labels,
          TITLES[labels],
          ({ label }) => outcome?.classNorms[label] ?? null,
          "number",
        );
      }),
    ],
  );

const interpolantsTable = ({ interpolants }: Computed): Table =>
  tableOf(
    {
      name: "interpolants",
      title: "Other interpolants of the same labels",
      caption: `Of the first ${interpolants[0]!.n} training examples; errors on ${interpolants[0]!.tests} test examples. All fit the training labels; those that do not generalise have larger norms (Section 5).`,
    },
    interpolants,
    [
      field("title", "Interpolant", ({ title }) => title),
      field("train", "Training error", ({ trainErrors, n }) => trainErrors / n, "error"),
      field("test", "Test error", ({ testErrors, tests }) => testErrors / tests, "error"),
      field("norm", "Norm", ({ norm }) => norm, "number"),
      field("residual", "Relative residual", ({ residual }) => residual, "number"),
    ],
  );

const normsTable = ({ norms, splits }: Computed): Table =>
  tableOf(
    {
      name: "norms",
      title: "Norm and test error, kernel after kernel",
      caption: `Least-norm interpolants of the same few labels of ${titleOf(splits.train)}, in float64: the larger norm does not have the larger error.`,
    },
    norms.toSorted((a, b) => a.norm - b.norm),
    [
      field("kernel", "Kernel", ({ label }) => label),
      field("norm", "Norm", ({ norm }) => norm, "number"),
      field("train", "Training error", ({ trainError }) => trainError, "error"),
      field("test", "Test error", ({ testError }) => testError, "error"),
    ],
  );

function workTable({ plan, solutions, peak, featureSeconds }: Computed, outcomes: readonly Outcome[]): Table {
  const shift = Math.max(0, ...solutions.map((one) => one.shift));
  const rows: [string, number | null][] = [
    ["Features and their Gram matrix, seconds", featureSeconds],
    ["Factor, seconds", secondsOf(solutions, "factor")],
    ["Conjugate gradients, seconds", secondsOf(solutions, "solve")],
    ["Test examples, seconds", secondsOf(solutions, "test")],
    ["Steps of conjugate gradients, most", Math.max(0, ...outcomes.map(({ iterations }) => iterations))],
    ["Largest relative residual", Math.max(0, ...outcomes.map(({ residual }) => residual))],
    ["Added to the factor's diagonal for rounding", shift],
    ["Memory planned, MiB", Math.round(plan.bytes / 2 ** 20)],
    ["Memory at most, MiB", Math.round(peak / 2 ** 20)],
  ];
  return tableOf(
    { name: "work", title: "What it took", caption: "" },
    rows.filter(([, value]) => value !== null),
    [field("what", "What", ([what]) => what), field("value", "Value", ([, value]) => value, "number")],
  );
}
