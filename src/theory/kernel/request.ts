/**
 * @file What can be asked of `shatter theory kernel`, checked.
 */

import { UsageError } from "../../base/errors.ts";
import { refuse } from "../settings.ts";
import type { KernelName } from "./kernels.ts";
import type { SolverName } from "./memory.ts";

export const featureNames = ["none", "gabor", "random-conv"] as const;

export type FeatureName = (typeof featureNames)[number];

export interface KernelRequest {
  readonly data: string;
  /** Training examples; as many as there are, if not given. */
  readonly n: number | undefined;
  readonly testN: number | undefined;
  /** Width of Gaussian rows. */
  readonly d: number;
  readonly seed: number;
  readonly kernel: KernelName;
  /** Positive; chosen by a rule if not given. */
  readonly bandwidth: number | undefined;
  readonly degree: number;
  /** Numbers added to the diagonal, one after the other; 0 interpolates. */
  readonly l2: readonly number[];
  readonly features: FeatureName;
  /** Numbers of random filters to solve at, the last of which is made. */
  readonly filters: readonly number[];
  readonly solver: SolverName;
  /** Relative residual of every right-hand side. */
  readonly tolerance: number;
  readonly iterations: number;
  /** Whether smaller n are solved for on the way, for the curves. */
  readonly curve: boolean;
  /** Whether the non-generalizing interpolants of Section 5 are computed, too. */
  readonly interpolants: boolean;
}

/**
 * Refuse what cannot be computed.
 *
 * @throws UsageError
 */
export function checkRequest({
  n,
  l2,
  filters,
  features,
  data,
  tolerance,
  iterations,
  bandwidth,
  kernel,
}: KernelRequest): void {
  if (n !== undefined && !(Number.isInteger(n) && n >= 1)) refuse("n", "a whole number of at least 1", n);
  if (bandwidth !== undefined && !(bandwidth > 0 && Number.isFinite(bandwidth))) {
    refuse(
      "bandwidth",
      "a positive number (at 0 every example looks the same, and nothing can be fitted)",
      bandwidth,
    );
  }
  if (l2.length === 0 || l2.some((value) => !(value >= 0 && Number.isFinite(value)))) {
    refuse("l2", "numbers of at least 0", l2.join(","));
  }
  if (!(tolerance > 1e-15 && tolerance < 1)) refuse("tolerance", "a number between 1e-15 and 1", tolerance);
  if (!(Number.isInteger(iterations) && iterations >= 1))
    refuse("iterations", "a whole number of at least 1", iterations);
  if (features === "gabor" && data !== "mnist")
    throw new UsageError(
      `\`features\` gabor: expected \`data\` mnist, whose gray images the bank is for, got \`data\` ${data}`,
    );
  if (features === "random-conv") {
    if (filters.length === 0 || filters.some((count) => !(Number.isInteger(count) && count >= 1))) {
      refuse("filters", "whole numbers of at least 1", filters.join(","));
    }
    // Features of mean 0 sum to 0 over the training examples: the Gram matrix of their products is singular.
    if (kernel === "linear" && l2.includes(0)) {
      refuse(
        "l2",
        "positive numbers with `kernel` linear, as standardized features have a singular Gram matrix",
        0,
      );
    }
  }
}
