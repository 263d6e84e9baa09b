/**
 * @file Norm and test error of interpolants of a few examples, kernel after kernel: whether the one tells of the other.
 *
 * Source: Zhang et al., ICLR 2017, section 5: on MNIST the norm grew from about 220 to 390 with preprocessing, and the test
 * error halved.
 */

import { DataError } from "../../base/errors.ts";
import { percent } from "../../base/percent.ts";
import { randomStream } from "../../base/random.ts";
import { wilsonInterval } from "../../base/shares.ts";
import { exampleCount, rangeOf, type Splits, takeExamples } from "../../data/dataset.ts";
import type { Check } from "../../document/claims.ts";
import { drawSample, rowsOf } from "../sample.ts";
import { say } from "../settings.ts";
import { type Fitted, fitElsewhere, fitLeastNorm } from "./in-memory.ts";
import { type KernelName, kernelOf } from "./kernels.ts";
import type { KernelRequest } from "./request.ts";
import { countErrors, oneHot } from "./targets.ts";

/** What is asked. */
export interface NormsRequest {
  /** Training examples. */
  readonly n: number;
  readonly seed: number;
}

/** An interpolant. */
export interface Interpolated {
  readonly kind: "least norm" | "random labels" | "forced" | "elsewhere";
  readonly kernel: KernelName;
  /** The kernel and its settings, for people, and its formula. */
  readonly label: string;
  readonly formula: string;
  /** Shares, in `[0, 1]`. */
  readonly trainError: number;
  readonly testError: number;
  readonly norm: number;
}

/** The kernels that are compared: the Gaussian one at many widths, and others. */
const KERNELS: readonly (readonly [name: KernelName, bandwidth: number, degree: number])[] = [
  ...[0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1, 3].map((bandwidth) => ["gaussian", bandwidth, 1] as const),
  ["laplace", 0.2, 1],
  ["polynomial", 0.05, 3],
  ["polynomial", 0.05, 6],
  ["arc-cosine", 1, 1],
  ["ntk", 1, 1],
];

const labelOf = ([name, bandwidth, degree]: (typeof KERNELS)[number]): string =>
  ({
    gaussian: `Gaussian ${bandwidth}`,
    laplace: `Laplace ${bandwidth}`,
    linear: "linear",
    polynomial: `polynomial, degree ${degree}`,
    "arc-cosine": "arc-cosine",
    ntk: "neural tangent",
  })[name];

/** The bandwidth of the paper's kernel on MNIST, as the first author published it. */
const PAPER = 0.02;

/** Examples that kernels are compared on, and tests that they are asked. */
const [COMPARED, ASKED] = [500, 1000];

/** What a kernel's function says, as a report of it. */
function reportOf(
  { train, test }: Splits,
  [kernel, bandwidth, degree]: (typeof KERNELS)[number],
  { fitted, said, squaredNorm }: Fitted,
  kind: Interpolated["kind"] = "least norm",
  labels = train.labels,
): Interpolated {
  const classes = train.classNames.length;
  return {
    kind,
    kernel,
    label: labelOf([kernel, bandwidth, degree]),
    formula: kernelOf({ kernel, bandwidth, degree }).formula,
    trainError: countErrors(fitted, labels, classes) / labels.length,
    testError: countErrors(said, test.labels, classes) / test.labels.length,
    norm: Math.sqrt(squaredNorm),
  };
}

/**
 * Fit a few examples exactly with each kernel that can tell them apart, up to rounding.
 *
 * @param drawn - Labels in place of the examples' own, `[n]`.
 */
function* kernelNorms(sample: Splits, drawn?: Int32Array): Generator<Interpolated> {
  const [x, z] = [rowsOf(sample.train), rowsOf(sample.test)];
  const columns = sample.train.classNames.length;
  const labels = drawn ?? sample.train.labels;
  const asked = { train: x, test: z, targets: oneHot(labels, columns), columns };
  for (const settings of KERNELS) {
    const [kernel, bandwidth, degree] = settings;
    try {
      const fitted = fitLeastNorm({ kernel: kernelOf({ kernel, bandwidth, degree }), ...asked });
      yield reportOf(sample, settings, fitted, drawn && "random labels", labels);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
}

/** The kernels compared on a few images of MNIST, where there are as many and pixels are asked for: the paper's case. */
export function comparedNorms(
  { train, test }: Splits,
  { data, features, seed }: Pick<KernelRequest, "data" | "features" | "seed">,
): Interpolated[] {
  const isThere = exampleCount(train) >= COMPARED && exampleCount(test) >= ASKED;
  if (data !== "mnist" || features !== "none" || !isThere) return [];
  const asked = takeExamples(test, rangeOf(0, ASKED));
  return [...kernelNorms(drawSample({ train, test: asked }, COMPARED, seed))];
}

/** How many times the paper's norm with preprocessing is its norm without: 390 to 220, at half the error. */
const PAPER_RATIO = 390 / 220;

/**
 * Whether an interpolant with a larger norm than another's errs less, as with the paper's preprocessing: of the kernel that errs least
 * and of the worst among those of much smaller norms.
 *
 * @param norms - Of {@link comparedNorms}, at least one.
 */
export function checkNorms(norms: readonly Interpolated[]): Check {
  const interval = ({ testError }: Interpolated) => wilsonInterval(Math.round(testError * ASKED), ASKED);
  const worse = (one: Interpolated, other: Interpolated): number => one.testError - other.testError;
  const best = norms.toSorted(worse)[0]!;
  const other = norms
    .filter(({ norm }) => best.norm >= PAPER_RATIO * norm)
    .toSorted(worse)
    .at(-1);
  const tell = ({ label, norm, testError }: Interpolated): string =>
    `the interpolant of the kernel ${label}, of norm ${say(norm)}, errs on ${percent(testError)} of the test examples`;
  if (!other) return { holds: false, says: `${tell(best)}, and none of a much smaller norm errs more` };
  return { holds: interval(best)[1] < interval(other)[0], says: `${tell(best)}; ${tell(other)}` };
}

/**
 * Fit the digits exactly with each kernel, on their labels and on random ones, and with the paper's kernel by the two ways
 * that do not generalize.
 */
export function* compareNorms(splits: Splits, { n, seed }: NormsRequest): Generator<Interpolated> {
  const sample = drawSample(splits, n, seed);
  const { train, test } = sample;
  const columns = train.classNames.length;
  const random = randomStream(seed, "theory-random-labels");
  const drawn = (count: number): Int32Array =>
    Int32Array.from({ length: count }, () => random.below(columns));
  yield* kernelNorms(sample);
  yield* kernelNorms(sample, drawn(n));
  const [x, z] = [rowsOf(train), rowsOf(test)];
  const asked = { train: x, test: z, targets: oneHot(train.labels, columns), columns };
  const paper = ["gaussian", PAPER, 1] as const;
  const kernel = kernelOf({ kernel: "gaussian", bandwidth: PAPER, degree: 1 });
  const both = { rows: n + z.rows, columns: x.columns, values: Float64Array.of(...x.values, ...z.values) };
  const labels = Int32Array.of(...train.labels, ...drawn(z.rows));
  const forced = fitLeastNorm({ ...asked, kernel, train: both, targets: oneHot(labels, columns) });
  yield reportOf(sample, paper, { ...forced, fitted: forced.fitted.subarray(0, n * columns) }, "forced");
  const elsewhere = fitElsewhere({ kernel, ...asked }, seed);
  if (elsewhere) yield reportOf(sample, paper, elsewhere, "elsewhere");
}
