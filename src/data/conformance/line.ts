/**
 * @file One line of the conformance report: a claim about randomized data, what was measured, and its bound.
 */

/** A check passes if its value is at most its bound. */
export interface ConformanceLine {
  /** Which data was checked, such as `"labels p=0.5 seed 0"`. */
  readonly randomization: string;
  /** What `value` measures. */
  readonly check: string;
  readonly ok: boolean;
  readonly value: number;
  readonly bound: number;
}

/** The line of a value that shall be at most its bound; one that is not a number fails. */
export const atMost = (
  randomization: string,
  check: string,
  value: number,
  bound: number,
): ConformanceLine => ({
  randomization,
  check,
  ok: value <= bound,
  value,
  bound,
});

/** One line for people, such as `ok    labels p=1 seed 0: test labels changed: 0 (at most 0)`. */
export function describeConformance({ randomization, check, ok, value, bound }: ConformanceLine): string {
  const short = (number: number): string => String(Number(number.toPrecision(3)));
  return `${ok ? "ok   " : "WRONG"} ${randomization}: ${check}: ${short(value)} (at most ${short(bound)})`;
}
