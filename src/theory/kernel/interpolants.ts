/**
 * @file Interpolants that do not generalize (Section 5): they fit the same training labels, and have larger norms.
 *
 * One has its centers at random points instead of the examples; one is forced to fit random labels on the test
 * examples, too. All are computed for a few examples, in float64.
 */

import { eliminate } from "../../base/linear/elimination.ts";
import { multiply } from "../../base/linear/matrix.ts";
import type { Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import type { Engine } from "../../train/engine.ts";
import type { Kernel } from "./kernels.ts";
import { multiplyTests } from "./product.ts";
import { createKernelSolver } from "./solve.ts";
import { type GramSource, gramOfPoints, type Points, slicePoints } from "./source.ts";
import { countErrors, oneHot } from "./targets.ts";

/** Training examples that are fitted, and test examples that are asked or fitted, at most. */
export const INTERPOLATED = 1024;

/** One of them. */
export interface Interpolant {
  readonly title: string;
  readonly trainErrors: number;
  readonly testErrors: number;
  readonly norm: number;
  /** The largest relative residual of a class. */
  readonly residual: number;
  readonly n: number;
  readonly tests: number;
}

/** Something that was fitted, and what it says. */
interface Fitted {
  /** `[n, classes]`, about the training examples. */
  readonly fitted: Float64Array;
  /** `[tests, classes]`. */
  readonly said: Float64Array;
  readonly squaredNorm: number;
  readonly residual: number;
}

interface Given extends Watch {
  readonly kernel: Kernel;
  readonly train: Points;
  readonly test: Points;
  readonly trainLabels: Int32Array;
  readonly testLabels: Int32Array;
  readonly classes: number;
  readonly seed: number;
}

/** The minimum-norm interpolant of a few examples, and two others. */
export async function computeInterpolants(engine: Engine, given: Given): Promise<Interpolant[]> {
  const { kernel, classes, seed, onProgress, signal } = given;
  const n = Math.min(INTERPOLATED, given.train.count);
  const m = Math.min(INTERPOLATED, given.test.count);
  const [train, test] = [slicePoints(given.train, 0, n), slicePoints(given.test, 0, m)];
  const trainLabels = given.trainLabels.subarray(0, n);
  const testLabels = given.testLabels.subarray(0, m);
  const random = randomStream(seed, "kernel-test-labels");
  const drawn = Int32Array.from({ length: m }, () => random.below(classes));
  const judge = (title: string, { fitted, said, squaredNorm, residual }: Fitted): Interpolant => ({
    title,
    trainErrors: countErrors(fitted, trainLabels, classes),
    testErrors: countErrors(said, testLabels, classes),
    norm: Math.sqrt(squaredNorm),
    residual,
    n,
    tests: m,
  });

  onProgress?.(0, 3, "interpolants");
  const targets = oneHot(trainLabels, classes);
  const source = gramOfPoints(kernel, train, test);
  const plain = await solveHere(engine, source, targets, classes, signal);
  const said = await multiplyTests(engine, source.tests!, plain.solution, classes);
  const least = judge("minimum norm", { ...plain, said });

  onProgress?.(1, 3, "interpolants");
  const both = gramOfPoints(kernel, joinPoints(train, test), null);
  const labels = Int32Array.of(...trainLabels, ...drawn);
  const spoiled = await solveHere(engine, both, oneHot(labels, classes), classes, signal);
  const forced = judge("forced to fit random labels on the test examples", {
    ...spoiled,
    fitted: spoiled.fitted.subarray(0, n * classes),
    said: spoiled.fitted.subarray(n * classes),
  });

  onProgress?.(2, 3, "interpolants");
  const elsewhere = fitElsewhere(kernel, train, test, targets, classes, seed);
  onProgress?.(3, 3, "interpolants");
  return [least, forced, ...(elsewhere ? [judge("centers at random points", elsewhere)] : [])];
}

async function solveHere(
  engine: Engine,
  source: GramSource,
  targets: Float64Array,
  columns: number,
  signal: AbortSignal | undefined,
) {
  const options = { l2: 0, tolerance: 1e-10, mostIterations: 100, signal };
  await using solver = await createKernelSolver(engine, source, options);
  const { solution, fitted, squaredNorms, residuals } = await solver.solve(targets, columns);
  const squaredNorm = squaredNorms.reduce((sum, value) => sum + value, 0);
  return { solution, fitted, squaredNorm, residual: Math.max(...residuals) };
}

/**
 * Fit with as many centers as examples, each a Gaussian point with the mean and variance the examples have at each value:
 * `C B = Y`, `C_ij = k(x_i, c_j)`. The norm is that of `sum_j b_j k(c_j, .)`.
 */
function fitElsewhere(
  kernel: Kernel,
  train: Points,
  test: Points,
  targets: Float64Array,
  columns: number,
  seed: number,
): Fitted | undefined {
  const centers = gaussianCenters(train, seed);
  const [x, asked] = [scaled(train), scaled(test)];
  const matrix = kernelMatrix(kernel, x, centers, train.size);
  const n = train.count;
  const solution = eliminate(matrix, n)?.solve(targets, columns);
  if (!solution) return undefined;
  const fitted = multiply(matrix, solution, columns);
  const own = multiply(kernelMatrix(kernel, centers, centers, train.size), solution, columns);
  let squaredNorm = 0;
  for (let at = 0; at < own.length; at++) squaredNorm += own[at]! * solution[at]!;
  const said = multiply(kernelMatrix(kernel, asked, centers, train.size), solution, columns);
  let [worst, size] = [0, 0];
  for (let at = 0; at < fitted.length; at++) {
    worst += (fitted[at]! - targets[at]!) ** 2;
    size += targets[at]! ** 2;
  }
  return { fitted, said, squaredNorm: Math.max(0, squaredNorm), residual: Math.sqrt(worst / size) };
}

function gaussianCenters(points: Points, seed: number): Float64Array {
  const { count, size } = points;
  const values = scaled(points);
  const [means, squares] = [new Float64Array(size), new Float64Array(size)];
  values.forEach((value, at) => {
    means[at % size]! += value / count;
    squares[at % size]! += (value * value) / count;
  });
  const random = randomStream(seed, "kernel-centers");
  return Float64Array.from({ length: count * size }, (_, at) => {
    const column = at % size;
    const deviation = Math.sqrt(Math.max(0, squares[column]! - means[column]! ** 2));
    return means[column]! + deviation * random.normal();
  });
}

/** Values as the kernel sees them: pixels in `[0, 1]`. */
const scaled = ({ kind, data }: Points): Float64Array =>
  Float64Array.from(data, (value) => (kind === "bytes" ? value / 255 : value));

function kernelMatrix(kernel: Kernel, rows: Float64Array, columns: Float64Array, size: number): Float64Array {
  const [down, along] = [rows.length / size, columns.length / size];
  const norm = (points: Float64Array, at: number): number => {
    let sum = 0;
    for (let k = at * size; k < (at + 1) * size; k++) sum += points[k]! ** 2;
    return sum;
  };
  const columnNorms = Float64Array.from({ length: along }, (_, at) => norm(columns, at));
  const out = new Float64Array(down * along);
  for (let i = 0; i < down; i++) {
    const rowNorm = norm(rows, i);
    for (let j = 0; j < along; j++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += rows[i * size + k]! * columns[j * size + k]!;
      out[i * along + j] = kernel.evaluate(dot, rowNorm, columnNorms[j]!);
    }
  }
  return out;
}

function joinPoints(a: Points, b: Points): Points {
  const count = a.count + b.count;
  if (a.kind === "bytes" && b.kind === "bytes") {
    const data = new Uint8Array(count * a.size);
    data.set(a.data);
    data.set(b.data, a.data.length);
    return { ...a, data, count };
  }
  const data = new Float32Array(count * a.size);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { kind: "floats", data, count, size: a.size };
}
