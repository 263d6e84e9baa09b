/**
 * @file Theorem 1, Lemma 1 and Corollary 1 for a sample: networks constructed, counted, run and compared.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import type { Engine } from "../../train/engine.ts";
import { type Ordered, orderSamples, PLACEMENT } from "./fit.ts";
import { checkLemma, type LemmaCheck } from "./lemma.ts";
import type { ReluNetwork } from "./network.ts";
import { networkOnnx } from "./onnx.ts";
import { drawProjections, relativeGap } from "./projection.ts";
import { checkSample, mergeDuplicates, type Sample } from "./sample.ts";
import {
  type Bench,
  type DepthRow,
  fitExact,
  fitSingle,
  largestSum,
  measureDepth,
  measureRemedies,
  measureRoundings,
  measureSize,
  type RemedyRow,
  type RoundingRow,
  type SizeRow,
} from "./study.ts";

/** Samples of the depth table; all deeper networks of more would take the engine minutes, and show the same. */
const DEPTH_SAMPLES = 2000;
/** Largest depth shown. */
export const DEEPEST = 8;

/** Sizes of the check of Lemma 1. */
const LEMMA_SIZES = [2, 4, 8, 12];

/** How a sample is studied. */
export interface Study extends Watch {
  /** Directions drawn, of which the best is taken. */
  readonly candidates: number;
  readonly seed: number;
  /** Whether targets are class numbers. */
  readonly isLabels: boolean;
  /** Given the ONNX model of the two-layer network of all samples, float32, with its `2 n + d` weights. */
  readonly onModel?: ((model: Uint8Array) => Promise<void> | void) | undefined;
}

/** What was measured. */
export interface Found {
  readonly sample: Sample;
  readonly merged: number;
  readonly isLabels: boolean;
  readonly exact: ReluNetwork;
  readonly smallestEigenvalue: number;
  readonly sizes: readonly SizeRow[];
  readonly remedies: readonly RemedyRow[];
  readonly roundings: readonly RoundingRow[];
  /** The largest value a sum passes through, in the units of the targets. */
  readonly largestSum: number;
  /** Directions drawn, and those on which no two samples fall together in float32. */
  readonly drawn: number;
  readonly apart: number;
  readonly depths: readonly DepthRow[];
  readonly depthCount: number;
  readonly lemma: readonly LemmaCheck[];
  /** The samples along the projection of the network of float64. */
  readonly ordered: Ordered;
  /** Smallest gap of that projection, over its range. */
  readonly gap: number;
}

/**
 * Construct the networks for a sample, and run them in float64 and on ONNX Runtime.
 *
 * @throws UsageError, DataError as `fitTwoLayer` does.
 */
export async function computeExpressivity(engine: Engine, given: Sample, study: Study): Promise<Found> {
  const { candidates, seed, isLabels, onModel } = study;
  checkSample(given);
  const { sample, merged } = mergeDuplicates(given);
  const projections = await drawProjections(sample, candidates, seed, study);
  const bench: Bench = { sample, projections, engine, isLabels, watch: study };
  const { count } = sample;
  const { on, network: exact } = fitExact(bench, count);
  await onModel?.(networkOnnx(fitSingle(bench, count).network, "ordered"));
  const sizes = await measureSizes(bench);
  const remedies = await measureRemedies(bench);
  const roundings = measureRoundings(bench);
  const depthCount = Math.min(count, DEPTH_SAMPLES);
  const depths = await measureDepths(bench, depthCount);
  const ordered = orderSamples(on.exact, sample.targets);
  const { thresholds } = exact.blocks[0]!;
  return {
    sample,
    merged,
    isLabels,
    exact,
    sizes,
    remedies,
    roundings,
    depths,
    depthCount,
    ordered,
    gap: relativeGap(on.exact),
    largestSum: largestSum(exact, ordered.projected.at(-1)!),
    drawn: candidates,
    apart: projections.filter(({ single: values }) => relativeGap(values) > 0).length,
    smallestEigenvalue: ordered.projected.reduce(
      (least: number, x: number, index: number) => Math.min(least, x - thresholds[index]!),
      Number.POSITIVE_INFINITY,
    ),
    lemma: LEMMA_SIZES.filter((size) => size <= count).map((size) =>
      checkSpread(ordered.projected, size, seed),
    ),
  };
}

async function measureSizes(bench: Bench): Promise<SizeRow[]> {
  const rows: SizeRow[] = [];
  const sizes = sizesUpTo(bench.sample.count);
  for (const size of sizes) {
    await breathe(bench.watch, rows.length, sizes.length, `${size} samples`);
    rows.push(await measureSize(bench, size));
  }
  return rows;
}

async function measureDepths(bench: Bench, count: number): Promise<DepthRow[]> {
  const rows: DepthRow[] = [];
  for (let depth = 2; depth <= Math.min(DEEPEST, count + 1); depth++) {
    await breathe(bench.watch, depth - 2, DEEPEST - 1, `depth ${depth}`);
    rows.push(await measureDepth(bench, count, depth));
  }
  return rows;
}

/** Half powers of ten from 100 to a number, and the number itself. */
function sizesUpTo(count: number): number[] {
  const grid = [100, 316, 1000, 3162, 10_000, 31_623].filter((size) => size < count);
  return [...grid, count];
}

/** Lemma 1 for some samples, evenly over the projection. */
function checkSpread(projected: Float64Array | Float32Array, size: number, seed: number): LemmaCheck {
  const count = projected.length;
  const x = Float64Array.from(
    { length: size },
    (_, index) => projected[Math.round((index * (count - 1)) / (size - 1))]!,
  );
  const gap = (x.at(-1)! - x[0]!) / (size - 1);
  const b = x.map((value, index) =>
    index === 0 ? value - gap : value - PLACEMENT * (value - x[index - 1]!),
  );
  return checkLemma(x, b, seed);
}
