/**
 * @file What `shatter theory kernel` computes, before it becomes a document.
 */

import type { Splits } from "../../data/dataset.ts";
import type { Interpolant } from "./interpolants.ts";
import type { Kernel } from "./kernels.ts";
import type { SolvePlan } from "./memory.ts";
import type { Interpolated } from "./norms.ts";
import type { Solutions } from "./outcome.ts";
import type { KernelRequest } from "./request.ts";

/** What came of solving, on pixels or on features. */
export interface Solved {
  readonly kernel: Kernel;
  /** How the bandwidth was come by, as a sentence. */
  readonly rule: string;
  readonly plan: SolvePlan;
  /** How entries of the Gram matrix come about. */
  readonly precision: string;
  /** Values an example has, as the kernel sees it. */
  readonly dimensions: number;
  /** One for the data as they are, or one a number of filters. */
  readonly solutions: readonly Solutions[];
  readonly interpolants: readonly Interpolant[];
  /** Of a few examples, with many kernels; none where other interpolants are not looked at. */
  readonly norms: readonly Interpolated[];
  /** What a reader must know about these solutions, a sentence each. */
  readonly notes: readonly string[];
  /** Seconds of features and their Gram matrix; null if there are none. */
  readonly featureSeconds: number | null;
}

/** Everything there is to say. */
export interface Computed extends Solved {
  readonly request: KernelRequest;
  readonly splits: Splits;
  /** The largest memory this process held, in bytes. */
  readonly peak: number;
}
