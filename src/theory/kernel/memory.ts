/**
 * @file How a Gram matrix is solved in the memory there is.
 */

import { UsageError } from "../../base/errors.ts";
import { choleskyBytes } from "./cholesky.ts";
import { TILE } from "./triangle.ts";

export const solvers = ["auto", "cholesky", "cg"] as const;

export type SolverName = (typeof solvers)[number];

/** Which part of the factor is kept. */
export interface SolvePlan {
  readonly solver: Exclude<SolverName, "auto">;
  /** Columns of tiles that are kept; Infinity for all. */
  readonly kept: number;
  /** Bytes of the factor, the examples and the vectors. */
  readonly bytes: number;
}

/** What has to fit. */
export interface Demand {
  readonly n: number;
  /** Right-hand sides. */
  readonly columns: number;
  /** Bytes of examples or of an accumulated Gram matrix. */
  readonly source: number;
  /** Bytes that may be used in all. */
  readonly limit: number;
}

/** What the program, the engine and the tile under way take, beside what is counted. */
const BASE = 700 * 2 ** 20;
/** Vectors of the iteration, in float64: solution, residual, direction and those they are made of. */
const VECTORS = 8;

const bytesFor = ({ n, columns, source }: Demand, kept: number): number =>
  BASE + source + 8 * VECTORS * n * columns + choleskyBytes(n, kept);

const show = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Choose the solver: the whole factor where it fits, else as many columns of it as do.
 *
 * @throws UsageError if what is asked for does not fit, with what would.
 */
export function planSolve(solver: SolverName, demand: Demand): SolvePlan {
  const { n, limit, source } = demand;
  const whole = bytesFor(demand, Number.POSITIVE_INFINITY);
  if (whole <= limit && solver !== "cg") {
    return { solver: "cholesky", kept: Number.POSITIVE_INFINITY, bytes: whole };
  }
  if (solver === "cholesky") {
    // Sources grow with n, so the examples' share is scaled.
    const most = largest(
      (size) =>
        bytesFor({ ...demand, n: size, source: (source * size) / n }, Number.POSITIVE_INFINITY) <= limit,
    );
    throw new UsageError(
      `\`solver\` cholesky: the factor for n = ${n} takes ${show(whole)} in all, and ${show(limit)} may be used: n = ${most} would fit, \`solver\` cg takes less, or raise \`memory\``,
    );
  }
  const count = Math.ceil(n / TILE);
  const fits = (kept: number): boolean => bytesFor(demand, kept) <= limit;
  if (!fits(0)) {
    throw new UsageError(
      `n = ${n} takes ${show(bytesFor(demand, 0))} even without a factor, and ${show(limit)} may be used: lower \`n\`, or raise \`memory\``,
    );
  }
  // All columns would be the other solver.
  const kept = Math.min(count - 1, largest(fits, count));
  return { solver: "cg", kept, bytes: bytesFor(demand, kept) };
}

/** The largest whole number, up to a most, for which something holds that holds for all smaller ones. */
function largest(holds: (value: number) => boolean, most = 2 ** 24): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
