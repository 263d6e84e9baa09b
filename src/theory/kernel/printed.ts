/**
 * @file The paper's numbers for kernels (Table 3 and Section 5), and ours beside them.
 */

import { wilsonInterval } from "../../base/shares.ts";
import { exampleCount } from "../../data/dataset.ts";
import type { Measurement } from "../../document/measurement.ts";
import type { Computed } from "./computed.ts";
import type { Outcome } from "./outcome.ts";

/** The paper's numbers (Table 3 and Section 5) for a preprocessing of a dataset. */
export interface Printed {
  readonly error: number;
  /** With l2. */
  readonly ridge?: number;
  readonly norm?: number;
  readonly n: number;
  readonly filters?: number;
  /** Points above the paper's error that count as the same. */
  readonly margin: number;
}

const PAPER: { readonly [key: string]: Printed } = {
  "mnist none": { error: 0.012, norm: 220, n: 60_000, margin: 0.0015 },
  "mnist gabor": { error: 0.006, norm: 390, n: 60_000, margin: 0.0015 },
  "cifar10 none": { error: 0.46, n: 50_000, margin: 0.02 },
  "cifar10 random-conv": { error: 0.17, ridge: 0.15, n: 50_000, filters: 32_000, margin: 0.02 },
};

/** The paper's numbers for the data and features of a computation, whatever its size. */
export const printedOf = ({ splits, request }: Pick<Computed, "splits" | "request">): Printed | undefined =>
  PAPER[`${splits.train.name} ${request.features}`];

/** The paper's numbers for an outcome, if it is of the paper's size. */
export function printedFor(computed: Computed, outcome: Outcome): Printed | undefined {
  const printed = printedOf(computed);
  const isSame =
    printed &&
    computed.kernel.name === "gaussian" &&
    outcome.labels === "true" &&
    outcome.n === printed.n &&
    (printed.filters === undefined || outcome.filters === printed.filters);
  return isSame ? printed : undefined;
}

/** The test error with Wilson's interval, beside the paper's. */
export function errorOf(computed: Computed, outcome: Outcome): Measurement {
  const m = exampleCount(computed.splits.test);
  const value = outcome.testErrors / m;
  const [low, high] = wilsonInterval(outcome.testErrors, m);
  const printed = printedFor(computed, outcome);
  const paper = (outcome.l2 > 0 ? printed?.ridge : printed?.error) ?? null;
  return { value, low, high, n: 1, paper, difference: paper === null ? null : value - paper, note: null };
}

/** The norm of all classes together, beside the paper's. */
export function normOf(computed: Computed, outcome: Outcome): Measurement {
  const paper = (outcome.l2 === 0 && printedFor(computed, outcome)?.norm) || null;
  return {
    value: outcome.norm,
    low: null,
    high: null,
    n: 1,
    paper,
    difference: paper === null ? null : outcome.norm - paper,
    note: null,
  };
}
