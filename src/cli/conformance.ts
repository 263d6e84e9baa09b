/**
 * @file The checks of randomizations for the terminal: the seeds of a test together, in one line where all hold.
 */

import { describeConformance } from "../data/conformance.ts";
import { formatNoun } from "../report/format.ts";
import type { ConformanceLine } from "../run/trial-record.ts";

/** A line's randomization without its seed: what seeds have in common. */
const withoutSeed = (line: ConformanceLine): string => line.randomization.replace(/ seed \d+$/, "");

/** How close a line is to failing: a failed one is closest. */
const strain = ({ ok, value, bound }: ConformanceLine): number =>
  ok ? (bound === 0 ? 0 : value / bound) : Number.POSITIVE_INFINITY;

const verb = (plural: string, count: number): string => (count === 1 ? `${plural}s` : plural);

/** How the checks of a test came out, for people. */
interface ConformanceReport {
  /** A line a check that failed, and where all are asked for a line for every other too. */
  readonly lines: readonly string[];
  /** How many hold, such as `24 checks hold`, or `1 check fails, 23 hold`. */
  readonly summary: string;
}

/**
 * One line a check: where several seeds were checked, the seed that came closest to its bound.
 *
 * @returns Lines such as `ok    labels p=1 (worst of 3 seeds): ...: 0.017 (at most 0.0282)`.
 */
export function reportConformance(lines: readonly ConformanceLine[], isVerbose: boolean): ConformanceReport {
  const groups = Map.groupBy(lines, (line) => `${withoutSeed(line)}\n${line.check}`);
  const worst = [...groups.values()].map((group) => ({
    line: group.reduce((a, b) => (strain(b) > strain(a) ? b : a)),
    seeds: group.length,
  }));
  const holding = worst.filter(({ line }) => line.ok).length;
  const failing = worst.length - holding;
  return {
    lines: worst
      .filter(({ line }) => isVerbose || !line.ok)
      .map(({ line, seeds }) => {
        const name = withoutSeed(line) + (seeds === 1 ? "" : ` (worst of ${seeds} seeds)`);
        return describeConformance({ ...line, randomization: line.ok ? name : line.randomization });
      }),
    summary:
      failing === 0
        ? `${formatNoun(holding, "check")} ${verb("hold", holding)}`
        : `${formatNoun(failing, "check")} ${verb("fail", failing)}, ${holding} ${verb("hold", holding)}`,
  };
}
