/**
 * @file What a solution of equation (3) says: errors and norms, for true and random labels, at every size asked for.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import type { Engine } from "../../train/engine.ts";
import { type Labeling, labelings } from "../examples.ts";
import type { SolvePlan } from "./memory.ts";
import { multiplyTests } from "./product.ts";
import { createKernelSolver, leading } from "./solve.ts";
import type { GramSource } from "./source.ts";
import { beside, countErrors, oneHot } from "./targets.ts";
import { TILE } from "./triangle.ts";

/** One interpolant (or ridge solution), of one labeling. */
export interface Outcome {
  readonly labels: Labeling;
  readonly l2: number;
  readonly n: number;
  /** Random filters of its features; null if there are none. */
  readonly filters: number | null;
  readonly trainErrors: number;
  readonly testErrors: number;
  /** Square root of the sum over classes of `a^T K a`: the norm in the kernel's space. */
  readonly norm: number;
  /** The same a class. */
  readonly classNorms: readonly number[];
  /** The largest relative residual of a class, in float64. */
  readonly residual: number;
  /** Steps of conjugate gradients, shared with the other labeling. */
  readonly iterations: number;
  /** The largest relative residual of all classes of both labelings after each step. */
  readonly history: readonly number[];
}

/** Seconds of the parts. */
export interface Seconds {
  readonly factor: number;
  readonly solve: number;
  readonly test: number;
}

/** Labels of the examples. */
export interface Labels {
  readonly train: { readonly [L in Labeling]: Int32Array };
  readonly test: Int32Array;
  readonly classes: number;
}

/** How equation (3) is solved for a Gram matrix. */
export interface SolveRequest extends Watch {
  readonly plan: Pick<SolvePlan, "kept">;
  readonly l2: readonly number[];
  readonly tolerance: number;
  readonly iterations: number;
  /** Solve for smaller n on the way, at powers of two. */
  readonly curve: boolean;
  readonly filters: number | null;
}

export interface Solutions {
  readonly outcomes: readonly Outcome[];
  readonly seconds: Seconds;
  /** What was added to the diagonal of the factor for rounding; 0 if nothing. */
  readonly shift: number;
  /** Bytes of the factor. */
  readonly factorBytes: number;
}

/** Solve for true and random labels with one factor; a factor of the first examples is a part of that of all. */
export async function solveLabels(
  engine: Engine,
  source: GramSource,
  labels: Labels,
  { plan, l2, tolerance, iterations, curve, filters, ...watch }: SolveRequest,
): Promise<Solutions> {
  const { classes } = labels;
  const outcomes: Outcome[] = [];
  const seconds = { factor: 0, solve: 0, test: 0 };
  const time = async <T>(part: keyof Seconds, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    seconds[part] += (performance.now() - began) / 1000;
    return result;
  };
  let [shift, factorBytes] = [0, 0];
  for (const value of l2) {
    await using solver = await time("factor", () =>
      createKernelSolver(engine, source, {
        ...watch,
        kept: plan.kept,
        l2: value,
        tolerance,
        mostIterations: iterations,
      }),
    );
    shift = Math.max(shift, solver.preconditioner.shift);
    factorBytes = solver.preconditioner.bytes;
    for (const n of sizesOf(source.rows, curve)) {
      const columns = labelings.length * classes;
      const targets = beside(
        labelings.map((name) => oneHot(labels.train[name].subarray(0, n), classes)),
        n,
      );
      const solved = await time("solve", () => solver.solve(targets, columns));
      const tests = (n === source.rows ? source : leading(source, n)).tests;
      const said =
        tests &&
        (await time("test", () =>
          multiplyTests(engine, tests, solved.solution, columns, (done, total) =>
            breathe(watch, done, total, `test examples, n = ${n}`),
          ),
        ));
      labelings.forEach((name, index) => {
        const from = index * classes;
        const classNorms = Array.from({ length: classes }, (_, label) =>
          Math.sqrt(Math.max(0, solved.squaredNorms[from + label]!)),
        );
        outcomes.push({
          labels: name,
          l2: value,
          n,
          filters,
          trainErrors: countErrors(solved.fitted, labels.train[name].subarray(0, n), classes, from, columns),
          testErrors: said ? countErrors(said, labels.test, classes, from, columns) : 0,
          norm: Math.hypot(...classNorms),
          classNorms,
          residual: Math.max(...solved.residuals.subarray(from, from + classes)),
          iterations: solved.iterations,
          history: solved.history,
        });
      });
    }
  }
  return { outcomes, seconds, shift, factorBytes };
}

/** Powers of two times a tile, and n. */
function sizesOf(n: number, curve: boolean): number[] {
  const sizes: number[] = [];
  if (curve) for (let size = TILE; size < n; size *= 2) sizes.push(size);
  return [...sizes, n];
}

/** Seconds of a part, of all solutions. */
export const secondsOf = (solutions: readonly Solutions[], part: keyof Seconds): number =>
  solutions.reduce((total, { seconds }) => total + seconds[part], 0);

/** Relative residual up to which a solution counts as found: six digits, unless fewer are asked for. */
const FOUND = 1e-6;

/** Whether something with a residual is a solution: norms and errors of what is none mean nothing. */
export const isFound = ({ residual }: { readonly residual: number }, tolerance = 0): boolean =>
  // The residual computed anew may be a little above that of the recurrence.
  residual <= Math.max(FOUND, 2 * tolerance);

/** The last outcome of a labeling with the least l2: of all examples and filters, interpolating if it can. */
export function lastOf(outcomes: readonly Outcome[], labels: Labeling): Outcome | undefined {
  const own = outcomes.filter((one) => one.labels === labels);
  const least = Math.min(...own.map(({ l2 }) => l2));
  return own.filter(({ l2 }) => l2 === least).at(-1);
}
