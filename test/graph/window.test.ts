import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { attributeInit, modelBytes, valueInfo } from "../../src/graph/onnx/write.ts";
import { convolution, transposedConvolution } from "../../src/graph/ops/convolution.ts";
import { scatterAdd } from "../../src/graph/ops/gather.ts";
import { concat, pad, slice } from "../../src/graph/ops/pieces.ts";
import { ceilAveragePool, ceilMaxPool, maxPool } from "../../src/graph/ops/pool.ts";
import { plain, samePads, writeSliding } from "../../src/graph/ops/window.ts";
import { constant, type Input, input } from "../../src/graph/value.ts";
import { draw } from "./cases.ts";
import { expectClose, numbersOf, tensorOf, withSession } from "./oracle.ts";

type Pooling = Parameters<typeof ceilAveragePool>[1];

describe("samePads", () => {
  // Worked out from TensorFlow's rule: windows = ceil(size / stride), the odd row after.
  test.each([
    ["a filter of one pixel", [28, 1, 1, 1], [0, 0]],
    ["3 at stride 1", [28, 3, 1, 1], [1, 1]],
    ["5 at stride 1", [14, 5, 1, 1], [2, 2]],
    ["2 at stride 1", [28, 2, 1, 1], [0, 1]],
    ["3 at stride 2 on an even size", [28, 3, 2, 1], [0, 1]],
    ["3 at stride 2 on an odd size", [7, 3, 2, 1], [1, 1]],
    ["1 at stride 2", [28, 1, 2, 1], [0, 0]],
    ["3 with holes", [10, 3, 1, 2], [2, 2]],
  ] as const)("adds pixels around the image: %s", (_, [size, kernel, stride, dilation], pads) => {
    expect(samePads(size, kernel, stride, dilation)).toEqual(pads);
  });
});

describe("pools with windows counted rounded up", () => {
  /** What the engine makes of a pool that is told so, `[4, 2, size]`. */
  async function pooled(operator: string, x: Input, data: readonly number[], settings: Pooling) {
    const { kernel, countPads, ...sliding } = settings;
    const isMean = operator === "AveragePool";
    const { dilations: _, ...withoutHoles } = writeSliding({ ...plain, ...sliding });
    const attributes: { readonly [name: string]: { int: number } | { ints: readonly number[] } } = {
      ...withoutHoles,
      kernel_shape: { ints: kernel },
      ceil_mode: { int: 1 },
      ...(isMean ? { count_include_pad: { int: Number(countPads) } } : {}),
    };
    const model = modelBytes({
      name: "pool",
      node: [
        {
          opType: operator,
          input: ["x"],
          output: ["y"],
          attribute: Object.entries(attributes).map(([name, given]) => attributeInit(name, given)),
        },
      ],
      input: [valueInfo("x", "float32", x.shape)],
      output: [valueInfo("y", "float32", [undefined, undefined, undefined, undefined])],
    });
    return withSession(model, async (session) => {
      const { y } = await session.run({ x: tensorOf(x, data) });
      return { shape: [...y!.dims], data: numbersOf(y!) };
    });
  }

  const settings = [
    ["a row and a column that do not fit", [5, 6], [2, 2], [2, 3], [0, 0, 0, 0]],
    ["all that fits", [4, 6], [2, 3], [2, 3], [0, 0, 0, 0]],
    ["a window that would begin on the pads after", [5, 7], [3, 3], [2, 3], [1, 1, 1, 1]],
    ["pads and what lies beyond them", [6, 7], [3, 3], [3, 2], [1, 1, 1, 0]],
    ["strides beyond the window", [7, 8], [2, 1], [3, 3], [0, 0, 0, 0]],
  ] as const;

  test.each(settings)("are those of the engine: %s", async (_, image, kernel, strides, pads) => {
    const x = input("x", [1, 1, ...image]);
    const data = draw("ceil", 0, x.shape);
    for (const countPads of [false, true]) {
      const pool = { kernel, strides, pads, countPads };
      for (const [operator, y] of [
        ["MaxPool", ceilMaxPool(x, { ...plain, kernel, strides, pads })],
        ["AveragePool", ceilAveragePool(x, pool)],
      ] as const) {
        const graph = { name: "pool", inputs: [x], outputs: [{ name: "y", value: y }] };
        const expected = await pooled(operator, x, data, pool);
        expect(y.shape, operator).toEqual(expected.shape);
        expectClose(evaluate(graph, { x: data }).y!.data, expected.data, 1e-6, operator);
      }
    }
  });
});

describe("operations on images and pieces", () => {
  const x = input("x", [2, 3, 5, 5]);
  const one = { ...plain, groups: 1 };
  const pool = { ...plain, kernel: [2, 2] };
  const table = input("table", [2, 3]);
  const all = { starts: [0], ends: [2], axes: [0], steps: [1] };

  test.each([
    [
      "filters of other channels",
      () => convolution(x, input("w", [4, 2, 3, 3]), one),
      "convolution: expected [n, c, h, w] and [o, c / groups, kh, kw] for 1 groups, got [2, 3, 5, 5] and [4, 2, 3, 3]",
    ],
    [
      "filters that the groups do not divide",
      () => convolution(x, input("w", [4, 1, 3, 3]), { ...one, groups: 3 }),
      "for 3 groups, got [2, 3, 5, 5] and [4, 1, 3, 3]",
    ],
    [
      "filters larger than the image",
      () => convolution(x, input("w", [4, 3, 6, 3]), one),
      "convolution: expected filters no larger than the padded image, got [2, 3, 5, 5] and [4, 3, 6, 3]",
    ],
    [
      "a stride of nothing",
      () => convolution(x, input("w", [4, 3, 3, 3]), { ...one, strides: [0, 1] }),
      "convolution: expected strides [rows, columns], got [0, 1]",
    ],
    [
      "one dilation for both",
      () => convolution(x, input("w", [4, 3, 3, 3]), { ...one, dilations: [1] }),
      "convolution: expected dilations [rows, columns], got [1]",
    ],
    [
      "negative pads",
      () => maxPool(x, { ...pool, pads: [0, 0, -1, 0] }),
      "maxPool: expected pads [top, left, bottom, right], got [0, 0, -1, 0]",
    ],
    [
      "a size that gives other windows",
      () => transposedConvolution(x, input("w", [3, 4, 3, 3]), { ...one, size: [8, 7] }),
      "transposedConvolution: expected a size with [5, 5] windows, got [8, 7]",
    ],
    [
      "a pool of rows",
      () => maxPool(table, pool),
      "maxPool: expected images [count, channels, height, width], got [2, 3]",
    ],
    [
      "a pool of nothing but pads",
      () => maxPool(x, { ...pool, pads: [0, 2, 0, 0] }),
      "maxPool: expected windows that each hold a pixel of the image, got [2, 3, 5, 5] and [2, 2]",
    ],
    [
      "rows of different sizes",
      () => concat(table, input("other", [2, 4]), { axis: 0 }),
      "concat: expected shapes that differ along axis 0 alone, got [2, 3] and [2, 4]",
    ],
    ["nothing to concatenate", () => concat({ axis: 0 }), "concat: expected 1 or more operands, got 0"],
    [
      "a slice of nothing",
      () => slice(table, { ...all, ends: [0] }),
      "slice: expected starts, ends, axes and steps in [2, 3], got [0] and [0] and [0] and [1]",
    ],
    ["a slice beyond the end", () => slice(table, { ...all, ends: [3] }), "slice: expected starts, ends"],
    [
      "a slice of an axis twice",
      () => slice(table, { starts: [0, 0], ends: [1, 1], axes: [0, 0], steps: [1, 1] }),
      "slice: expected starts, ends",
    ],
    [
      "pads for other axes",
      () => pad(table, { pads: [1, 1] }),
      "pad: expected numbers of zeros before and after each axis of [2, 3], got [1, 1]",
    ],
    [
      "scattered tables",
      () => scatterAdd(table, constant([0], [1], "int64"), constant([1])),
      "scatterAdd: expected [size], [count] and [count], got [2, 3] and [1] and [1]",
    ],
    [
      "float positions",
      () => scatterAdd(constant([1]), constant([0]), constant([1])),
      "scatterAdd: expected int64 positions, got float32",
    ],
  ])("refuse %s", (_, build, message) => {
    expect(build).toThrow(message);
  });
});
