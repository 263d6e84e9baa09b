/**
 * @file Numbers over seeds, beside the paper's.
 */

import { z } from "zod";
import { estimate } from "../base/statistics.ts";

const count = z.int().min(0);

/** A mean over seeds with its 95 % interval (Student's t); below three seeds there is none, two are both given. */
export const estimateSchema = z.object({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: count,
  values: z.array(z.number()).optional(),
});

/** One of our numbers over seeds, beside the paper's. */
export const measurementSchema = z.object({
  /** Mean over seeds; null if not measured, or not reached within the epochs allowed. */
  value: z.number().nullable(),
  /** 95 % interval (Student's t); null for fewer than three seeds. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Seeds it is the mean of. */
  n: count,
  /** The paper's value; null if the paper has none. */
  paper: z.number().nullable(),
  /** Ours minus the paper's; null if either is missing. */
  difference: z.number().nullable(),
  /** What a reader must know about this number: "not reached in 64 epochs". */
  note: z.string().nullable(),
});

/**
 * How a number is shown. Shares are shown as percentages; text is shown as it is; a `number` has no unit and any
 * size, such as a norm or a residual; an `r2` is 1 at most.
 */
export const units = [
  "text",
  "count",
  "share",
  "error",
  "ratio",
  "epochs",
  "nats",
  "seconds",
  "bytes",
  "number",
  "r2",
] as const;

export type Measurement = z.infer<typeof measurementSchema>;
export type Unit = (typeof units)[number];

/** What is known about a number before it is measured. */
export interface Expectation {
  /** The paper's value; none unless told. */
  readonly paper?: number | null | undefined;
  /** Where the number cannot be outside of. */
  readonly limits?: readonly [number, number];
  readonly note?: string | null;
}

/** Accuracies and errors cannot leave this interval. */
export const SHARE: readonly [number, number] = [0, 1];

/** One value a seed as a measurement. */
export function measure(values: readonly number[], expected: Expectation = {}): Measurement {
  const { paper = null, limits, note = null } = expected;
  if (values.length === 0) {
    return {
      value: null,
      low: null,
      high: null,
      n: 0,
      paper,
      difference: null,
      note: note ?? "not measured",
    };
  }
  const { mean, low, high, n } = estimate(values, limits);
  return { value: mean, low, high, n, paper, difference: paper === null ? null : mean - paper, note };
}
