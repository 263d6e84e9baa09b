/**
 * @file Equation (3) with several right-hand sides: `(K + l2 I) A = Y`, solved until the residual is small in float64.
 */

import { columnDots, conjugateGradients, type Solved } from "../../base/linear/conjugate-gradients.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import type { Engine } from "../../train/engine.ts";
import { choleskyOf, type Preconditioner } from "./cholesky.ts";
import { createGramProduct } from "./product.ts";
import type { GramSource } from "./source.ts";
import { TILE } from "./triangle.ts";

/** A solution, and what it took. */
export interface KernelSolution extends Solved {
  /** `[columns]`: squared norms in the kernel's space, `a^T K a` (Section 5). */
  readonly squaredNorms: Float64Array;
  /** `[n, columns]`: what the solution says about the training examples, `K A`. */
  readonly fitted: Float64Array;
}

/** A Gram matrix that was factored, ready for right-hand sides. */
export interface KernelSolver extends AsyncDisposable {
  readonly preconditioner: Preconditioner;
  /**
   * Solve for the first examples of the matrix: all, or a multiple of {@link TILE}, for which the factor is a part of
   * the whole one.
   *
   * @param targets - `[rows, columns]`
   */
  solve(targets: Float64Array, columns: number): Promise<KernelSolution>;
}

export interface SolverOptions extends Watch {
  /** Columns of tiles of the factor that are kept; all if not given. */
  readonly kept?: number | undefined;
  readonly l2: number;
  /** Relative residual of every right-hand side. */
  readonly tolerance: number;
  readonly mostIterations: number;
}

/** Factor a Gram matrix. */
export async function createKernelSolver(
  engine: Engine,
  source: GramSource,
  { kept = Number.POSITIVE_INFINITY, l2, tolerance, mostIterations, ...watch }: SolverOptions,
): Promise<KernelSolver> {
  const what = `factoring ${kept * TILE < source.rows ? "a part of " : ""}the Gram matrix`;
  const preconditioner = await choleskyOf(engine, source, {
    l2,
    kept,
    onWork: (done) => breathe(watch, done, 1, what),
  });
  return {
    preconditioner,
    async solve(targets, columns) {
      const rows = targets.length / columns;
      const part = rows === source.rows ? source : leading(source, rows);
      await using product = await createGramProduct(engine, part);
      let told = "residual of the first step";
      const apply = async (vectors: Float64Array, width: number): Promise<Float64Array> => {
        const out = await product.multiply(vectors, width, (done, total) =>
          breathe(watch, done, total, `solving for n = ${rows}: ${told}`),
        );
        if (l2 > 0) for (let at = 0; at < out.length; at++) out[at]! += l2 * vectors[at]!;
        return out;
      };
      const solved = await conjugateGradients(apply, preconditioner.solve, targets, columns, {
        tolerance,
        mostIterations,
        onIteration: (iteration, residual) => {
          told = `residual ${residual.toExponential(1)} after step ${iteration}`;
        },
      });
      const { solution, remainder } = solved;
      const fitted = targets.map((target, at) => target - remainder[at]! - l2 * solution[at]!);
      return { ...solved, fitted, squaredNorms: columnDots(solution, fitted, columns) };
    },
    [Symbol.asyncDispose]: () => preconditioner[Symbol.asyncDispose](),
  };
}

/** The Gram matrix of the first examples of another one. */
export const leading = (source: GramSource, rows: number): GramSource => {
  if (rows % TILE !== 0 || rows > source.rows) {
    throw new RangeError(`leading: expected a multiple of ${TILE} up to ${source.rows}, got ${rows}`);
  }
  return { ...source, rows, columns: rows, tests: source.tests && { ...source.tests, columns: rows } };
};
