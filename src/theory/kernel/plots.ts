/**
 * @file The plots of kernel interpolation: error and norm over examples or filters, and the residual over steps.
 */

import { exampleCount } from "../../data/dataset.ts";
import { type Plot, plainPoint, type Series } from "../../document/plot.ts";
import { type Labeling, labelings } from "../examples.ts";
import type { Computed } from "./computed.ts";
import { lastOf, type Outcome } from "./outcome.ts";
import { errorOf, printedOf } from "./printed.ts";
import { TITLES } from "./tables.ts";

/**
 * Curves where there is more than one size, and the residual where there was a step.
 *
 * @param outcomes - Those of `all` that are solutions.
 */
export const plotsOf = (
  computed: Computed,
  outcomes: readonly Outcome[],
  all: readonly Outcome[],
): Plot[] => [...curvesOf(computed, outcomes), ...residualOf(all)];

/** Error and norm by size. */
function curvesOf(computed: Computed, outcomes: readonly Outcome[]): Plot[] {
  const { splits, request } = computed;
  const hasFilters = outcomes.some(({ filters }) => filters !== null);
  if (new Set(outcomes.map(({ n, filters }) => `${n} ${filters}`)).size <= 1) return [];
  const classes = splits.train.classNames.length;
  const printed = printedOf(computed);
  const place = ({ n, filters }: Outcome): number => (hasFilters ? filters! : n);
  const x = {
    label: hasFilters ? "Random filters" : "Training examples, n",
    unit: "count" as const,
    domain: null,
    scale: "log" as const,
  };
  const paperAt = (value: number | undefined): Series["paper"] =>
    printed && value !== undefined ? [{ x: printed.filters ?? printed.n, y: value }] : [];
  // The paper does not say its l2: its number with one stands beside our first.
  const ridge = request.l2.find((l2) => l2 > 0);
  const paperError = (l2: number): number | undefined =>
    l2 === 0 ? printed?.error : l2 === ridge ? printed?.ridge : undefined;
  const lines = (
    labels: Labeling,
    paper: (l2: number) => number | undefined,
    point: (one: Outcome) => Series["points"][number],
  ): Series[] =>
    request.l2.map((l2) => ({
      title: `${TITLES[labels]}${request.l2.length > 1 ? `, l2 ${l2}` : ""}`,
      points: outcomes.filter((one) => one.labels === labels && one.l2 === l2).map(point),
      paper: labels === "true" ? paperAt(paper(l2)) : [],
    }));
  // Along an axis of filters a point of the paper is of its own n.
  const elsewhere =
    printed && hasFilters && exampleCount(splits.train) !== printed.n
      ? ` The paper's point is of n = ${printed.n.toLocaleString("en-US")}.`
      : "";
  return [
    {
      name: "kernel-error",
      title: "Test error",
      caption: `Errors on ${exampleCount(splits.test)} test examples; every training label is fitted where l2 is 0.${elsewhere}`,
      x,
      y: { label: "Test error", unit: "error", domain: null, scale: "log" },
      guides: [{ label: "guessing", y: 1 - 1 / classes }],
      series: labelings.flatMap((labels) =>
        lines(labels, paperError, (one) => {
          const { value, low, high } = errorOf(computed, one);
          return { x: place(one), y: value, low, high, n: 1 };
        }),
      ),
    },
    {
      name: "kernel-norm",
      title: "Norm of the solution",
      caption: "In the kernel's space, added over classes: random labels take a larger one.",
      x,
      y: { label: "Norm", unit: "number", domain: null, scale: "log" },
      guides: [],
      series: labelings.flatMap((labels) =>
        lines(
          labels,
          (l2) => (l2 === 0 ? printed?.norm : undefined),
          (one) => plainPoint(place(one), one.norm),
        ),
      ),
    },
  ];
}

/** The residual by step. */
function residualOf(all: readonly Outcome[]): Plot[] {
  const last = lastOf(all, "true");
  const history = last?.history.filter(Number.isFinite) ?? [];
  if (!last || history.length <= 1) return [];
  return [
    {
      name: "kernel-residual",
      title: "Residual of the solution",
      caption: "The largest relative residual of all right-hand sides after each step, in float64.",
      x: { label: "Step of conjugate gradients", unit: "count", domain: null },
      y: { label: "Relative residual", unit: "number", domain: null, scale: "log" },
      guides: [],
      series: [
        {
          title: `n = ${last.n}`,
          points: history.map((y, step) => plainPoint(step, y)),
          paper: [],
        },
      ],
    },
  ];
}
