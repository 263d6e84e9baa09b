/**
 * @file Conformance lines for the terminal: one a check, the seeds of a test together.
 */

import { describeConformance } from "../data/conformance.ts";
import type { ConformanceLine } from "../lab/result.ts";

/** A line's randomization without its seed: what seeds have in common. */
const withoutSeed = (line: ConformanceLine): string => line.randomization.replace(/ seed \d+$/, "");

/** How close a line is to failing: a failed one is closest. */
const strain = ({ ok, value, bound }: ConformanceLine): number =>
  ok ? (bound === 0 ? 0 : value / bound) : Number.POSITIVE_INFINITY;

/**
 * One line a check: where several seeds were checked, the seed that came closest to its bound.
 *
 * @returns Lines such as `ok    labels p=1 (3 seeds): ...: 0.017 (at most 0.0282)`.
 */
export function conformanceLines(lines: readonly ConformanceLine[]): string[] {
  const groups = Map.groupBy(lines, (line) => `${withoutSeed(line)}\n${line.check}`);
  return [...groups.values()].map((group) => {
    const worst = group.reduce((a, b) => (strain(b) > strain(a) ? b : a));
    const name = withoutSeed(worst);
    const seeds = group.length === 1 ? "" : ` (worst of ${group.length} seeds)`;
    return describeConformance({
      ...worst,
      randomization: worst.ok ? `${name}${seeds}` : worst.randomization,
    });
  });
}
