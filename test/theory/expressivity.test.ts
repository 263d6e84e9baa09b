/**
 * Theorem 1, Lemma 1 and Corollary 1: every function is represented, and what cannot be is refused.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import { ModelProtoSchema } from "../../src/graph/onnx/onnx_pb.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import {
  fitNetwork,
  fitSingleNetwork,
  type Ordered,
  orderSamples,
} from "../../src/theory/expressivity/fit.ts";
import { fitTwoLayer } from "../../src/theory/expressivity/fit-two-layer.ts";
import { checkLemma } from "../../src/theory/expressivity/lemma.ts";
import {
  evaluateNetwork,
  type ReluNetwork,
  sumUnits,
  weightCount,
  widthOf,
} from "../../src/theory/expressivity/network.ts";
import { networkGraph, networkOnnx } from "../../src/theory/expressivity/onnx.ts";
import { chooseProjection, drawProjections } from "../../src/theory/expressivity/projection.ts";
import { runNetwork } from "../../src/theory/expressivity/run-onnx.ts";
import type { Sample } from "../../src/theory/expressivity/sample.ts";
import { functionPlot } from "../../src/theory/expressivity/tables.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";

/** Normal inputs `[count, dimensions]` and targets of some kind. */
function sampleOf(
  count: number,
  dimensions: number,
  seed: number,
  kind: "labels" | "real" = "labels",
): Sample {
  const random = randomStream(seed, "test");
  return {
    count,
    dimensions,
    inputs: Float32Array.from({ length: count * dimensions }, () => random.normal()),
    targets: Float64Array.from({ length: count }, () =>
      kind === "labels" ? random.below(10) : random.normal(),
    ),
  };
}

/** The samples of a projection, sorted, in both arithmetics. */
async function projected(sample: Sample, seed = 0) {
  const { direction, exact, single } = chooseProjection(
    await drawProjections(sample, 4, seed),
    sample.count,
    "float32",
  );
  const { targets } = sample;
  return {
    direction,
    exact: orderSamples(exact, targets),
    single: orderSamples(single, targets),
    unsorted: single,
  };
}

/** The nearest class; never -0. */
const classOf = (value: number): number => Math.round(value) + 0;

/** Half the distance from 1 to the next number: the relative error of one rounding. */
const ROUNDING_64 = 2 ** -53;
const ROUNDING_32 = 2 ** -24;

/**
 * How far rounding may move a two-layer network's value at a sample, to first order. Each term is rounded three times
 * (weight, difference, product) and each partial sum once; the slopes were found with some eight roundings of what they
 * were found from, and the errors of all steps before add up.
 */
function roundingBound({ blocks }: ReluNetwork, { projected: x, targets }: Ordered, at: number): number {
  const { thresholds, weights } = blocks[0]!;
  let [slope, partial, level, total] = [0, 0, 0, 0];
  for (let j = 0; j <= at; j++) {
    const term = weights[j]! * (x[at]! - thresholds[j]!);
    partial += term;
    slope += weights[j]!;
    const next = j < at ? thresholds[j + 1]! : x[at]!;
    const step = Math.abs(slope) * (next - thresholds[j]!);
    total += 3 * Math.abs(term) + Math.abs(partial) + 8 * (Math.abs(targets[j]!) + Math.abs(level) + step);
    level += slope * (next - thresholds[j]!);
  }
  // Of second order, and what the slopes of this bound itself were rounded by.
  return 1.5 * ROUNDING_64 * total;
}

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(runtime, "cpu", 1);
});

describe("fitNetwork", () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 7],
    [17, 1],
    [60, 5],
    [250, 40],
    [1500, 12],
  ])("represents any targets at n = %d, d = %d to rounding", async (n, d) => {
    for (const [seed, kind] of [
      [1, "labels"],
      [2, "real"],
      [3, "labels"],
      [4, "real"],
    ] as const) {
      const { direction, exact } = await projected(sampleOf(n, d, seed, kind), seed);
      const network = fitNetwork(exact, { direction });
      expect(weightCount(network)).toBe(2 * n + d);
      const values = evaluateNetwork(network, exact.projected, "float64");
      values.forEach((value, i) => {
        expect(Math.abs(value - exact.targets[i]!)).toBeLessThanOrEqual(roundingBound(network, exact, i));
      });
    }
  });

  test("interleaves thresholds with samples", async () => {
    const { direction, exact } = await projected(sampleOf(300, 3, 5));
    const { thresholds } = fitNetwork(exact, { direction }).blocks[0]!;
    thresholds.forEach((threshold, i) => {
      expect(threshold).toBeLessThan(exact.projected[i]!);
      if (i > 0) expect(threshold).toBeGreaterThan(exact.projected[i - 1]!);
    });
  });

  test("forgets an error of a slope by the factor its placement says", () => {
    // One target off by e changes the slope of unit k after it by e / (p g) (-(1 - p) / p)^k, for gaps of g.
    const x = Float64Array.from({ length: 12 }, (_, i) => i);
    const slopesOf = (first: number, placement: number): number[] => {
      const targets = new Float64Array(12).fill(1);
      targets[0] = first;
      const network = fitNetwork({ projected: x, targets }, { direction: new Float32Array(1), placement });
      let slope = 0;
      return [...network.blocks[0]!.weights].map((weight) => {
        slope += weight;
        return slope;
      });
    };
    for (const placement of [0.5, 0.75, 15 / 16]) {
      const slopes = slopesOf(2, placement);
      for (let k = 2; k < 12; k++) {
        // Some hundred roundings of numbers up to 4.
        const expected = (-(1 - placement) / placement) * slopes[k - 1]!;
        expect(Math.abs(slopes[k]! - expected)).toBeLessThan(400 * ROUNDING_64);
      }
    }
  });

  test.each([
    [{ depth: 1 }, "expressivity: expected a depth from 2 to n + 1 = 6 layers, got 1"],
    [{ depth: 7 }, "expressivity: expected a depth from 2 to n + 1 = 6 layers, got 7"],
    [{ placement: 1 }, "expressivity: expected a placement in (0, 1), got 1"],
    [{ placement: Number.NaN }, "expressivity: expected a placement in (0, 1), got NaN"],
  ])("refuses %j", async (options, message) => {
    const { direction, exact } = await projected(sampleOf(5, 2, 1));
    expect(() => fitNetwork(exact, { direction, ...options })).toThrow(new UsageError(message));
  });
});

describe("fitSingleNetwork", () => {
  test.each([1, 2, 50, 1000])("meets each of %d targets to the rounding of its last sum", async (n) => {
    const { direction, single } = await projected(sampleOf(n, 9, 6));
    const network = fitSingleNetwork(single, { direction });
    const values = evaluateNetwork(network, single.projected, "float32");
    values.forEach((value, i) => {
      // The weight, its product and the last sum are rounded; sums before are made up for.
      const before = sumUnits(network.blocks[0]!, single.projected[i]!, "float32", i);
      const target = single.targets[i]!;
      const bound = 1.01 * ROUNDING_32 * (2 * Math.abs(target - before) + Math.abs(target));
      expect(Math.abs(value - target)).toBeLessThanOrEqual(bound);
    });
  });

  test("leaves only the sample wrong that float32 cannot tell from another", () => {
    const samples = {
      projected: Float64Array.of(0, 1, 1, 2, 3),
      targets: Float64Array.of(4, 7, 1, 5, 2),
    };
    const network = fitSingleNetwork(samples, { direction: new Float32Array(1) });
    const values = evaluateNetwork(network, samples.projected, "float32");
    [4, 7, 7, 5, 2].forEach((expected, i) => {
      expect(values[i]!).toBeCloseTo(expected, 5);
    });
  });

  test("has weights that float32 can hold", async () => {
    const { direction, single } = await projected(sampleOf(40, 3, 7));
    for (const { thresholds, weights, end } of fitSingleNetwork(single, { direction, depth: 4 }).blocks) {
      for (const value of [...thresholds, ...weights, end ?? 0]) expect(Math.fround(value)).toBe(value);
    }
  });
});

describe("at the size of the paper's remark", () => {
  test("10,000 random labels take 2 n + d weights, are off by a millionth at most, and right in float32", async () => {
    const [n, d] = [10_000, 24];
    const sample = sampleOf(n, d, 10);
    const projections = await drawProjections(sample, 16, 0);
    const on = chooseProjection(projections, n);
    const exact = orderSamples(on.exact, sample.targets);
    const network = fitNetwork(exact, { direction: on.direction });
    expect(weightCount(network)).toBe(20_024);
    const values = evaluateNetwork(network, exact.projected, "float64");
    values.forEach((value, i) => {
      expect(Math.abs(value - exact.targets[i]!)).toBeLessThanOrEqual(9e-6);
    });
    const there = chooseProjection(projections, n, "float32");
    const single = orderSamples(there.single, sample.targets);
    const rounded = fitSingleNetwork(single, { direction: there.direction });
    const classes = evaluateNetwork(rounded, single.projected, "float32").map(classOf);
    expect(classes).toEqual(single.targets);
  });
});

describe("networkOnnx", () => {
  /** Every tensor of a model by its name, and how many ReLUs follow each other at most. */
  function readModel(bytes: Uint8Array) {
    const graph = fromBinary(ModelProtoSchema, bytes).graph!;
    const sizes = new Map(
      graph.initializer
        .filter(({ dataType }) => dataType === 1)
        .map(({ name, dims }) => [name, Number(dims.reduce((product, dim) => product * dim, 1n))]),
    );
    const layers = new Map<string, number>();
    for (const { input, output, opType } of graph.node) {
      const below = Math.max(0, ...input.map((name) => layers.get(name) ?? 0));
      for (const name of output) layers.set(name, below + (opType === "Relu" ? 1 : 0));
    }
    return { sizes, depth: layers.get("values")! + 1 };
  }

  test("holds exactly 2 n + d weights, and computes the bits that float32 arithmetic says", async () => {
    const sample = sampleOf(700, 33, 8);
    const { direction, single, unsorted } = await projected(sample);
    const network = fitSingleNetwork(single, { direction });
    const { sizes } = readModel(networkOnnx(network, "ordered"));
    expect([...sizes.keys()].sort()).toEqual(["projection", "thresholds.1", "weights.1"]);
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBe(2 * 700 + 33);
    const values = await runNetwork(engine, networkGraph(network, "ordered"), sample, 700, 700);
    expect(Array.from(values)).toEqual(Array.from(evaluateNetwork(network, unsorted, "float32")));
    expect(Array.from(values, classOf)).toEqual(Array.from(sample.targets));
  });

  test.each([2, 3, 4, 5, 6, 7, 8])("has %d layers, represents all targets, and is narrow", async (depth) => {
    const [n, d] = [331, 20];
    const sample = sampleOf(n, d, 9);
    const { direction, exact, single, unsorted } = await projected(sample);
    const network = fitNetwork(exact, { direction, depth });
    // One more weight for each layer after the first hidden one: where its block ends.
    expect(weightCount(network)).toBe(2 * n + d + depth - 2);
    expect(widthOf(network)).toBeLessThanOrEqual((2 * n) / depth + 6);
    const values = evaluateNetwork(network, exact.projected, "float64");
    // Blocks are shorter than the whole, so the bound of the two-layer network is theirs, too; their constants add up.
    const two = fitNetwork(exact, { direction });
    const worst = Math.max(...exact.targets.map((_, i) => roundingBound(two, exact, i)));
    values.forEach((value, i) => {
      expect(Math.abs(value - exact.targets[i]!)).toBeLessThanOrEqual(depth * worst);
    });
    const rounded = fitSingleNetwork(single, { direction, depth });
    const ordered = networkOnnx(rounded, "ordered");
    const there = await runNetwork(engine, networkGraph(rounded, "ordered"), sample, n, n);
    expect(Array.from(there)).toEqual(Array.from(evaluateNetwork(rounded, unsorted, "float32")));
    expect(Array.from(there, classOf)).toEqual(Array.from(sample.targets));
    for (const model of [networkOnnx(rounded, "product"), ordered]) {
      const { sizes } = readModel(model);
      expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBe(weightCount(rounded));
    }
    expect(readModel(networkOnnx(rounded, "product")).depth).toBe(depth);
  });
});

describe("checkLemma", () => {
  test.each([1, 2, 3, 5, 8])("finds the smallest eigenvalue of %d samples on the diagonal", (size) => {
    const random = randomStream(size, "test");
    let last = 0;
    const [x, b] = [new Float64Array(size), new Float64Array(size)];
    for (let i = 0; i < size; i++) {
      b[i] = last + 0.1 + random.uniform();
      // Distances far apart, so that inverse iteration settles on one.
      x[i] = last = b[i]! + 0.5 + 0.5 * i + 0.1 * random.uniform();
    }
    const check = checkLemma(x, b, 3);
    expect(check.smallest).toBeCloseTo(x[0]! - b[0]!, 12);
    expect(check.computed / check.smallest).toBeCloseTo(1, 6);
    expect(check.computedLogDeterminant).toBeCloseTo(check.logDeterminant, 6);
  });
});

describe("fitTwoLayer", () => {
  const represent = (rows: number[][], targets: number[]) =>
    fitTwoLayer({
      count: rows.length,
      dimensions: rows[0]!.length,
      inputs: Float32Array.from(rows.flat()),
      targets: Float64Array.from(targets),
    });

  test("takes one sample, one dimension, and equal targets", async () => {
    const cases: [number[][], number[]][] = [
      [[[3]], [7]],
      [[[0]], [2]],
      [
        [[1], [2], [4]],
        [5, 5, 5],
      ],
      [[[0, 0]], [-1]],
    ];
    for (const [rows, targets] of cases) {
      const network = await represent(rows, targets);
      const values = evaluateNetwork(
        network,
        Float64Array.from(rows, (row) => row.reduce((sum, x, k) => sum + x * network.direction[k]!, 0)),
        "float64",
      );
      values.forEach((value, i) => {
        expect(value).toBeCloseTo(targets[i]!, 12);
      });
    }
  });

  test("names two equal samples with different targets", async () => {
    await expect(
      represent(
        [
          [1, 2],
          [0, 0],
          [1, 2],
          [-0, 0],
        ],
        [1, 3, 2, 3],
      ),
    ).rejects.toThrow(
      new DataError(
        "expressivity: samples 0 and 2 (counted from 0) have the same input but the targets 1 and 2: no function can fit both; remove one, or give them one target",
      ),
    );
  });

  test("counts equal samples with equal targets once", async () => {
    const network = await represent(
      [
        [1, 2],
        [0, 0],
        [1, 2],
        [-0, 0],
      ],
      [1, 3, 1, 3],
    );
    expect(weightCount(network)).toBe(2 * 2 + 2);
  });

  test("says where a number is none", async () => {
    await expect(
      represent(
        [
          [1, 2],
          [0, Number.NaN],
        ],
        [1, 3],
      ),
    ).rejects.toThrow(new DataError("expressivity: expected finite inputs, got NaN in sample 1 at place 1"));
    await expect(
      represent(
        [
          [1, 2],
          [0, 1],
        ],
        [1, Number.POSITIVE_INFINITY],
      ),
    ).rejects.toThrow(new DataError("expressivity: expected finite targets, got Infinity for sample 1"));
  });

  test("says that float64 cannot tell samples apart", async () => {
    const rows = [
      [1e20, 0, 0],
      [0, 1e20, 0],
      [1e20, 0, 1e-20],
    ];
    await expect(represent(rows, [1, 2, 3])).rejects.toThrow(
      "expressivity: all 16 directions drawn put two of the 3 samples at the same float64 number",
    );
  });

  test("says that float32 cannot tell samples apart", async () => {
    const inputs = Float32Array.of(1, 1 + 2 ** -23, 1000, -1000);
    const sample = { count: 4, dimensions: 1, inputs, targets: Float64Array.of(1, 2, 3, 4) };
    // In one dimension the direction is a factor: rounded products of neighbors may coincide, but differ for some factors.
    await expect(fitTwoLayer(sample, { arithmetic: "float32" })).resolves.toBeDefined();
    const far = { ...sample, dimensions: 2, inputs: Float32Array.of(1e9, 0, 0, 1e9, 1e9, 1, -1e9, 0) };
    await expect(fitTwoLayer(far, { arithmetic: "float32" })).rejects.toThrow(
      "expressivity: all 16 directions drawn put two of the 4 samples at the same float32 number",
    );
    expect(weightCount(await fitTwoLayer(far))).toBe(2 * 4 + 2);
  });

  test.each([
    [70_000, 1, "expressivity: expected n of at most 60000, got 70000"],
    [
      10_000,
      1_000_000,
      "expressivity: expected at most 536870912 numbers in all inputs, got n * d = 10000000000; with d = 1000000, n of 536 would fit",
    ],
    [0, 1, "expressivity: expected n to be a whole number of at least 1, got 0"],
    [3, 1, "expressivity: expected 3 inputs and 3 targets, got 0 and 0"],
  ])("refuses n = %d, d = %d", async (count, dimensions, message) => {
    const nothing = { inputs: new Float32Array(0), targets: new Float64Array(0) };
    await expect(fitTwoLayer({ count, dimensions, ...nothing })).rejects.toThrow(new UsageError(message));
  });

  test("stops when asked to", async () => {
    const signal = AbortSignal.abort();
    await expect(fitTwoLayer(sampleOf(5, 2, 1), { signal })).rejects.toBe(signal.reason);
  });
});

test("the figure of the function marks samples, and not where the network bends between them", () => {
  const samples = orderSamples(Float64Array.of(3, 1, 2), Float64Array.of(0, 1, 5));
  const { series } = functionPlot(fitNetwork(samples, { direction: Float32Array.of(1), depth: 2 }), samples);
  const marked = series.filter(({ markers = true }) => markers);
  expect(marked.map(({ points }) => points.map(({ x, y }) => [x, y]))).toEqual([
    [
      [1, 1],
      [2, 5],
      [3, 0],
    ],
  ]);
  expect(series.find(({ title }) => title === "network")!.points.length).toBe(6);
});
