/**
 * @file Norm and test error of interpolants of the digits, kernel after kernel: whether the one tells of the other.
 *
 * Source: Zhang et al., ICLR 2017, section 5: on MNIST the norm grew from about 220 to 390 with preprocessing, and the test
 * error halved.
 */

import { randomStream } from "../../base/random.ts";
import type { Splits } from "../../data/dataset.ts";
import { drawSample, rowsOf } from "../../theory/double-descent/sample.ts";
import { type Fitted, fitElsewhere, fitLeastNorm } from "../../theory/kernel/in-memory.ts";
import { type KernelName, kernelOf } from "../../theory/kernel/kernels.ts";
import { countErrors, oneHot } from "../../theory/kernel/targets.ts";

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

/**
 * Fit the digits exactly with each kernel, on their labels and on random ones, and with the paper's kernel by the two ways
 * that do not generalize.
 */
export function* compareNorms(splits: Splits, { n, seed }: NormsRequest): Generator<Interpolated> {
  const { train, test } = drawSample(splits, n, seed);
  const classes = train.classNames.length;
  const [x, z] = [rowsOf(train), rowsOf(test)];
  const random = randomStream(seed, "theory-random-labels");
  const drawn = (count: number): Int32Array =>
    Int32Array.from({ length: count }, () => random.below(classes));
  const asked = { train: x, test: z, targets: oneHot(train.labels, classes), columns: classes };
  const trainNoise = drawn(n);
  const report = (
    kind: Interpolated["kind"],
    settings: (typeof KERNELS)[number],
    { fitted, said, squaredNorm }: Fitted,
    labels = train.labels,
  ): Interpolated => ({
    kind,
    kernel: settings[0],
    label: labelOf(settings),
    formula: kernelOf({ kernel: settings[0], bandwidth: settings[1], degree: settings[2] }).formula,
    trainError: countErrors(fitted, labels, classes) / n,
    testError: countErrors(said, test.labels, classes) / test.labels.length,
    norm: Math.sqrt(squaredNorm),
  });
  for (const settings of KERNELS) {
    const [name, bandwidth, degree] = settings;
    const kernel = kernelOf({ kernel: name, bandwidth, degree });
    yield report("least norm", settings, fitLeastNorm({ kernel, ...asked }));
    const noise = { ...asked, targets: oneHot(trainNoise, classes) };
    yield report("random labels", settings, fitLeastNorm({ kernel, ...noise }), trainNoise);
  }
  const paper = ["gaussian", PAPER, 1] as const;
  const kernel = kernelOf({ kernel: "gaussian", bandwidth: PAPER, degree: 1 });
  const both = { rows: n + z.rows, columns: x.columns, values: Float64Array.of(...x.values, ...z.values) };
  const labels = Int32Array.of(...train.labels, ...drawn(z.rows));
  const forced = fitLeastNorm({ ...asked, kernel, train: both, targets: oneHot(labels, classes) });
  yield report("forced", paper, { ...forced, fitted: forced.fitted.subarray(0, n * classes) });
  const elsewhere = fitElsewhere({ kernel, ...asked }, seed);
  if (elsewhere) yield report("elsewhere", paper, elsewhere);
}
