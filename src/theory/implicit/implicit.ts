/**
 * @file Implicit regularization, computed: where gradient descent ends on a linear model that many weights fit.
 *
 * Source: Zhang et al., ICLR 2017, section 5: from zero SGD ends at the solution of equation (3), of all that fit the
 * one of least norm. From elsewhere it ends at that plus the part of the start that no example sees.
 */

import { factorGram, type Spectrum } from "../../base/linear/cholesky.ts";
import { leastNorm, outsideSpan } from "../../base/linear/least-norm.ts";
import { combine, dot, type Matrix, norm } from "../../base/linear/matrix.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import { type Dataset, exampleCount, exampleSize, type Splits } from "../../data/dataset.ts";
import { type Labeling, signsOf } from "../examples.ts";
import { refuse } from "../settings.ts";
import { type Descent, type Method, predictedRate, ruleRate } from "./descent.ts";
import { followPath, measuredRate, type Path } from "./follow.ts";
import { createProblem, type Problem } from "./problem.ts";

/** Where descent starts. */
export const starts = ["zero", "random"] as const;
export type Start = (typeof starts)[number];

/** What is asked. */
export interface ImplicitSettings {
  readonly labels: readonly Labeling[];
  readonly methods: readonly Method[];
  readonly starts: readonly Start[];
  /** Step size; by {@link ruleRate} unless told. */
  readonly rate?: number | undefined;
  /** In `[0, 1)`. */
  readonly momentum: number;
  /** Coefficient of `|w|^2 / 2` beside `|X w - y|^2 / 2`. */
  readonly l2: number;
  /** Distance to the limit at which descent ends, relative to the norm of the minimum-norm solution. */
  readonly tolerance: number;
  /** Epochs allowed, at least 1. */
  readonly epochs: number;
  /** Of random labels, random starts and the order of SGD. */
  readonly seed: number;
}

/** One descent, and what theory says of it; distances are relative to the norm of the minimum-norm solution. */
export interface Run {
  readonly labels: Labeling;
  readonly method: Method;
  readonly start: Start;
  readonly descent: Descent;
  readonly path: Path;
  /** Distance from the minimum-norm solution in the end. */
  readonly distance: number;
  /** Norm of the part of the start outside the span of the rows: what the distance ends at, without l2. */
  readonly nullSpace: number;
  /** Distance from the predicted limit in the end. */
  readonly fromLimit: number;
  /** What descent added outside the span of the rows. */
  readonly outside: number;
  /** Norm of the weights in the end, and of the minimum-norm solution. */
  readonly norm: number;
  readonly leastNorm: number;
  readonly measuredRate: number | null;
  readonly predictedRate: number | null;
  /** Share of the test examples on the right side. */
  readonly testAccuracy: number;
}

/** One set of weights that fits, by how far its start was from zero. */
export interface Interpolant {
  readonly labels: Labeling;
  /** Norm of the start, in norms of the minimum-norm solution of the true labels. */
  readonly startNorm: number;
  readonly norm: number;
  readonly testAccuracy: number;
}

/** Everything that was computed. */
export interface Computed {
  readonly splits: Splits;
  readonly settings: ImplicitSettings;
  readonly spectrum: Spectrum;
  readonly runs: readonly Run[];
  readonly interpolants: readonly Interpolant[];
}

/** Starts of the interpolants that are compared, in norms of the minimum-norm solution. */
const START_NORMS = [0, 1, 3, 10, 30];

/**
 * Run descents and compare where they end with equation (3).
 *
 * The same examples and settings give the same result, digit for digit.
 *
 * @param splits - float32 inputs as they shall be used, of two classes; fewer training examples than values in each.
 * @throws UsageError if a setting is out of range or the problem is not under-determined.
 * @throws DataError if an input is not finite, or the examples are linearly dependent.
 */
export async function computeImplicit(
  splits: Splits,
  settings: ImplicitSettings,
  watch: Watch = {},
): Promise<Computed> {
  requireSettings(settings);
  const problem = createProblem(splits.train, settings.seed);
  const randomStart = drawStart(problem, settings.seed);
  const total = settings.labels.length * settings.methods.length * settings.starts.length;
  const runs: Run[] = [];
  for (const labels of settings.labels) {
    for (const method of settings.methods) {
      for (const start of settings.starts) {
        const from = start === "zero" ? new Float64Array(randomStart.length) : randomStart;
        const what = `${method}, ${labels} labels, from ${start === "zero" ? "zero" : "a random start"}`;
        const progress = (share: number): Promise<void> => breathe(watch, runs.length + share, total, what);
        runs.push(await runOne(problem, splits.test, settings, { labels, method, start, from, progress }));
      }
    }
  }
  watch.onProgress?.(total, total, "done");
  return {
    splits,
    settings,
    spectrum: problem.spectrum,
    runs,
    interpolants: settings.labels.flatMap((labels) =>
      interpolants(problem, splits.test, labels, randomStart),
    ),
  };
}

function requireSettings({
  rate,
  momentum,
  l2,
  tolerance,
  epochs,
  labels,
  methods,
  starts,
}: ImplicitSettings): void {
  if (rate !== undefined && !(rate > 0 && rate < Number.POSITIVE_INFINITY))
    refuse("rate", "a number above 0", rate);
  if (!(momentum >= 0 && momentum < 1)) refuse("momentum", "a number in [0, 1)", momentum);
  if (!(l2 >= 0 && l2 < Number.POSITIVE_INFINITY)) refuse("l2", "a number of at least 0", l2);
  if (!(tolerance >= 1e-12 && tolerance < 1)) refuse("tolerance", "a number in [1e-12, 1)", tolerance);
  if (!(Number.isSafeInteger(epochs) && epochs >= 1))
    refuse("epochs", "a whole number of at least 1", epochs);
  for (const [option, list] of Object.entries({ labels, methods, starts })) {
    if (list.length === 0) refuse(option, "at least one name", "none");
  }
}

/** A Gaussian start whose expected squared norm is that of the minimum-norm solution of the true labels. */
function drawStart({ x, factor, y }: Problem, seed: number): Float64Array {
  const random = randomStream(seed, "theory-implicit-start");
  const scale = norm(leastNorm(x, factor, y.true).w) / Math.sqrt(x.columns);
  return Float64Array.from({ length: x.columns }, () => scale * random.normal());
}

interface RunRequest {
  readonly labels: Labeling;
  readonly method: Method;
  readonly start: Start;
  readonly from: Float64Array;
  readonly progress: (share: number) => Promise<void>;
}

async function runOne(
  { x, y: labelings, factor, gram, spectrum }: Problem,
  test: Dataset,
  { rate, momentum, l2, tolerance, epochs, seed }: ImplicitSettings,
  { labels, method, start, from, progress }: RunRequest,
): Promise<Run> {
  const y = labelings[labels];
  const least = leastNorm(x, factor, y).w;
  const unit = norm(least);
  const outside = outsideSpan(x, factor, from);
  // With l2 the part outside decays too, however slowly, and the limit is the ridge solution from everywhere.
  const limit = l2 > 0 ? leastNorm(x, factorGram(addRidge(gram, l2)), y, l2).w : combine(least, 1, outside);
  const descent = {
    method,
    rate: rate ?? ruleRate(method, x, spectrum, { momentum, l2 }),
    momentum,
    l2,
    seed,
  };
  const slowest = l2 > 0 && start === "random" ? 0 : spectrum.smallest;
  let first: number | undefined;
  const path = await followPath({
    x,
    y,
    factor,
    start: from,
    descent,
    leastNorm: least,
    limit,
    tolerance,
    epochs,
    onMoment: async ({ toLimit, epoch }) => {
      first ??= toLimit;
      // Convergence is linear, so what is done is a share of the logarithm.
      const near = Math.log(first / toLimit) / Math.log(first / (tolerance * unit));
      await progress(Math.min(1, Math.max(near, epoch / epochs, 0) || 0));
    },
  });
  const last = path.moments.at(-1)!;
  return {
    labels,
    method,
    start,
    descent,
    path,
    distance: last.toLeastNorm / unit,
    nullSpace: norm(outside) / unit,
    fromLimit: last.toLimit / unit,
    outside: last.outside / unit,
    norm: last.norm,
    leastNorm: unit,
    measuredRate: measuredRate(path),
    predictedRate: predictedRate(x, slowest, spectrum, descent),
    testAccuracy: accuracyOf(path.w, test),
  };
}

/** What fits the labels when descent starts farther and farther from zero: the limits, not the descents. */
function interpolants(
  { x, y, factor }: Problem,
  test: Dataset,
  labels: Labeling,
  start: Float64Array,
): Interpolant[] {
  const { w } = leastNorm(x, factor, y[labels]);
  const outside = outsideSpan(x, factor, start);
  return START_NORMS.map((startNorm) => {
    const limit = combine(w, startNorm, outside);
    return { labels, startNorm, norm: norm(limit), testAccuracy: accuracyOf(limit, test) };
  });
}

/** `K + l2 I`. */
function addRidge({ rows, columns, values }: Matrix, l2: number): Matrix {
  const sum = values.slice();
  for (let i = 0; i < rows; i++) sum[i * rows + i] = sum[i * rows + i]! + l2;
  return { rows, columns, values: sum };
}

/** Share of examples whose sign `w` gets right. */
function accuracyOf(w: Float64Array, dataset: Dataset): number {
  const size = exampleSize(dataset);
  const signs = signsOf(dataset);
  let hits = 0;
  for (let row = 0; row < signs.length; row++) {
    const values = Float64Array.from(dataset.inputs.subarray(row * size, (row + 1) * size));
    hits += Number(dot(values, w) * signs[row]! > 0);
  }
  return hits / exampleCount(dataset);
}
