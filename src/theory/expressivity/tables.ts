/**
 * @file The tables and figures of Theorem 1, Lemma 1 and Corollary 1.
 */

import type { Unit } from "../../document/measurement.ts";
import type { Plot } from "../../document/plot.ts";
import type { Table } from "../../document/table.ts";
import type { Ordered } from "./fit.ts";
import type { LemmaCheck } from "./lemma.ts";
import { evaluateNetwork, type ReluNetwork } from "./network.ts";
import type { DepthRow, RemedyRow, RoundingRow, SizeRow } from "./study.ts";

type Entry = string | number | null;

/** A table of plain cells. */
function tableOf(
  about: Pick<Table, "name" | "title" | "caption">,
  columns: readonly (readonly [key: string, title: string, unit: Unit])[],
  rows: readonly (readonly Entry[])[],
): Table {
  return {
    ...about,
    columns: columns.map(([key, title, unit]) => ({ key, title, unit, measured: false })),
    rows: rows.map((row) =>
      Object.fromEntries(
        row.flatMap((text, index) => (text === null ? [] : [[columns[index]![0], { text }]])),
      ),
    ),
  };
}

/** Exactness over the number of samples. */
export const sizeTable = (rows: readonly SizeRow[]): Table =>
  tableOf(
    {
      name: "exactness-by-n",
      title: "Where float32 breaks",
      caption:
        "Two layers, 2n + d weights. Errors are the largest of all samples, as shares of the targets’ range; “right” is the share of samples whose target is met. Float32 is ONNX Runtime.",
    },
    [
      ["n", "n", "count"],
      ["gap", "smallest gap / range", "number"],
      ["norm", "norm of w", "number"],
      ["float64Error", "error, float64", "number"],
      ["productError", "error, float32, matrix products", "number"],
      ["productRight", "right", "share"],
      ["orderedError", "error, float32, sums in order", "number"],
      ["orderedRight", "right", "share"],
      ["fittedError", "error, float32, weights found in float32", "number"],
      ["fittedRight", "right", "share"],
    ],
    rows.map(({ count, gap, norm, float64, product, ordered, fitted }) => [
      count,
      gap,
      norm,
      float64.error,
      ...[product, ordered, fitted].flatMap(({ error, right }) => [error, right]),
    ]),
  );

/** What helps at all samples. */
export const remedyTable = (rows: readonly RemedyRow[], count: number): Table =>
  tableOf(
    {
      name: "what-helps",
      title: "What helps",
      caption: `At n = ${count.toLocaleString("en-US")}, one thing after another, sums in the order of the units. Errors as shares of the targets’ range.`,
    },
    [
      ["what", "network", "text"],
      ["norm", "norm of w", "number"],
      ["float64Error", "error, float64", "number"],
      ["float32Error", "error, float32", "number"],
      ["float32Right", "right, float32", "share"],
    ],
    rows.map(({ what, norm, float64, float32 }) => [
      what,
      norm,
      float64?.error ?? null,
      float32.error,
      float32.right,
    ]),
  );

/** Which rounding hurts. */
export const roundingTable = (rows: readonly RoundingRow[], count: number): Table =>
  tableOf(
    {
      name: "roundings",
      title: "Which rounding to float32 hurts",
      caption: `The two-layer network of ${count.toLocaleString("en-US")} samples, with weights of exact arithmetic, each thing rounded alone. Errors as shares of the targets’ range.`,
    },
    [
      ["what", "rounded to float32", "text"],
      ["error", "largest error", "number"],
      ["right", "right", "share"],
    ],
    rows.map(({ what, result }) => [what, result.error, result.right]),
  );

/** Corollary 1. */
export const depthTable = (rows: readonly DepthRow[], count: number): Table =>
  tableOf(
    {
      name: "depth",
      title: "Corollary 1: depth k",
      caption: `The first ${count.toLocaleString("en-US")} samples. The width counts the units that pass on the projection and the sum; weights are projection, thresholds, output weights and where blocks end. Float32 is ONNX Runtime, weights found in float32.`,
    },
    [
      ["depth", "k", "count"],
      ["width", "width", "count"],
      ["widthBound", "2n/k + 6", "count"],
      ["weights", "weights", "count"],
      ["weightBound", "2n + d + k", "count"],
      ["float64Error", "error, float64", "number"],
      ["orderedError", "error, float32, sums in order", "number"],
      ["orderedRight", "right", "share"],
      ["productError", "error, float32, matrix products", "number"],
      ["productRight", "right", "share"],
    ],
    rows.map(({ depth, width, widthBound, weights, weightBound, float64, ordered, product }) => [
      ...[depth, width, widthBound, weights, weightBound, float64.error],
      ...[ordered, product].flatMap(({ error, right }) => [error, right]),
    ]),
  );

/** Lemma 1. */
export const lemmaTable = (checks: readonly LemmaCheck[]): Table =>
  tableOf(
    {
      name: "lemma-1",
      title: "Lemma 1, checked on small samples",
      caption:
        "Samples spread evenly over the projection. The computed numbers come from the matrix turned by a random reflection, which hides that it is triangular.",
    },
    [
      ["n", "n", "count"],
      ["smallest", "min (x − b)", "number"],
      ["computed", "smallest eigenvalue, computed", "number"],
      ["logDeterminant", "sum of ln (x − b)", "number"],
      ["computedLogDeterminant", "ln of the determinant, computed", "number"],
    ],
    checks.map(({ size, smallest, computed, logDeterminant, computedLogDeterminant }) => [
      ...[size, smallest, computed, logDeterminant, computedLogDeterminant],
    ]),
  );

const plain = (x: number, y: number | null) => ({ x, y, low: null, high: null, n: 1 });

/** Samples shown in the figure of the function. */
const SHOWN = 9;

/** The function along the projection, at some neighbors and the thresholds between them. */
export function functionPlot(network: ReluNetwork, { projected, targets }: Ordered): Plot {
  const count = projected.length;
  const first = Math.max(0, Math.floor((count - SHOWN) / 2));
  const last = Math.min(count, first + SHOWN);
  const { thresholds } = network.blocks[0]!;
  const within = (values: Float64Array | Float32Array) => [...values.subarray(first, last)];
  const knots = Float64Array.from([...within(projected), ...within(thresholds)]).sort();
  const values = evaluateNetwork(network, knots, "float64");
  return {
    name: "function",
    title: "The network along its projection",
    caption: `${last - first} neighboring samples of ${count.toLocaleString("en-US")}, which are marked. Between samples the network is nearly a straight line: each threshold is just after the sample before.`,
    x: { label: "projection ⟨a, x⟩", unit: "number", domain: null },
    y: { label: "value", unit: "number", domain: null },
    guides: [],
    series: [
      {
        title: "network",
        points: [...knots].map((x, index) => plain(x, values[index]!)),
        // Half of them are thresholds, where nothing was asked of it.
        markers: false,
        paper: [],
      },
      {
        title: "samples and their targets, joined by straight lines",
        points: within(projected).map((x, index) => plain(x, targets[first + index]!)),
        paper: [],
      },
    ],
  };
}

/** Errors over the number of samples. */
export const errorPlot = (rows: readonly SizeRow[], isLabels: boolean, range: number): Plot => ({
  name: "error-by-n",
  title: "Largest error over the number of samples",
  caption: "Two layers, 2n + d weights; float32 is ONNX Runtime.",
  x: { label: "samples n", unit: "count", domain: null, scale: "log" },
  y: { label: "largest error / range of targets", unit: "number", domain: null, scale: "log" },
  guides: isLabels ? [{ label: "half a class", y: 0.5 / range }] : [],
  series: (
    [
      ["float64", ({ float64 }) => float64.error],
      ["float32, weights found in float32", ({ fitted }) => fitted.error],
      ["float32, sums in order", ({ ordered }) => ordered.error],
      ["float32, matrix products", ({ product }) => product.error],
    ] as const satisfies readonly (readonly [string, (row: SizeRow) => number])[]
  ).map(([title, read]) => ({
    title,
    points: rows.map((row) => plain(row.count, read(row))),
    paper: [],
  })),
});

/** Width and weights over the depth. */
export const depthPlot = (rows: readonly DepthRow[], count: number): Plot => ({
  name: "size-by-depth",
  title: "Width and weights over the depth",
  caption: `n = ${count.toLocaleString("en-US")}. The weights stay the same in number while layers grow narrow.`,
  x: { label: "depth k", unit: "count", domain: null },
  y: { label: "how many", unit: "count", domain: null, scale: "log" },
  guides: [],
  series: (
    [
      ["weights", ({ weights }) => weights],
      ["2n/k + 6", ({ widthBound }) => widthBound],
      ["width", ({ width }) => width],
    ] as const satisfies readonly (readonly [string, (row: DepthRow) => number])[]
  ).map(([title, read]) => ({
    title,
    points: rows.map((row) => plain(row.depth, read(row))),
    paper: [],
  })),
});
