/**
 * @file Where the paper's points stand in the curves of kernel interpolation.
 */

import { expect, test } from "vitest";
import type { Computed } from "../../../src/theory/kernel/computed.ts";
import type { Outcome } from "../../../src/theory/kernel/outcome.ts";
import { plotsOf } from "../../../src/theory/kernel/plots.ts";

const dataset = (count: number) => ({
  name: "cifar10",
  shape: [count, 3, 32, 32],
  labels: new Int32Array(count),
  classNames: [..."0123456789"],
});

/** All that the plots look at. */
const computedOf = (l2: readonly number[]): Computed =>
  ({
    splits: { train: dataset(50_000), test: dataset(10_000) },
    request: { features: "random-conv", l2 },
    kernel: { name: "gaussian" },
  }) as unknown as Computed;

const outcomesOf = (l2: readonly number[]): Outcome[] =>
  [256, 512].flatMap((filters) =>
    l2.flatMap((value) =>
      (["true", "random"] as const).map((labels): Outcome => {
        const rest = { trainErrors: 0, norm: 1, classNorms: [], residual: 0, iterations: 0, history: [1] };
        return { labels, l2: value, n: 50_000, filters, testErrors: 2500, ...rest };
      }),
    ),
  );

test.each([
  [[0], [17]],
  [
    [0, 0.1, 1],
    [17, 15, undefined],
  ],
  [[0.1], [15]],
] as const)("the paper's errors stand beside those of l2 %j: %j %%", (l2, percents) => {
  const [error] = plotsOf(computedOf(l2), outcomesOf(l2), []);
  expect(error?.name).toBe("kernel-error");
  expect(error?.series.map(({ paper }) => paper)).toEqual([
    ...percents.map((percent) => (percent === undefined ? [] : [{ x: 32_000, y: percent / 100 }])),
    ...l2.map(() => []),
  ]);
});
