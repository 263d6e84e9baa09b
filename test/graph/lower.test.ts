/**
 * @file Lowering to the blocked layout: the same meaning in float64, and on ONNX Runtime.
 *
 * Each case is a small network with its gradients, since it is the gradients that take the layout's tricks.
 */

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { lowerToBlocked } from "../../src/graph/lower/blocked.ts";
import { cropFilters } from "../../src/graph/lower/crop.ts";
import { blocked } from "../../src/graph/lower/lowering.ts";
import { batchNormalize } from "../../src/graph/ops/batch-norm.ts";
import type { Block } from "../../src/graph/ops/blocked.ts";
import { convolution } from "../../src/graph/ops/convolution.ts";
import { add, clip, divide, exp, log, multiply, relu, subtract } from "../../src/graph/ops/elementwise.ts";
import { concat } from "../../src/graph/ops/pieces.ts";
import { maxPool } from "../../src/graph/ops/pool.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import { reshape } from "../../src/graph/ops/shape.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { plain, type Sliding, samePads } from "../../src/graph/ops/window.ts";
import { type Graph, type Input, inOrder, input, sizeOf, type Value } from "../../src/graph/value.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { expectClose, runGraph } from "./oracle.ts";

/** Sums of some thousand products on float32; the kernels add in blocks, so errors stay near 1e-6 of the largest. */
const FLOAT32 = 2e-5;

interface Net {
  readonly inputs: readonly Input[];
  readonly y: Value;
  /** Operations of the lowered graph that must be there: that a case is lowered at all. */
  readonly uses: readonly string[];
  /** Operations that must not be there. */
  readonly without?: readonly string[];
  /** Groups that one of its convolutions must have: sums of products are convolutions of each channel by itself. */
  readonly groups?: number;
}

const same = (size: number, kernel: number, stride: number): Sliding => {
  const [before, after] = samePads(size, kernel, stride);
  return { strides: [stride, stride], pads: [before, before, after, after], dilations: [1, 1] };
};

/** A convolution of images `[n, c, size, size]` with SAME pads. */
function convolved(n: number, c: number, o: number, size: number, kernel: number, stride = 1): Net {
  const x = input("x", [n, c, size, size]);
  const w = input("w", [o, c, kernel, kernel]);
  const y = convolution(x, w, { ...same(size, kernel, stride), groups: 1 });
  return { inputs: [x, w], y, uses: ["blockedConvolution"] };
}

/** A convolution in groups, of images that are convolved. */
function grouped(c: number, o: number, groups: number, size: number, kernel: number, stride = 1): Net {
  const { inputs, y } = convolved(16, 16, c, size, 1);
  const w2 = input("w2", [o, c / groups, kernel, kernel]);
  const settings = { ...same(size, kernel, stride), groups };
  return { inputs: [...inputs, w2], y: convolution(relu(y), w2, settings), uses: [], groups };
}

/** Batch normalization with a scale and a shift. */
function normalized(x: Value, gamma: Input, beta: Input): Value {
  return add(multiply(batchNormalize(x, { epsilon: 1e-3 }), gamma), beta);
}

const pooled = { ...same(6, 3, 2), kernel: [3, 3] };

const nets: { readonly [title: string]: () => Net } = {
  "a convolution 3x3": () => convolved(16, 16, 32, 5, 3),
  "a convolution 1x1": () => convolved(32, 32, 16, 4, 1),
  "a convolution 5x5": () => convolved(16, 16, 16, 6, 5),
  "a convolution 3x3 with stride 2": () => convolved(16, 16, 16, 6, 3, 2),
  "a convolution 3x3 with stride 2 of odd size": () => convolved(16, 16, 16, 5, 3, 2),
  "a convolution of color images": () => convolved(16, 3, 16, 6, 3),
  "a convolution of a batch that is no multiple of 16": () => convolved(4, 16, 16, 4, 3),
  "a convolution with pads on one side": () => {
    const [x, w] = [input("x", [16, 16, 5, 5]), input("w", [16, 16, 3, 3])];
    const y = convolution(x, w, { ...plain, pads: [2, 0, 0, 1], groups: 1 });
    return { inputs: [x, w], y, uses: ["blockedConvolution"] };
  },
  "a dilated convolution": () => {
    const [x, w] = [input("x", [16, 16, 6, 6]), input("w", [16, 16, 2, 2])];
    const y = convolution(x, w, { ...plain, dilations: [2, 2], groups: 1 });
    return { inputs: [x, w], y, uses: ["blockedConvolution"] };
  },
  "channels that are not whole blocks": () => {
    const { inputs, y } = convolved(16, 20, 24, 4, 3);
    return { inputs, y, uses: [] };
  },
  "channels that are nearly whole blocks, normalized, added and clipped": () => {
    const { inputs, y } = convolved(16, 16, 24, 4, 1);
    const [gamma, beta] = [input("gamma", [24, 1, 1]), input("beta", [1, 24, 1, 1])];
    const [w2, w3] = [input("w2", [24, 24, 3, 3]), input("w3", [16, 24, 1, 1])];
    const h = normalized(y, gamma, beta);
    const z = clip(add(h, relu(convolution(h, w2, { ...same(4, 3, 1), groups: 1 }))), { min: -2, max: 6 });
    return {
      inputs: [...inputs, gamma, beta, w2, w3],
      y: convolution(z, w3, { ...plain, groups: 1 }),
      uses: ["blockedConvolution", "isBeyond"],
      without: ["convolution", "transposedConvolution", "where"],
    };
  },
  "a filter for each of 40 channels, and their means": () => {
    const { inputs, y } = grouped(40, 40, 40, 4, 3);
    return { inputs, y: mean(relu(y), { axes: [2, 3], keepDims: false }), uses: ["blockedConvolution"] };
  },
  "a bias and a ReLU": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    const b = input("b", [16, 1, 1]);
    return { inputs: [...inputs, b], y: relu(add(y, b)), uses: ["isPositive"] };
  },
  "batch normalization between convolutions": () => {
    const { inputs, y } = convolved(16, 16, 32, 4, 3);
    const b = input("b", [32, 1, 1]);
    const w2 = input("w2", [16, 32, 1, 1]);
    const h = relu(add(batchNormalize(y, { epsilon: 1e-3 }), b));
    return {
      inputs: [...inputs, b, w2],
      y: convolution(h, w2, { ...plain, groups: 1 }),
      uses: ["blockedConvolution", "isPositive"],
      // 16 images of 32 channels.
      groups: 512,
    };
  },
  "a filter for each channel": () => ({ ...grouped(32, 32, 32, 4, 3), groups: 16 * 32 }),
  "a filter 5x5 for each channel": () => grouped(16, 16, 16, 6, 5),
  "a filter for each channel with stride 2": () => ({
    ...grouped(32, 32, 32, 6, 3, 2),
    groups: 16 * 32,
  }),
  "a filter for each channel with stride 2 of odd size": () => grouped(16, 16, 16, 5, 3, 2),
  "two filters for each channel": () => ({ ...grouped(16, 32, 16, 4, 3), uses: ["convolution"] }),
  "groups of whole blocks": () => grouped(32, 64, 2, 4, 3),
  "groups of whole blocks with stride 2": () => grouped(64, 32, 2, 6, 3, 2),
  "groups that are no whole blocks": () => ({ ...grouped(32, 32, 4, 4, 3), uses: ["convolution"] }),
  "batch normalization with a scale and a shift": () => {
    const { inputs, y } = convolved(16, 16, 32, 4, 3);
    const [gamma, beta] = [input("gamma", [32, 1, 1]), input("beta", [32, 1, 1])];
    const w2 = input("w2", [16, 32, 1, 1]);
    const h = relu(normalized(y, gamma, beta));
    return {
      inputs: [...inputs, gamma, beta, w2],
      y: convolution(h, w2, { ...plain, groups: 1 }),
      uses: ["blockedConvolution", "isPositive"],
    };
  },
  "a clip between convolutions": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    const [gamma, beta] = [input("gamma", [16, 1, 1]), input("beta", [16, 1, 1])];
    const h = clip(normalized(y, gamma, beta), { min: -0.5, max: 0.75 });
    const w2 = input("w2", [16, 16, 1, 1]);
    return {
      inputs: [...inputs, gamma, beta, w2],
      y: convolution(h, w2, { ...plain, groups: 1 }),
      uses: ["isBeyond"],
    };
  },
  "a clip from one side": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    return { inputs, y: clip(y, { min: Number.NEGATIVE_INFINITY, max: 0.5 }), uses: ["isBeyond"] };
  },
  "a clip at a bound that is no float32": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    return { inputs, y: clip(y, { min: -10.1, max: 10.1 }), uses: ["blockedConvolution"] };
  },
  "two branches with strides, one of single pixels": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 1);
    const [w2, w3] = [input("w2", [32, 16, 3, 3]), input("w3", [32, 16, 1, 1])];
    const h = relu(y);
    const settings = { ...plain, strides: [2, 2], groups: 1 };
    const left = convolution(h, w2, { ...settings, pads: [1, 1, 1, 1] });
    return {
      inputs: [...inputs, w2, w3],
      y: add(left, convolution(h, w3, settings)),
      uses: ["blockedConvolution"],
      without: ["convolution", "transposedConvolution", "maxPool"],
    };
  },
  "single pixels with a stride": () => {
    const [x, w] = [input("x", [16, 16, 6, 6]), input("w", [16, 16, 1, 1])];
    const y = convolution(relu(x), w, { ...plain, strides: [3, 2], groups: 1 });
    return { inputs: [x, w], y, uses: ["blockedConvolution"], without: ["transposedConvolution"] };
  },
  "single pixels with a stride on an odd size": () => convolved(16, 16, 16, 5, 1, 2),
  "images of two by two pixels": () => ({ ...convolved(32, 32, 48, 2, 3), uses: ["gemm"] }),
  "images of a row of pixels, normalized": () => {
    const [x, w] = [input("x", [16, 16, 1, 4]), input("w", [32, 16, 3, 3])];
    const [gamma, beta] = [input("gamma", [32, 1, 1]), input("beta", [32, 1, 1])];
    const y = convolution(x, w, { ...plain, pads: [1, 1, 1, 1], groups: 1 });
    return { inputs: [x, w, gamma, beta], y: relu(normalized(y, gamma, beta)), uses: ["gemm"] };
  },
  "filters that are larger than the images": () => convolved(32, 160, 32, 3, 3),
  "filters that see more pads than pixels": () => convolved(16, 16, 32, 2, 7),
  "filters with strides that see two by two pixels": () => convolved(16, 16, 32, 2, 3, 2),
  "filters of each channel that see single pixels": () => grouped(16, 16, 16, 1, 3),
  "filters that see single pixels": () => convolved(32, 16, 32, 1, 3),
  "images of single pixels, normalized": () => {
    const { inputs, y } = convolved(16, 16, 16, 1, 1);
    const [gamma, beta] = [input("gamma", [16, 1, 1]), input("beta", [16, 1, 1])];
    return { inputs: [...inputs, gamma, beta], y: relu(normalized(y, gamma, beta)), uses: ["isPositive"] };
  },
  "an overlapping pool": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 3);
    return { inputs, y: maxPool(y, pooled), uses: ["blockedMaxPool"] };
  },
  "an overlapping pool of ties": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 3);
    // Most of it is zero, so most windows tie.
    return { inputs, y: maxPool(relu(subtract(y, relu(y))), pooled), uses: ["blockedMaxPool"] };
  },
  "an overlapping pool with pads on all sides": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 3);
    const around = { ...pooled, pads: [1, 1, 1, 1] };
    return { inputs, y: maxPool(y, around), uses: ["isNotNegative"], without: ["maxPoolPositions"] };
  },
  "an overlapping pool of ties with pads on all sides": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 3);
    const tied = subtract(y, relu(y));
    return { inputs, y: maxPool(tied, { ...pooled, pads: [1, 1, 1, 1] }), uses: ["isNotNegative"] };
  },
  "a pool that does not overlap": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 3);
    const windows = { ...plain, strides: [2, 2], kernel: [2, 2] };
    return { inputs, y: maxPool(y, windows), uses: ["blockedMaxPool"] };
  },
  "two branches with strides, one convolved and one pooled": () => {
    const { inputs, y } = convolved(16, 16, 16, 6, 1);
    const w2 = input("w2", [32, 16, 3, 3]);
    const h = relu(y);
    const left = convolution(h, w2, { ...same(6, 3, 2), groups: 1 });
    return {
      inputs: [...inputs, w2],
      y: concat(left, maxPool(h, pooled), { axis: 1 }),
      uses: ["blockedMaxPool"],
    };
  },
  "the mean of each channel": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    return { inputs, y: mean(relu(y), { axes: [2, 3], keepDims: false }), uses: ["isPositive"] };
  },
  "elementwise operations, and a change of shape": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    const squares = multiply(y, y);
    const scaled = divide(y, exp(multiply(log(add(squares, input1)), half)));
    return {
      inputs: [...inputs, input1, half],
      y: reshape(scaled, { shape: [16, 256] }),
      uses: ["toBlocked"],
    };
  },
  "images minus and over numbers": () => {
    const { inputs, y } = convolved(16, 16, 16, 4, 3);
    const b = input("b", [1, 16, 1, 1]);
    return { inputs: [...inputs, b], y: divide(subtract(b, y), add(multiply(b, b), input1)), uses: [] };
  },
};
const input1 = input("one", []);
const half = input("half", []);

/** The sum of the squares of a net's result weighted by a wave, with its gradients by every input. */
function withGradients({ inputs, y }: Net): Graph {
  const total = sum(multiply(y, multiply(y, input1)), {
    axes: y.shape.map((_, axis) => axis),
    keepDims: false,
  });
  const all = inputs.includes(input1) ? inputs : [...inputs, input1];
  const slopes = gradient(total, all);
  return {
    name: "net",
    inputs: all,
    outputs: [{ name: "y", value: y }, ...slopes.map((value, at) => ({ name: `slope${at}`, value }))],
  };
}

const { layout } = await openEngine(ort, "cpu", 1);
const BLOCKS: readonly Block[] = [16, 8];

const cpuInfo = "/proc/cpuinfo";
const features = existsSync(cpuInfo) ? readFileSync(cpuInfo, "utf8") : "";
const width = features.includes("avx512f") ? 16 : features.includes("avx2") ? 8 : undefined;

test.runIf(width)(
  "a processor's vectors say the layout: without it, training takes half as long again",
  () => {
    expect(layout).toBe(blocked(width!).layout);
  },
);

const cases = Object.keys(nets).flatMap((title) => BLOCKS.map((block) => ({ title, block })));

describe.each(cases)("lowering $title, by blocks of $block", ({ title, block }) => {
  const net = nets[title]!();
  const graph = withGradients(net);
  const lowered = lowerToBlocked(graph, block);
  const random = randomStream(7, "lower-test");
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      shape.length === 0
        ? [name === "half" ? 0.5 : 1]
        : Array.from({ length: sizeOf(shape) }, () => Math.fround(random.normal())),
    ]),
  );
  const expected = evaluate(graph, feeds);

  test("keeps what it means", () => {
    const names = new Set(
      inOrder(lowered.outputs.map(({ value }) => value)).map((value) =>
        value.kind === "application" ? value.operation.name : value.kind,
      ),
    );
    for (const name of net.uses) expect(names, title).toContain(name);
    for (const name of net.without ?? []) expect(names, title).not.toContain(name);
    const groups = inOrder(lowered.outputs.map(({ value }) => value)).map((value) =>
      value.kind === "application" ? (value.attributes as { groups?: number }).groups : undefined,
    );
    if (net.groups !== undefined) expect(groups, title).toContain(net.groups);
    for (const [name, { data }] of Object.entries(evaluate(lowered, feeds))) {
      expectClose(data, expected[name]!.data, 1e-9, name);
    }
  });

  test.runIf(layout === blocked(block).layout)("keeps what it means on ONNX Runtime", async () => {
    const results = await runGraph(lowered, feeds);
    for (const [name, elements] of Object.entries(results)) {
      expectClose(elements, expected[name]!.data, FLOAT32, name);
    }
  });
});

test.each([
  ["of single pixels", convolved(16, 16, 32, 1, 3), ["1,1"]],
  ["with strides, of two by two", convolved(16, 16, 32, 2, 3, 2), ["2,2"]],
  ["of whole images", convolved(16, 16, 32, 3, 3), ["3,3"]],
  ["of images with more pads than pixels", convolved(16, 16, 32, 2, 7), ["3,3"]],
] as const)("lowering cuts off what no filter needs: %s", (_, { inputs, y }, kernels) => {
  const graph: Graph = { name: "net", inputs, outputs: [{ name: "y", value: y }] };
  const found = inOrder(cropFilters(graph).outputs.map(({ value }) => value)).flatMap((value) =>
    value.kind === "application" && value.operation.name === "convolution"
      ? [String(value.inputs[1]!.shape.slice(2))]
      : [],
  );
  expect(found).toEqual(kernels);
});

test("lowering leaves a graph without images as it is", () => {
  const x = input("x", [4, 3]);
  const graph: Graph = { name: "rows", inputs: [x], outputs: [{ name: "y", value: relu(x) }] };
  expect(evaluate(lowerToBlocked(graph, 16), { x: [1, -1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1] })).toEqual(
    evaluate(graph, { x: [1, -1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1] }),
  );
});
