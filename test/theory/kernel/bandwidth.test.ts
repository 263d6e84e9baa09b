/**
 * @file What bandwidths are chosen by.
 */

import { expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { bandwidthByRule, chooseBandwidth } from "../../../src/theory/kernel/bandwidth.ts";
import { momentsOf } from "../../../src/theory/kernel/moments.ts";
import type { Points } from "../../../src/theory/kernel/source.ts";
import { bytePoints, floatPoints, openTestEngine } from "./fixture.ts";

const COUNT = 50;
const SIZE = 7;

test.each<[string, Points, number]>([
  ["floats", floatPoints(COUNT, SIZE, 4), 1],
  ["pixels, as in [0, 1]", bytePoints(COUNT, SIZE, 4), 1 / 255],
])("moments of %s are means over all examples and all pairs", (_, points, unit) => {
  const value = (row: number, at: number): number => unit * points.data[row * SIZE + at]!;
  let [norms, distances] = [0, 0];
  for (let i = 0; i < COUNT; i++)
    for (let at = 0; at < SIZE; at++) {
      norms += value(i, at) ** 2 / COUNT;
      for (let j = 0; j < COUNT; j++) distances += (value(i, at) - value(j, at)) ** 2 / COUNT ** 2;
    }
  const { squaredNorm, squaredDistance } = momentsOf(points);
  expect(squaredNorm).toBeCloseTo(norms, 10);
  expect(squaredDistance).toBeCloseTo(distances, 10);
});

test("the rule is the paper's bandwidth on pixels, in other units", () => {
  expect(bandwidthByRule(100)).toBe(0.02);
});

test("equal examples have no bandwidth, which is said of them and not of the option", async () => {
  expect(() => bandwidthByRule(0)).toThrow("all training examples are equal");
  const points: Points = { kind: "floats", data: new Float32Array(SIZE * COUNT), count: COUNT, size: SIZE };
  for (const kernel of ["gaussian", "laplace", "polynomial"] as const) {
    const given = { settings: { kernel, degree: 2 }, points, labels: new Int32Array(COUNT), classes: 2 };
    await expect(chooseBandwidth(await openTestEngine(), given)).rejects.toThrow(DataError);
  }
});

test("of few examples the bandwidth is the middle of the list; of enough, the one that errs least", async () => {
  const engine = await openTestEngine();
  const settings = { kernel: "gaussian", degree: 1 } as const;
  const few = floatPoints(50, SIZE, 1);
  const labels = Int32Array.from({ length: 400 }, (_, row) => row % 2);
  const middle = await chooseBandwidth(engine, {
    settings,
    points: few,
    labels: labels.subarray(0, 50),
    classes: 2,
  });
  expect(middle.bandwidth).toBeCloseTo(4 / momentsOf(few).squaredDistance, 2);
  expect(middle.rule).toContain("4 times the reciprocal of the mean squared distance");
  // One value says the label, by bands as wide as the largest candidate sees: narrow kernels see them, wide ones do not.
  const points = floatPoints(400, 1, 2);
  const bands = Int32Array.from(points.data, (x) => Math.abs(Math.floor(4 * x)) % 2);
  const { bandwidth, rule } = await chooseBandwidth(engine, { settings, points, labels: bands, classes: 2 });
  const errors = [...rule.matchAll(/([\d.]+): ([\d.]+) %/g)].map(([, tried, error]) => [
    Number(tried),
    Number(error),
  ]);
  expect(errors).toHaveLength(5);
  const least = Math.min(...errors.map(([, error]) => error!));
  expect(errors.find(([tried]) => tried === bandwidth)![1]).toBe(least);
});
