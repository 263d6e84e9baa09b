/**
 * @file The cases of the operations on images and on pieces of values.
 */

import { plain, samePads } from "../../src/graph/ops/window.ts";
import { type Draft, double, draft, exactly, kink, normal } from "./draft.ts";

const one = { ...plain, groups: 1 };
const pool = { ...plain, kernel: [3, 3] };

/** Pads of equal windows down and across. */
const same = (size: number, kernel: number, stride = 1, dilation = 1): number[] => {
  const [before, after] = samePads(size, kernel, stride, dilation);
  return [before, before, after, after];
};

/** Settings of convolutions, with an image, filters, and the size of the result. */
const convolutions: readonly (readonly [
  title: string,
  image: readonly number[],
  filters: readonly number[],
  settings: typeof one,
  windows: readonly number[],
])[] = [
  ["a filter as large as the image", [2, 3, 4, 3], [2, 3, 4, 3], one, [1, 1]],
  ["filters of one pixel", [2, 3, 2, 4], [5, 3, 1, 1], one, [2, 4]],
  ["3x3 filters inside the image", [2, 2, 5, 4], [3, 2, 3, 3], one, [3, 2]],
  ["SAME pads", [1, 2, 4, 4], [3, 2, 3, 3], { ...one, pads: same(4, 3) }, [4, 4]],
  ["5x5 filters with SAME pads", [1, 2, 4, 4], [2, 2, 5, 5], { ...one, pads: same(4, 5) }, [4, 4]],
  [
    "stride 2 with SAME pads on an even size",
    [2, 2, 6, 6],
    [3, 2, 3, 3],
    { ...one, strides: [2, 2], pads: same(6, 3, 2) },
    [3, 3],
  ],
  [
    "stride 2 with SAME pads on an odd size",
    [2, 2, 5, 5],
    [3, 2, 3, 3],
    { ...one, strides: [2, 2], pads: same(5, 3, 2) },
    [3, 3],
  ],
  [
    "strides that leave rows and columns out",
    [1, 2, 6, 5],
    [2, 2, 2, 2],
    { ...one, strides: [3, 2] },
    [2, 2],
  ],
  ["strides larger than the filter", [1, 1, 7, 7], [2, 1, 1, 2], { ...one, strides: [3, 4] }, [3, 2]],
  ["pads on one side each", [1, 2, 3, 4], [2, 2, 2, 3], { ...one, pads: [1, 0, 0, 2] }, [3, 4]],
  ["dilations", [1, 2, 6, 7], [2, 2, 3, 2], { ...one, dilations: [2, 3], pads: [1, 0, 0, 1] }, [3, 5]],
  [
    "dilations and strides",
    [2, 1, 7, 8],
    [2, 1, 2, 2],
    { ...one, dilations: [3, 2], strides: [2, 3] },
    [2, 2],
  ],
  ["groups", [2, 4, 3, 3], [6, 2, 2, 2], { ...one, groups: 2 }, [2, 2]],
  [
    "a group for each channel",
    [2, 3, 4, 4],
    [6, 1, 3, 3],
    { ...one, groups: 3, pads: same(4, 3), strides: [2, 2] },
    [2, 2],
  ],
];

/** A plane with ties inside windows, between windows, and at the borders. */
const TIED = exactly([1, 1, 1, 2, 1, 3, 3, 2, 1, 3, 3, 0, -1, 0, 0, 0], [1, 1, 4, 4]);

export const windowDrafts: { readonly [operation: string]: readonly Draft[] } = {
  convolution: convolutions.map(([title, image, filters, settings]) =>
    draft(title, [normal(...image), normal(...filters)], settings),
  ),
  transposedConvolution: convolutions.map(([title, image, filters, settings, windows]) =>
    draft(title, [normal(image[0]!, filters[0]!, ...windows), normal(...filters)], {
      ...settings,
      size: image.slice(2),
    }),
  ),
  filterGradient: convolutions.map(([title, image, filters, settings, windows]) =>
    draft(title, [normal(...image), normal(image[0]!, filters[0]!, ...windows)], {
      ...settings,
      kernel: filters.slice(2),
    }),
  ),
  maxPoolGradient: [
    draft("windows side by side", [normal(2, 3, 4, 4), normal(2, 3, 2, 2)], {
      ...pool,
      kernel: [2, 2],
      strides: [2, 2],
    }),
    draft("overlapping windows", [normal(1, 2, 6, 6), normal(1, 2, 3, 3)], {
      ...pool,
      strides: [2, 2],
      pads: same(6, 3, 2),
    }),
    kink("ties", [TIED, normal(1, 1, 3, 3)], { ...pool, kernel: [2, 2] }),
  ],
  batchNormalize: [
    draft("images", [normal(3, 2, 2, 3)], { epsilon: 1e-3 }),
    draft("single pixels", [normal(5, 3, 1, 1)], { epsilon: 0.5 }),
    draft("rows", [normal(4, 3)], { epsilon: 1e-3 }),
    draft("sequences", [normal(2, 3, 4)], { epsilon: 1e-5 }),
  ],
  layerNormalize: [
    draft("tokens", [normal(2, 3, 4)], { axis: 2, epsilon: 1e-5 }),
    draft("whole examples", [normal(2, 3, 4)], { axis: 1, epsilon: 1e-3 }),
    draft("all of it, float64", [double(2, 3)], { axis: 0, epsilon: 0.5 }),
  ],
  ...Object.fromEntries(
    ["maxPool", "maxPoolPositions"].map((operation) => [
      operation,
      [
        draft("windows side by side", [normal(2, 3, 4, 4)], { ...pool, kernel: [2, 2], strides: [2, 2] }),
        draft("overlapping windows", [normal(2, 2, 5, 4)], pool),
        draft("stride 2 with SAME pads", [normal(1, 2, 6, 6)], {
          ...pool,
          strides: [2, 2],
          pads: same(6, 3, 2),
        }),
        draft("pads on all sides", [normal(1, 2, 4, 5)], { ...pool, strides: [2, 2], pads: [1, 1, 1, 1] }),
        draft("all negative, beside the pads", [exactly([-3, -1, -2, -5], [1, 1, 2, 2])], {
          ...pool,
          pads: [1, 1, 1, 1],
        }),
        draft("dilations", [normal(1, 1, 6, 5)], { ...pool, kernel: [3, 2], dilations: [2, 3] }),
        kink("ties", [TIED], { ...pool, kernel: [2, 2] }),
        kink("ties in overlapping windows with pads", [TIED], {
          ...pool,
          strides: [2, 1],
          pads: [1, 1, 1, 1],
        }),
      ],
    ]),
  ),
  averagePool: [
    draft("windows side by side", [normal(2, 3, 4, 4)], {
      kernel: [2, 2],
      strides: [2, 2],
      pads: plain.pads,
      countPads: false,
    }),
    draft("overlapping windows with pads that count", [normal(1, 2, 5, 4)], {
      kernel: [3, 3],
      strides: [2, 1],
      pads: [1, 1, 1, 1],
      countPads: true,
    }),
    draft("pads that do not count", [normal(2, 2, 4, 4)], {
      kernel: [3, 3],
      strides: [2, 2],
      pads: same(4, 3, 2),
      countPads: false,
    }),
    draft("the whole image", [normal(2, 3, 3, 2)], {
      kernel: [3, 2],
      strides: [1, 1],
      pads: plain.pads,
      countPads: true,
    }),
  ],
  concat: [
    draft("channels", [normal(2, 1, 2, 2), normal(2, 3, 2, 2)], { axis: 1 }),
    draft("three rows", [normal(3), normal(1), normal(2)], { axis: 0 }),
    draft("one alone", [normal(2, 2)], { axis: 1 }),
    draft("the last axis", [normal(2, 3), normal(2, 1)], { axis: 1 }),
    draft("int32", [exactly([1, 2], [2], "int32"), exactly([3], [1], "int32")], { axis: 0 }),
  ],
  slice: [
    draft("a row", [normal(3, 4)], { starts: [1], ends: [2], axes: [0], steps: [1] }),
    draft("two axes", [normal(2, 5, 4)], { starts: [1, 0], ends: [4, 3], axes: [1, 2], steps: [1, 1] }),
    draft("every second from the second", [normal(7, 2)], { starts: [1], ends: [7], axes: [0], steps: [2] }),
    draft("steps that end inside", [normal(2, 8)], { starts: [1], ends: [6], axes: [1], steps: [3] }),
    draft("all of it", [normal(2, 3)], { starts: [0, 0], ends: [2, 3], axes: [0, 1], steps: [1, 1] }),
  ],
  pad: [
    draft("a row before and two after", [normal(2, 3)], { pads: [1, 0, 2, 0] }),
    draft("images", [normal(1, 2, 2, 3)], { pads: [0, 0, 1, 0, 0, 0, 1, 2] }),
    draft("nothing", [normal(2, 2)], { pads: [0, 0, 0, 0] }),
    draft("a number", [normal(2, 3)], { pads: [0, 1, 0, 2], value: -1.5 }),
    draft("zeros by name, float64", [double(3)], { pads: [1, 0], value: 0 }),
  ],
  scatterAdd: [
    draft("some elements", [normal(5), exactly([3, 0], [2], "int64"), normal(2)]),
    draft("an element several times", [normal(3), exactly([2, 0, 2, 2], [4], "int64"), normal(4)]),
  ],
};
