/**
 * @file `shatter theory kernel`: equation (3) on pixels or features, of a dataset with a name.
 */

import { totalmem } from "node:os";
import { type Dataset, exampleCount, exampleSize, type Splits } from "../../data/dataset.ts";
import { findDataset } from "../../data/load.ts";
import { corruptLabels } from "../../data/randomize.ts";
import type { Engine } from "../../train/engine.ts";
import { GAUSSIAN, loadExamples } from "../examples.ts";
import { bandwidthByRule, meanSquaredDistance } from "../features/distance.ts";
import { gaborFeatures } from "../features/gabor.ts";
import { randomConvGram } from "../features/process-random-conv.ts";
import { featuresOfFilter, randomConvDefaults } from "../features/random-conv.ts";
import { openHere } from "../process-engine.ts";
import { type Surroundings, startProvenance, withDataHash } from "../process-provenance.ts";
import { breathe, type Watch } from "../progress.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { chooseBandwidth } from "./bandwidth.ts";
import { pointsOf, requireFinite, requireInterpolable } from "./examples.ts";
import { computeInterpolants, type Interpolant } from "./interpolants.ts";
import { type Kernel, kernelOf } from "./kernels.ts";
import { planSolve, type SolvePlan } from "./memory.ts";
import { type Labels, type Solutions, solveLabels } from "./outcome.ts";
import { checkRequest, type KernelRequest } from "./request.ts";
import { kernelResult } from "./result.ts";
import { gramOfPoints, gramOfProducts, type Points } from "./source.ts";
import { triangleBytes } from "./triangle.ts";

/** The bandwidth of the first author's published code, on pixels of MNIST in `[0, 1]`. */
const MNIST_BANDWIDTH = 0.02;

/** Share of the machine's memory that is used at most, unless told otherwise. */
const MEMORY_SHARE = 0.8;

export const kernelDefaults: KernelRequest = {
  data: "mnist",
  n: undefined,
  testN: undefined,
  d: 100,
  seed: 0,
  kernel: "gaussian",
  bandwidth: undefined,
  degree: 3,
  l2: [0],
  features: "none",
  filters: [256],
  solver: "auto",
  tolerance: 1e-9,
  iterations: 1000,
  curve: true,
  interpolants: true,
};

/** What is asked; everything has a default. */
export interface KernelOptions extends Optional<KernelRequest>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** Bytes that may be used; 80 % of the machine's memory if not given. */
  readonly memory?: number | undefined;
  /** Where the Gram matrix of random filters is kept, so that an interrupted run goes on; a folder. */
  readonly gramFolder?: string | undefined;
}

/** Everything that was computed, for the document. */
export interface Computed {
  readonly request: KernelRequest;
  readonly splits: Splits;
  readonly kernel: Kernel;
  /** How the bandwidth was come by, as a sentence. */
  readonly rule: string;
  readonly plan: SolvePlan;
  /** How entries of the Gram matrix come about. */
  readonly precision: string;
  /** Values an example has, as the kernel sees it. */
  readonly dimensions: number;
  /** One for the data as they are, or one a number of filters. */
  readonly solutions: readonly Solutions[];
  readonly interpolants: readonly Interpolant[];
  /** Seconds of features and their Gram matrix; null if there are none. */
  readonly featureSeconds: number | null;
  /** The largest memory this process held, in bytes. */
  readonly peak: number;
}

/**
 * Solve `K a = y` (Zhang et al., ICLR 2017, equation (3)) for true and for random labels, and say how both generalise.
 *
 * @throws UsageError if something that is asked for is impossible, or does not fit into memory, with what would.
 * @throws DataError if data are missing or not finite, or equal examples have different labels.
 */
export async function kernelInterpolation(options: KernelOptions = {}): Promise<TheoryResult> {
  const sign = startProvenance(options);
  const request = fill(kernelDefaults, options);
  checkRequest(request);
  const { data, seed, d } = request;
  const sizes = sizesOf(request);
  const splits = await loadExamples({
    data,
    ...sizes,
    d: data === GAUSSIAN ? d : options.d,
    seed,
    dataDir: options.dataDir,
  });
  const engine = await openHere(options);
  const limit = options.memory ?? MEMORY_SHARE * totalmem();
  const watch = { onProgress: options.onProgress, signal: options.signal };
  const given = { engine, request, splits, labels: labelsOf(splits, seed), limit, watch };
  const computed =
    request.features === "random-conv"
      ? await solveFilters({ ...given, folder: options.gramFolder })
      : await solvePoints(given);
  const peak = process.resourceUsage().maxRSS * 1024;
  return { ...(await withDataHash(kernelResult({ ...computed, peak }), splits)), provenance: sign() };
}

interface Given {
  readonly engine: Engine;
  readonly request: KernelRequest;
  readonly splits: Splits;
  readonly labels: Labels;
  readonly limit: number;
  readonly watch: Watch;
}

/** Sizes that are asked for, or all there is. */
function sizesOf({ data, n, testN }: KernelRequest): { readonly n: number; readonly testN: number } {
  if (data === GAUSSIAN) return { n: n ?? 1000, testN: testN ?? 1000 };
  const known = findDataset(data);
  return { n: n ?? known.train, testN: testN ?? known.test };
}

const labelsOf = ({ train, test }: Splits, seed: number): Labels => ({
  train: { true: train.labels, random: corruptLabels(train, 1, seed, "train").labels },
  test: test.labels,
  classes: train.classNames.length,
});

async function solvePoints({
  engine,
  request,
  splits,
  labels,
  limit,
  watch,
}: Given): Promise<Omit<Computed, "peak">> {
  const { l2, seed, solver, features } = request;
  const began = performance.now();
  const [train, test] =
    features === "gabor"
      ? [await gaborPoints(engine, splits.train, watch), await gaborPoints(engine, splits.test, watch)]
      : [pointsOf(splits.train), pointsOf(splits.test)];
  const featureSeconds = features === "none" ? null : (performance.now() - began) / 1000;
  requireFinite(train, `${splits.train.name}, training examples`);
  requireFinite(test, `${splits.test.name}, test examples`);
  const demand = { n: train.count, columns: 2 * labels.classes, limit };
  // Before the examples are transposed for the engine, which takes as much again; and before anything that takes time.
  const plan = planSolve(solver, { ...demand, source: 2 * (train.data.byteLength + test.data.byteLength) });
  const { bandwidth, rule } = await bandwidthOf(engine, request, train, labels, watch);
  const kernel = kernelOf({ ...request, bandwidth });
  const shape = { name: kernel.name, rank: kernel.rank(train.size) };
  for (const value of l2) requireInterpolable(train, labels.train.true, shape, value);
  const source = gramOfPoints(kernel, train, test);
  const solutions = await solveLabels(engine, source, labels, { ...request, ...watch, plan, filters: null });
  const interpolants = request.interpolants
    ? await computeInterpolants(engine, {
        ...{ kernel, train, test, classes: labels.classes, seed },
        ...{ trainLabels: labels.train.true, testLabels: labels.test },
        ...watch,
      })
    : [];
  return {
    ...{ request, splits, kernel, rule, plan, interpolants, featureSeconds },
    precision: source.precision,
    dimensions: train.size,
    solutions: [solutions],
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
    const chosen = Number(
      bandwidthByRule(meanSquaredDistance(points.data as Float32Array, points.size)).toPrecision(4),
    );
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

/** Images whose features are computed at a time. */
const GABOR_IMAGES = 2000;

async function gaborPoints(engine: Engine, dataset: Dataset, watch: Watch): Promise<Points> {
  const [count, size] = [exampleCount(dataset), exampleSize(dataset)];
  let data: Float32Array | undefined;
  let dimension = 0;
  for (let from = 0; from < count; from += GABOR_IMAGES) {
    const rows = Math.min(GABOR_IMAGES, count - from);
    const isBytes = dataset.inputs instanceof Uint8Array;
    const images = Float32Array.from(dataset.inputs.subarray(from * size, (from + rows) * size), (value) =>
      isBytes ? value / 255 : value,
    );
    const made = await gaborFeatures(engine, images, undefined, { signal: watch.signal });
    ({ dimension } = made);
    data ??= new Float32Array(count * dimension);
    data.set(made.features, from * dimension);
    await breathe(watch, from + rows, count, "Gabor features");
  }
  return { kind: "floats", data: data!, count, size: dimension };
}

/** The largest block of filters, up to the default, of which every number asked for is a multiple. */
function blockOf(counts: readonly number[]): number {
  const divides = (block: number): boolean => counts.every((count) => count % block === 0);
  let block = Math.min(randomConvDefaults.blockFilters, ...counts);
  while (!divides(block)) block--;
  return block;
}

async function solveFilters({
  engine,
  request,
  splits,
  labels,
  limit,
  watch,
  folder,
}: Given & { readonly folder: string | undefined }): Promise<Omit<Computed, "peak">> {
  const { seed, solver, kernel: name, degree } = request;
  const counts = [...new Set(request.filters)].sort((a, b) => a - b);
  const filters = counts.at(-1)!;
  const settings = { ...randomConvDefaults, seed, filters, blockFilters: blockOf(counts) };
  const [n, m] = [exampleCount(splits.train), exampleCount(splits.test)];
  const perFilter = featuresOfFilter(splits.train.shape, settings);
  const block = Math.min(filters, settings.blockFilters) * perFilter * 4 * (n + m);
  const source = triangleBytes(n) + 4 * n * m + block + splits.train.inputs.byteLength;
  const plan = planSolve(solver, { n, columns: 2 * labels.classes, source, limit });
  const solutions: Solutions[] = [];
  let solving = 0;
  let rule = "";
  const began = performance.now();
  const kernelFor = (features: number): Kernel => {
    // Standardized features have a variance of 1, so examples are 2 * features apart, in the mean square.
    const bandwidth = request.bandwidth ?? Number(bandwidthByRule(2 * features).toPrecision(4));
    rule =
      request.bandwidth === undefined
        ? "The bandwidth is 2 over the mean squared distance of the standardized features: 1 over their number."
        : `The bandwidth of ${bandwidth} was asked for.`;
    return kernelOf({ kernel: name, bandwidth, degree });
  };
  const { gram, answers } = await randomConvGram(engine, splits.train, splits.test, settings, {
    folder,
    at: counts,
    // What was solved before an interruption is not solved again: the folder keeps it.
    onFilters: async (done, products) => {
      const started = performance.now();
      const solved = await solveLabels(
        engine,
        gramOfProducts(kernelFor(products.features), products),
        labels,
        {
          ...{ ...request, curve: false },
          ...watch,
          plan,
          filters: done,
        },
      );
      solving += (performance.now() - started) / 1000;
      return JSON.parse(JSON.stringify(solved));
    },
    ...watch,
  });
  const wanted = [...answers].filter(([done]) => done >= counts[0]!).sort(([a], [b]) => a - b);
  solutions.push(...wanted.map(([, solved]) => solved as unknown as Solutions));
  const kernel = kernelFor(gram.features);
  return {
    ...{ request, splits, kernel, rule, plan, solutions, interpolants: [] },
    precision: "float32, added up over blocks of filters; taken as exact",
    dimensions: gram.features,
    featureSeconds: (performance.now() - began) / 1000 - solving,
  };
}
