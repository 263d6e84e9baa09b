/**
 * @file Interpolants that do not generalize (Section 5): they fit the same training labels, and have larger norms.
 *
 * One has its centers at random points instead of the examples; one is forced to fit random labels on the test
 * examples, too. All are computed for a few examples, in float64.
 */

import type { Matrix } from "../../base/linear/matrix.ts";
import type { Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import type { Engine } from "../../train/engine.ts";
import { type Fitted, fitElsewhere } from "./in-memory.ts";
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
  const judge = (
    title: string,
    { fitted, said, squaredNorm, residual }: Fitted & { readonly residual: number },
  ): Interpolant => ({
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
  const asked = { kernel, train: scaled(train), test: scaled(test), targets, columns: classes };
  const elsewhere = fitElsewhere(asked, seed);
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

/** Values as the kernel sees them, in float64: pixels in `[0, 1]`. */
const scaled = ({ kind, data, count, size }: Points): Matrix => ({
  rows: count,
  columns: size,
  values: Float64Array.from(data, (value) => (kind === "bytes" ? value / 255 : value)),
});

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
