/**
 * @file Equation (3) on examples as they are, or on Gabor features: everything is in memory, and tiles are computed anew.
 */

import type { Watch } from "../../base/progress.ts";
import { type Dataset, exampleCount, type Splits } from "../../data/dataset.ts";
import type { Engine } from "../../train/engine.ts";
import { gaborFeatures } from "../features/gabor.ts";
import { bandwidthByRule, chooseBandwidth } from "./bandwidth.ts";
import { exactByteOperand } from "./byte-products.ts";
import type { Solved } from "./computed.ts";
import { pointsOf, requireFinite, requireInterpolable } from "./examples.ts";
import { computeInterpolants } from "./interpolants.ts";
import { kernelOf } from "./kernels.ts";
import { planSolve } from "./memory.ts";
import { momentsOf } from "./moments.ts";
import { comparedNorms } from "./norms.ts";
import { type Labels, solveLabels } from "./outcome.ts";
import type { KernelRequest } from "./request.ts";
import { gramOfPoints, type Points } from "./source.ts";

/** The bandwidth of the first author's published code, on pixels of MNIST in `[0, 1]`. */
const MNIST_BANDWIDTH = 0.02;

/** What is to be solved, and with what. */
export interface KernelJob {
  readonly engine: Engine;
  readonly request: KernelRequest;
  readonly splits: Splits;
  readonly labels: Labels;
  /** Bytes that may be used. */
  readonly limit: number;
  readonly watch: Watch;
}

/**
 * Solve for pixels, rows or Gabor features.
 *
 * @throws UsageError if the matrix is singular whatever the examples, or does not fit into memory.
 * @throws DataError if a value is not finite, or examples are equal and l2 is 0.
 */
export async function solvePoints({
  engine,
  request,
  splits,
  labels,
  limit,
  watch,
}: KernelJob): Promise<Solved> {
  const { l2, seed, solver, features } = request;
  const began = performance.now();
  const operand = await exactByteOperand(engine);
  const [train, test] =
    features === "gabor"
      ? [await gaborPoints(engine, splits.train, watch), await gaborPoints(engine, splits.test, watch)]
      : [pointsOf(splits.train, operand), pointsOf(splits.test, operand)];
  const featureSeconds = features === "none" ? null : (performance.now() - began) / 1000;
  requireFinite(train, `${splits.train.name}, training examples`);
  requireFinite(test, `${splits.test.name}, test examples`);
  const demand = { n: train.count, columns: 2 * labels.classes, limit };
  // Before the examples are transposed for the engine, which takes as much again; and before anything that takes time.
  const plan = planSolve(solver, { ...demand, source: 2 * (train.data.byteLength + test.data.byteLength) });
  const { bandwidth, rule } = await bandwidthOf(engine, request, train, labels, watch);
  const kernel = kernelOf({ ...request, bandwidth });
  const shape = { name: kernel.name, rank: kernel.rank(train.size), atZero: kernel.evaluate(0, 0, 0) };
  requireInterpolable(train, labels.train.true, shape, Math.min(...l2));
  const source = gramOfPoints(kernel, train, test);
  const solutions = await solveLabels(engine, source, labels, { ...request, ...watch, plan, filters: null });
  const interpolants = request.interpolants
    ? await computeInterpolants(engine, {
        kernel,
        train,
        test,
        classes: labels.classes,
        seed,
        trainLabels: labels.train.true,
        testLabels: labels.test,
        ...watch,
      })
    : [];
  return {
    kernel,
    rule,
    plan,
    interpolants,
    norms: request.interpolants ? comparedNorms(splits, request) : [],
    featureSeconds,
    precision: source.precision,
    dimensions: train.size,
    solutions: [solutions],
    notes: [],
  };
}

async function bandwidthOf(
  engine: Engine,
  request: KernelRequest,
  points: Points,
  labels: Labels,
  watch: Watch,
): Promise<{ readonly bandwidth: number; readonly rule: string }> {
  const { bandwidth, data, kernel, features } = request;
  if (bandwidth !== undefined) return { bandwidth, rule: `The bandwidth of ${bandwidth} was asked for.` };
  if (kernel === "gaussian" && features === "none" && data === "mnist") {
    return {
      bandwidth: MNIST_BANDWIDTH,
      rule: `The bandwidth of ${MNIST_BANDWIDTH} is that of the first author's published code.`,
    };
  }
  if (kernel === "gaussian" && features === "gabor") {
    const chosen = bandwidthByRule(momentsOf(points).squaredDistance);
    return {
      bandwidth: chosen,
      rule: `The bandwidth is ${chosen}: 2 over the mean squared distance of the features.`,
    };
  }
  watch.onProgress?.(0, 1, "choosing a bandwidth on held-out training examples");
  return chooseBandwidth(engine, {
    settings: request,
    points,
    labels: labels.train.true,
    classes: labels.classes,
    signal: watch.signal,
  });
}

async function gaborPoints(engine: Engine, dataset: Dataset, watch: Watch): Promise<Points> {
  const { features, dimension } = await gaborFeatures(engine, dataset.inputs, undefined, watch);
  return { kind: "floats", data: features, count: exampleCount(dataset), size: dimension };
}
