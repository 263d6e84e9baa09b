/**
 * @file Conjugate gradients for several right-hand sides at once, preconditioned, until the residual is small in float64.
 *
 * Each right-hand side has its own iteration; what they share are the products with the matrix. The preconditioner
 * works in float32 and so is not quite linear: the update of the direction is the flexible one (Notay, "Flexible conjugate
 * gradients", SIAM J. Sci. Comput. 2000). With a good factor of the matrix this is iterative refinement that cannot diverge.
 */

/** A linear map of `[n, columns]`. */
type Apply = (vectors: Float64Array, columns: number) => Promise<Float64Array>;

export interface Solved {
  /** `[n, columns]` */
  readonly solution: Float64Array;
  /** `[columns]`: `|b - A x| / |b|`, computed anew at the end; 0 for a right-hand side of zeros. */
  readonly residuals: Float64Array;
  /** `[n, columns]`: `b - A x`. */
  readonly remainder: Float64Array;
  readonly iterations: number;
  /** The largest relative residual after each iteration, from the recurrence; the first is 1. */
  readonly history: readonly number[];
}

export interface SolveOptions {
  /** Relative residual to reach, such as 1e-9. */
  readonly tolerance: number;
  readonly mostIterations: number;
  /** Told the largest relative residual after each iteration; may throw to stop. */
  readonly onIteration?: (iteration: number, residual: number) => void;
}

/**
 * Solve `A X = B` for a symmetric positive definite matrix.
 *
 * @param apply - The matrix.
 * @param precondition - Something close to its inverse.
 * @param right - `B`, `[n, columns]`.
 */
export async function conjugateGradients(
  apply: Apply,
  precondition: Apply,
  right: Float64Array,
  columns: number,
  { tolerance, mostIterations, onIteration }: SolveOptions,
): Promise<Solved> {
  const solution = new Float64Array(right.length);
  const residual = right.slice();
  const lengths = columnDots(right, right, columns).map(Math.sqrt);
  const relative = (of: Float64Array): Float64Array =>
    columnDots(of, of, columns).map((square, column) =>
      lengths[column] === 0 ? 0 : Math.sqrt(square) / lengths[column]!,
    );
  const history = [Math.max(...relative(residual))];
  let direction: Float64Array | undefined;
  let previous: { readonly residual: Float64Array; readonly energy: Float64Array } | undefined;
  let iterations = 0;
  while (history.at(-1)! > tolerance && iterations < mostIterations) {
    const improved = await precondition(residual, columns);
    const energy = columnDots(improved, residual, columns);
    if (previous && direction) {
      // Flexible: only what is new in the residual counts.
      const old = columnDots(improved, previous.residual, columns);
      for (let at = 0; at < improved.length; at++) {
        const column = at % columns;
        const before = previous.energy[column]!;
        const share = before === 0 ? 0 : (energy[column]! - old[column]!) / before;
        direction[at] = improved[at]! + share * direction[at]!;
      }
    } else direction = improved;
    previous = { residual: residual.slice(), energy };
    const moved = await apply(direction, columns);
    const curvature = columnDots(direction, moved, columns);
    const gain = columnDots(direction, residual, columns);
    for (let at = 0; at < solution.length; at++) {
      const column = at % columns;
      const step = curvature[column]! > 0 ? gain[column]! / curvature[column]! : 0;
      solution[at]! += step * direction[at]!;
      residual[at]! -= step * moved[at]!;
    }
    iterations++;
    history.push(Math.max(...relative(residual)));
    onIteration?.(iterations, history.at(-1)!);
  }
  // The recurrence drifts; what is reported is computed from the solution.
  const reached = await apply(solution, columns);
  const remainder = right.map((value, at) => value - reached[at]!);
  return { solution, residuals: relative(remainder), remainder, iterations, history };
}

/** Inner products of the columns of two `[n, columns]`. */
export function columnDots(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let at = 0; at < a.length; at++) out[at % columns]! += a[at]! * b[at]!;
  return out;
}
