/**
 * @file The tables and figures of Theorem 1, Lemma 1 and Corollary 1.
 */

import { type Plot, plainPoint, type Series } from "../../document/plot.ts";
import { type Field, field, type Table, tableOf } from "../../document/table.ts";
import type { Ordered } from "./fit.ts";
import type { LemmaCheck } from "./lemma.ts";
import { evaluateNetwork, type ReluNetwork } from "./network.ts";
import type { DepthRow, Exactness, RemedyRow, RoundingRow, SizeRow } from "./study.ts";

/** Exactness over the number of samples. */
export const sizeTable = (rows: readonly SizeRow[]): Table =>
  tableOf(
    {
      name: "exactness-by-n",
      title: "Where float32 breaks",
      caption:
        "Two layers, 2n + d weights. Errors are the largest of all samples, as shares of the targets’ range; “right” is the share of samples whose target is met. Float32 is ONNX Runtime.",
    },
    rows,
    [
      field("n", "n", ({ count }) => count, "count"),
      field("gap", "smallest gap / range", ({ gap }) => gap, "number"),
      field("norm", "norm of w", ({ norm }) => norm, "number"),
      field("float64Error", "error, float64", ({ float64 }) => float64.error, "number"),
      ...exactness("product", "float32, matrix products", ({ product }: SizeRow) => product),
      ...exactness("ordered", "float32, sums in order", ({ ordered }: SizeRow) => ordered),
      ...exactness("fitted", "float32, weights found in float32", ({ fitted }: SizeRow) => fitted),
    ],
  );

/** How exact something is, in two columns. */
const exactness = <Row>(
  key: string,
  title: string,
  read: (row: Row) => Exactness,
  right = "right",
): Field<Row>[] => [
  field(`${key}Error`, `error, ${title}`, (row) => read(row).error, "number"),
  field(`${key}Right`, right, (row) => read(row).right, "share"),
];

/** What helps at all samples. */
export const remedyTable = (rows: readonly RemedyRow[], count: number): Table =>
  tableOf(
    {
      name: "what-helps",
      title: "What helps",
      caption: `At n = ${count.toLocaleString("en-US")}, one thing after another, sums in the order of the units. Errors as shares of the targets’ range.`,
    },
    rows,
    [
      field("what", "network", ({ what }) => what),
      field("norm", "norm of w", ({ norm }) => norm, "number"),
      field("float64Error", "error, float64", ({ float64 }) => float64?.error, "number"),
      ...exactness("float32", "float32", ({ float32 }: RemedyRow) => float32, "right, float32"),
    ],
  );

/** Which rounding hurts. */
export const roundingTable = (rows: readonly RoundingRow[], count: number): Table =>
  tableOf(
    {
      name: "roundings",
      title: "Which rounding to float32 hurts",
      caption: `The two-layer network of ${count.toLocaleString("en-US")} samples, with weights of exact arithmetic, each thing rounded alone. Errors as shares of the targets’ range.`,
    },
    rows,
    [
      field("what", "rounded to float32", ({ what }) => what),
      field("error", "largest error", ({ result }) => result.error, "number"),
      field("right", "right", ({ result }) => result.right, "share"),
    ],
  );

/** Corollary 1. */
export const depthTable = (rows: readonly DepthRow[], count: number): Table =>
  tableOf(
    {
      name: "depth",
      title: "Corollary 1: depth k",
      caption: `The first ${count.toLocaleString("en-US")} samples. The width counts the units that pass on the projection and the sum; weights are projection, thresholds, output weights and where blocks end. Float32 is ONNX Runtime, weights found in float32.`,
    },
    rows,
    [
      field("depth", "k", ({ depth }) => depth, "count"),
      field("width", "width", ({ width }) => width, "count"),
      field("widthBound", "2n/k + 6", ({ widthBound }) => widthBound, "count"),
      field("weights", "weights", ({ weights }) => weights, "count"),
      field("weightBound", "2n + d + k", ({ weightBound }) => weightBound, "count"),
      field("float64Error", "error, float64", ({ float64 }) => float64.error, "number"),
      ...exactness("ordered", "float32, sums in order", ({ ordered }: DepthRow) => ordered),
      ...exactness("product", "float32, matrix products", ({ product }: DepthRow) => product),
    ],
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
    checks,
    [
      field("n", "n", ({ size }) => size, "count"),
      field("smallest", "min (x − b)", ({ smallest }) => smallest, "number"),
      field("computed", "smallest eigenvalue, computed", ({ computed }) => computed, "number"),
      field("logDeterminant", "sum of ln (x − b)", ({ logDeterminant }) => logDeterminant, "number"),
      field(
        "computedLogDeterminant",
        "ln of the determinant, computed",
        ({ computedLogDeterminant }) => computedLogDeterminant,
        "number",
      ),
    ],
  );

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
        points: [...knots].map((x, index) => plainPoint(x, values[index]!)),
        // Half of them are thresholds, where nothing was asked of it.
        markers: false,
        paper: [],
      },
      {
        title: "samples and their targets, joined by straight lines",
        points: within(projected).map((x, index) => plainPoint(x, targets[first + index]!)),
        paper: [],
      },
    ],
  };
}

/** A quantity of each row over another one. */
const curve = <Row>(
  title: string,
  rows: readonly Row[],
  over: (row: Row) => number,
  read: (row: Row) => number,
): Series => ({ title, points: rows.map((row) => plainPoint(over(row), read(row))), paper: [] });

/** Errors over the number of samples. */
export function errorPlot(rows: readonly SizeRow[], isLabels: boolean, range: number): Plot {
  const errors = (title: string, read: (row: SizeRow) => Exactness): Series =>
    curve(
      title,
      rows,
      ({ count }) => count,
      (row) => read(row).error,
    );
  return {
    name: "error-by-n",
    title: "Largest error over the number of samples",
    caption: "Two layers, 2n + d weights; float32 is ONNX Runtime.",
    x: { label: "samples n", unit: "count", domain: null, scale: "log" },
    y: { label: "largest error / range of targets", unit: "number", domain: null, scale: "log" },
    guides: isLabels ? [{ label: "half a class", y: 0.5 / range }] : [],
    series: [
      errors("float64", ({ float64 }) => float64),
      errors("float32, weights found in float32", ({ fitted }) => fitted),
      errors("float32, sums in order", ({ ordered }) => ordered),
      errors("float32, matrix products", ({ product }) => product),
    ],
  };
}

/** Width and weights over the depth. */
export const depthPlot = (rows: readonly DepthRow[], count: number): Plot => ({
  name: "size-by-depth",
  title: "Width and weights over the depth",
  caption: `n = ${count.toLocaleString("en-US")}. The weights stay the same in number while layers grow narrow.`,
  x: { label: "depth k", unit: "count", domain: null },
  y: { label: "how many", unit: "count", domain: null, scale: "log" },
  guides: [],
  series: [
    curve(
      "weights",
      rows,
      ({ depth }) => depth,
      ({ weights }) => weights,
    ),
    curve(
      "2n/k + 6",
      rows,
      ({ depth }) => depth,
      ({ widthBound }) => widthBound,
    ),
    curve(
      "width",
      rows,
      ({ depth }) => depth,
      ({ width }) => width,
    ),
  ],
});
