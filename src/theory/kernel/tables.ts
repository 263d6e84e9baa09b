/**
 * @file The tables of kernel interpolation: errors and norms, norms a class, other interpolants, and what it took.
 */

import type { Table } from "../../document/table.ts";
import { measured, number, plain, text } from "../../document/table.ts";
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

function classesTable({ splits }: Computed, outcomes: readonly Outcome[]): Table {
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

const interpolantsTable = ({ interpolants }: Computed): Table => ({
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

function workTable({ plan, solutions, peak, featureSeconds }: Computed, outcomes: readonly Outcome[]): Table {
  const shift = Math.max(0, ...solutions.map((one) => one.shift));
  const rows: [string, number | null, "seconds" | "bytes" | "number" | "count"][] = [
    ["Features and their Gram matrix, seconds", featureSeconds, "seconds"],
    ["Factor, seconds", secondsOf(solutions, "factor"), "seconds"],
    ["Conjugate gradients, seconds", secondsOf(solutions, "solve"), "seconds"],
    ["Test examples, seconds", secondsOf(solutions, "test"), "seconds"],
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
