/**
 * @file The measurements: how exact the networks are, over the number of samples, over what helps, over the depth.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import type { Engine } from "../../train/engine.ts";
import { fitNetwork, fitSingleNetwork, orderSamples } from "./fit.ts";
import {
  type Arithmetic,
  evaluateNetwork,
  type ReluNetwork,
  roundNetwork,
  weightCount,
  weightNorm,
  widthOf,
} from "./network.ts";
import { networkGraph, type Sums } from "./onnx.ts";
import { chooseProjection, type Projection, relativeGap } from "./projection.ts";
import { runNetwork } from "./run-onnx.ts";
import type { Sample } from "./sample.ts";

/** How far values are from their targets. */
export interface Exactness {
  /** The largest distance over all samples, as a share of the targets' range. */
  readonly error: number;
  /** Share of samples whose target is met: the nearest class is the label, or real targets to 1 % of their range. */
  readonly right: number;
}

/** What every measurement needs. */
export interface Bench {
  readonly sample: Sample;
  readonly projections: readonly Projection[];
  readonly engine: Engine;
  /** Whether targets are class numbers. */
  readonly isLabels: boolean;
  readonly watch: Watch;
}

/** Real-valued targets are met to this share of their range. */
export const MET = 0.01;

/** The range of some targets; 1 where they are all the same. */
export function rangeOf(targets: Float64Array): number {
  const [low, high] = targets.reduce(
    ([least, most], target) => [Math.min(least, target), Math.max(most, target)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return high > low ? high - low : 1;
}

/** Compare values with their targets. */
export function compare(values: ArrayLike<number>, targets: Float64Array, isLabels: boolean): Exactness {
  const range = rangeOf(targets);
  let [largest, met] = [0, 0];
  for (let index = 0; index < targets.length; index++) {
    const error = Math.abs(values[index]! - targets[index]!);
    // A value that is no number is as wrong as can be.
    largest = Math.max(largest, Number.isFinite(error) ? error : Number.MAX_VALUE);
    if (error < (isLabels ? 0.5 : MET * range)) met++;
  }
  return { error: Math.min(largest / range, Number.MAX_VALUE), right: met / targets.length };
}

/** The exactness of a network in plain arithmetic; float32 gives the bits of the ordered model. */
function exactnessOf(bench: Bench, network: ReluNetwork, on: Projection, arithmetic: Arithmetic): Exactness {
  const projected = arithmetic === "float64" ? on.exact : on.single;
  const targets = bench.sample.targets.subarray(0, projected.length);
  return compare(evaluateNetwork(network, projected, arithmetic), targets, bench.isLabels);
}

/** The exactness of a network's model on ONNX Runtime. */
async function exactnessThere(
  { engine, sample, isLabels, watch }: Bench,
  network: ReluNetwork,
  count: number,
  sums: Sums,
): Promise<Exactness> {
  const units = sums === "product" ? 2 * widthOf(network) : 4;
  const values = await runNetwork(engine, networkGraph(network, sums), sample, count, units, watch);
  return compare(values, sample.targets.subarray(0, count), isLabels);
}

/** A network and the projection it is made on. */
export interface Fitted {
  readonly on: Projection;
  readonly network: ReluNetwork;
}

/** The network of exact arithmetic for the first samples, on the direction that is best for it. */
export function fitExact(
  { sample, projections }: Pick<Bench, "sample" | "projections">,
  count: number,
  depth = 2,
): Fitted {
  const on = chooseProjection(projections, count, "float64");
  const samples = orderSamples(on.exact, sample.targets.subarray(0, count));
  return { on, network: fitNetwork(samples, { direction: on.direction, depth }) };
}

/** The network of float32 arithmetic for the first samples, on the direction that is best for it. */
export function fitSingle(
  { sample, projections }: Pick<Bench, "sample" | "projections">,
  count: number,
  depth = 2,
): Fitted {
  const on = chooseProjection(projections, count, "float32");
  const samples = orderSamples(on.single, sample.targets.subarray(0, count));
  return { on, network: fitSingleNetwork(samples, { direction: on.direction, depth }) };
}

/** One number of samples. */
export interface SizeRow {
  readonly count: number;
  /** Smallest gap of the projections over their range, in float64. */
  readonly gap: number;
  readonly norm: number;
  readonly float64: Exactness;
  /** On ONNX Runtime: weights rounded to float32, sums by matrix products. */
  readonly product: Exactness;
  /** On ONNX Runtime: weights rounded to float32, sums in order. */
  readonly ordered: Exactness;
  /** On ONNX Runtime: weights found in float32, sums in order. */
  readonly fitted: Exactness;
}

/** Measure a two-layer network of the first `count` samples in both arithmetics. */
export async function measureSize(bench: Bench, count: number): Promise<SizeRow> {
  const { on, network } = fitExact(bench, count);
  const single = fitSingle(bench, count);
  const rounded = roundNetwork(network);
  return {
    count,
    gap: relativeGap(on.exact),
    norm: weightNorm(network),
    float64: exactnessOf(bench, network, on, "float64"),
    product: await exactnessThere(bench, rounded, count, "product"),
    ordered: await exactnessThere(bench, rounded, count, "ordered"),
    fitted: await exactnessThere(bench, single.network, count, "ordered"),
  };
}

/** One way to make the network of all samples. */
export interface RemedyRow {
  readonly what: string;
  readonly norm: number;
  readonly float64: Exactness | null;
  readonly float32: Exactness;
}

/** Measure what makes the network of all samples more exact, one thing after another. */
export async function measureRemedies(bench: Bench): Promise<RemedyRow[]> {
  const { sample, projections, watch } = bench;
  const { targets, count } = sample;
  const first = projections.find(({ exact }) => relativeGap(exact) > 0)!;
  const best = chooseProjection(projections, count);
  const rows: RemedyRow[] = [];
  const measure = async (what: string, on: Projection, placement?: number, depth?: number): Promise<void> => {
    await breathe(watch, rows.length, 6, "what helps");
    const options = { direction: on.direction, placement, depth };
    const network = fitNetwork(orderSamples(on.exact, targets), options);
    rows.push({
      what,
      norm: weightNorm(network),
      float64: exactnessOf(bench, network, on, "float64"),
      float32: exactnessOf(bench, roundNetwork(network), on, "float32"),
    });
  };
  await measure("thresholds at midpoints, the first direction drawn", first, 0.5);
  await measure("thresholds at 15/16 of the gap", first);
  await measure(`and the best of ${projections.length} directions`, best);
  await breathe(watch, rows.length, 6, "what helps");
  rows.push(measureScaled(bench, best));
  if (count >= 7) await measure("and 8 layers instead of 2", best, undefined, 8);
  await breathe(watch, rows.length, 6, "what helps");
  const single = fitSingle(bench, count);
  rows.push({
    what: "2 layers, weights found in float32",
    norm: weightNorm(single.network),
    float64: null,
    float32: exactnessOf(bench, single.network, single.on, "float32"),
  });
  return rows;
}

/** What one kind of rounding does alone. */
export interface RoundingRow {
  readonly what: string;
  readonly result: Exactness;
}

/** Measure which rounding to float32 it is that hurts: each alone in the network of all samples, then all together. */
export function measureRoundings(bench: Bench): RoundingRow[] {
  const { targets, count } = bench.sample;
  const { on, network } = fitExact(bench, count);
  const { exact } = on;
  const alone = (
    what: string,
    kept: ReluNetwork,
    projected: Float64Array | Float32Array,
    how: Arithmetic,
  ) => ({
    what,
    result: compare(evaluateNetwork(kept, projected, how), targets, bench.isLabels),
  });
  const rounded = roundNetwork(network);
  const only = (which: "weights" | "thresholds"): ReluNetwork => ({
    ...network,
    blocks: network.blocks.map((block, at) => ({ ...block, [which]: rounded.blocks[at]![which] })),
  });
  return [
    alone("nothing (float64)", network, exact, "float64"),
    alone("the output weights w", only("weights"), exact, "float64"),
    alone("the thresholds b", only("thresholds"), exact, "float64"),
    alone("the projections ⟨a, x⟩", network, on.single, "float64"),
    alone("units, products and sums", network, exact, "float32"),
    alone("everything", rounded, on.single, "float32"),
  ];
}

/** The largest value that the sum of a two-layer network's units passes through at its last sample. */
export function largestSum({ blocks }: ReluNetwork, last: number): number {
  const { thresholds, weights } = blocks.at(-1)!;
  let [value, largest] = [0, 0];
  thresholds.forEach((threshold, unit) => {
    value += weights[unit]! * Math.max(0, last - threshold);
    largest = Math.max(largest, Math.abs(value));
  });
  return largest;
}

/** Targets a thousandth as large, and values a thousand times as large again. */
function measureScaled({ sample, isLabels }: Bench, on: Projection): RemedyRow {
  const scale = 1000;
  const small = sample.targets.map((target) => target / scale);
  const network = fitNetwork(orderSamples(on.exact, small), { direction: on.direction });
  const values = evaluateNetwork(roundNetwork(network), on.single, "float32").map((value) => value * scale);
  return {
    what: "and targets divided by 1,000 (values times 1,000)",
    norm: weightNorm(network),
    float64: null,
    float32: compare(values, sample.targets, isLabels),
  };
}

/** One depth. */
export interface DepthRow {
  readonly depth: number;
  readonly width: number;
  /** `2 n / k + 6`, rounded up. */
  readonly widthBound: number;
  readonly weights: number;
  /** `2 n + d + k`. */
  readonly weightBound: number;
  readonly float64: Exactness;
  /** On ONNX Runtime, weights found in float32: sums in order, and by matrix products. */
  readonly ordered: Exactness;
  readonly product: Exactness;
}

/** Measure a network of some depth at the first `count` samples. */
export async function measureDepth(bench: Bench, count: number, depth: number): Promise<DepthRow> {
  const { on, network: exact } = fitExact(bench, count, depth);
  const { network: single } = fitSingle(bench, count, depth);
  return {
    depth,
    width: widthOf(exact),
    widthBound: Math.ceil((2 * count) / depth) + 6,
    weights: weightCount(exact),
    weightBound: 2 * count + bench.sample.dimensions + depth,
    float64: exactnessOf(bench, exact, on, "float64"),
    ordered: await exactnessThere(bench, single, count, "ordered"),
    product: await exactnessThere(bench, single, count, "product"),
  };
}
