/**
 * @file How the page of comparisons names, splits, sorts and subtracts groups.
 */

import { describe, expect, test } from "vitest";
import { comparePlot } from "../../src/page/compare-plot.ts";
import { compareRows, differenceOf } from "../../src/page/compare-table.ts";
import { keyOf, splitOf, viewOf } from "../../src/page/compare-view.ts";
import { placeEnds } from "../../src/report/chart/end-labels.ts";
import { nameGroups } from "../../src/report/group-names.ts";
import type { CompareAnswer } from "../../src/web/api.ts";
import { groupTrials } from "../../src/web/groups.ts";

type Group = CompareAnswer["groups"][number];

/** A group whose curve goes through some values, at epochs 1, 2, ... */
const group = (fields: Record<string, string>, ...means: number[]): Group => ({
  title: Object.values(fields).join(" "),
  fields,
  trials: ["a"],
  points: means.map((mean, index) => ({ epoch: index + 1, mean, low: null, high: null, n: 1 })),
});

/** Two models at some levels of corruption each, the second better by a tenth. */
const levels = ["0", "0.5", "1", "0.25"];
const groups = ["small", "large"].flatMap((model, better) =>
  levels.map((corrupt) => group({ model, corrupt }, 0.1, 0.8 - 0.5 * Number(corrupt) + 0.1 * better)),
);
const answer: CompareAnswer = {
  ...{ metric: "testAccuracy", by: ["model", "corrupt"], fields: ["model", "corrupt"], trials: 8, total: 8 },
  groups,
};
const view = (query = "") => viewOf(new URL(`http://localhost/compare${query}`));

test("groups are named by no more than tells them apart", () => {
  const named = nameGroups([
    { model: "mlp", corrupt: "0", "recipe.epochs": "64" },
    { model: "mlp", corrupt: "1", "recipe.epochs": "64" },
    { model: "mlp", corrupt: "1", "recipe.epochs": "80" },
    { model: "alexnet", corrupt: "0.5", "recipe.epochs": "64" },
  ]);
  expect(named).toEqual([
    "mlp, true labels",
    "mlp, random labels, epochs 64",
    "mlp, random labels, epochs 80",
    "alexnet",
  ]);
  expect(new Set(named).size).toBe(named.length);
  expect(nameGroups([{ corrupt: "0.5" }])).toEqual(["50 % random labels"]);
});

test("groups come in the order of their values: numbers as such, inputs from true ones to noise", () => {
  const specs = [
    { corrupt: 1, inputs: "gaussian", n: 9 },
    { corrupt: 0, inputs: "gaussian", n: 10 },
    { corrupt: 0, inputs: "true", n: 10 },
    { corrupt: 0, inputs: "true", n: 9 },
  ];
  const found = groupTrials({
    trials: specs.map((_, index) => ({ id: `${index}`, seed: 0, epoch: 1, hash: `${index}` })),
    variants: specs.map((spec, index) => ({ hash: `${index}`, spec })),
  });
  // By corruption, then by inputs, then by n, as their specs say them.
  expect(found.groups.map(({ trials }) => trials[0])).toEqual(["3", "2", "1", "0"]);
});

describe("the panels", () => {
  test("are split by the field that leaves lines few enough for each, unless told", () => {
    expect(splitOf(answer, undefined)).toBe("model");
    expect(splitOf(answer, "corrupt")).toBe("corrupt");
    expect(splitOf(answer, null)).toBeNull();
    expect(splitOf({ ...answer, groups: groups.slice(0, 6) }, undefined)).toBeNull();
  });

  test("share their axes, keep a line's color, and all show what is pinned", () => {
    const first = keyOf(groups[0]!);
    const { figure, plot } = comparePlot(answer, [], view(`?pin=${first}&hide=${keyOf(groups[2]!)}`));
    expect(plot.series).toHaveLength(7);
    const [small, large] = figure.panels;
    expect([small!.title, large!.title]).toEqual(["small", "large"]);
    expect(small!.y.domain).toEqual(large!.y.domain);
    expect(small!.curves.map(({ label }) => label)).toEqual([
      "true labels",
      "50 % random labels",
      "25 % random labels",
    ]);
    expect(large!.curves.map(({ label }) => label)).toEqual([
      "small 0",
      "true labels",
      "50 % random labels",
      "random labels",
      "25 % random labels",
    ]);
    const colorOf = (panel: typeof small, label: string) =>
      panel!.curves.find((curve) => curve.label === label)!.marking.color;
    expect(colorOf(small, "25 % random labels")).toBe(colorOf(large, "25 % random labels"));
  });

  test("show the epochs asked for, at a height of their own", () => {
    const { figure } = comparePlot(answer, [], view("?from=2&to=9&split=none&hide=small;1,large;1"));
    const [panel] = figure.panels;
    expect(panel!.curves[0]!.ours.map(({ x }) => x)).toEqual([2]);
    expect(panel!.y.domain[0]).toBeGreaterThan(0.1);
  });
});

describe("the table", () => {
  const seeds = (model: string, ...last: number[]): Group[] =>
    last.map((mean, seed) => group({ model, seed: `${seed}` }, 0.1, mean));
  const two = [group({ model: "small" }, 0.5), group({ model: "large" }, 0.7)];

  test("subtracts over shared seeds, which leaves less spread than either has", () => {
    const singles = [...seeds("small", 0.4, 0.5, 0.6), ...seeds("large", 0.61, 0.7, 0.79, 0.9)];
    const apart = differenceOf(two[1]!, two[0]!, singles)!;
    expect(apart.mean).toBeCloseTo(0.2, 12);
    // Differences 0.21, 0.20, 0.19: deviation 0.01, and Student's t of 2 degrees is 4.303.
    expect(apart.high! - apart.mean).toBeCloseTo((4.303 * 0.01) / Math.sqrt(3), 5);
    expect(apart.n).toBe(3);
    expect(differenceOf(two[1]!, two[0]!, [])).toBeNull();
  });

  test("has the best first, and pinned groups before them", () => {
    const titles = (metric: CompareAnswer["metric"], pinned: string[] = []) =>
      compareRows({ metric, groups: two }, [], pinned).map(({ title }) => title);
    expect(titles("testAccuracy")).toEqual(["large", "small"]);
    expect(titles("trainLoss")).toEqual(["small", "large"]);
    expect(titles("testAccuracy", [keyOf(two[0]!)])).toEqual(["small", "large"]);
  });
});

test("names beside the ends of lines do not lie on each other, and stay within the frame", () => {
  const many = Array.from({ length: 30 }, (_, index) => group({ model: `${index}` }, 0.5 + index / 1e4));
  const { figure } = comparePlot({ ...answer, by: ["model"], groups: many }, [], view("?split=none"));
  const height = 200;
  const ends = placeEnds(figure.panels[0]!, height);
  // Fourteen rows of 15 pixels fit, the last of which says how many more there are.
  expect(ends).toHaveLength(14);
  expect(ends.at(-1)).toMatchObject({ curve: null, label: "and 17 more" });
  for (const [index, { down }] of ends.entries()) {
    expect(down).toBeGreaterThanOrEqual(0);
    expect(down).toBeLessThanOrEqual(height);
    if (index > 0) expect(down - ends[index - 1]!.down).toBeGreaterThanOrEqual(15 - 1e-9);
  }
});
