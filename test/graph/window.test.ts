import { describe, expect, test } from "vitest";
import { convolution, transposedConvolution } from "../../src/graph/ops/convolution.ts";
import { scatterAdd } from "../../src/graph/ops/gather.ts";
import { concat, pad, slice } from "../../src/graph/ops/pieces.ts";
import { maxPool } from "../../src/graph/ops/pool.ts";
import { plain, samePads } from "../../src/graph/ops/window.ts";
import { constant, input } from "../../src/graph/value.ts";

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
