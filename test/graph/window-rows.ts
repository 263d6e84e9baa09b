/**
 * @file What operations on images and pieces mean, worked out by hand.
 */

import { batchNormalize, layerNormalize } from "../../src/graph/ops/batch-norm.ts";
import { convolution, filterGradient, transposedConvolution } from "../../src/graph/ops/convolution.ts";
import { scatterAdd } from "../../src/graph/ops/gather.ts";
import { concat, pad, slice } from "../../src/graph/ops/pieces.ts";
import { averagePool, maxPool, maxPoolGradient, maxPoolPositions } from "../../src/graph/ops/pool.ts";
import { plain } from "../../src/graph/ops/window.ts";
import { type Application, constant } from "../../src/graph/value.ts";

/** `[[1, 2, 3], [4, 5, 6], [7, 8, 9]]` */
const image = constant([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
/** `[[1, 2], [0, -1]]` */
const filter = constant([1, 2, 0, -1], [1, 1, 2, 2]);
const one = { ...plain, groups: 1 };
const table = constant([1, 2, 3, 4, 5, 6], [2, 3]);
const whole = (...elements: readonly number[]) => constant(elements, [elements.length], "int64");
/** `[[3, 1, 3], [0, 3, 2], [2, 2, 2]]` */
const tied = constant([3, 1, 3, 0, 3, 2, 2, 2, 2], [1, 1, 3, 3]);
const pool = { ...plain, kernel: [2, 2] };

/** Each row: a title, the result, its shape, its elements. */
export const windowRows: readonly (readonly [string, Application, readonly number[], readonly number[]])[] = [
  // 1 + 2 2 - 5, 2 + 2 3 - 6; 4 + 2 5 - 8, 5 + 2 6 - 9: the filter is not flipped.
  ["slides a filter", convolution(image, filter, one), [1, 1, 2, 2], [0, 2, 6, 8]],
  [
    // At the pads all but the last element is outside: -1; then -3 of the first row. Then -7, 8 + 2 9 ... -9 at (1, 1): 5 + 12 - 9.
    "at pads and strides",
    convolution(image, filter, { ...one, strides: [2, 2], pads: [1, 1, 0, 0] }),
    [1, 1, 2, 2],
    [-1, -3, 8 - 7, 8],
  ],
  // 1 + 2 3 - 9.
  ["with holes", convolution(image, filter, { ...one, dilations: [2, 2] }), [1, 1, 1, 1], [-2]],
  [
    // Filter 0 sees channel 0 alone, filter 1 channel 1.
    "of groups",
    convolution(constant([1, 2], [1, 2, 1, 1]), constant([10, 100], [2, 1, 1, 1]), { ...one, groups: 2 }),
    [1, 2, 1, 1],
    [10, 200],
  ],
  [
    // 1 and 3 filters side by side, two columns apart.
    "puts filters down",
    transposedConvolution(constant([1, 3], [1, 1, 1, 2]), filter, { ...one, strides: [1, 2], size: [2, 4] }),
    [1, 1, 2, 4],
    [1, 2, 3, 6, 0, -1, 0, -3],
  ],
  [
    "adds up where filters overlap, and leaves pixels out that none reached",
    transposedConvolution(constant([1, 3], [1, 1, 2, 1]), filter, { ...one, strides: [1, 2], size: [3, 3] }),
    [1, 1, 3, 3],
    [1, 2, 0, 3, 6 - 1, 0, 0, -3, 0],
  ],
  [
    // 1 + 2 5, 2 + 2 6; 4 + 2 8, 5 + 2 9: a tap meets the image at every window.
    "of taps",
    filterGradient(image, constant([1, 0, 0, 2], [1, 1, 2, 2]), { ...one, kernel: [2, 2] }),
    [1, 1, 2, 2],
    [11, 14, 20, 23],
  ],
  // Deviations -1 and 1; the variance 1 and epsilon 3 make a deviation of 2.
  ["of a batch", batchNormalize(constant([1, 3], [2, 1, 1, 1]), { epsilon: 3 }), [2, 1, 1, 1], [-0.5, 0.5]],
  ["of rows", batchNormalize(constant([1, 3], [2, 1]), { epsilon: 3 }), [2, 1], [-0.5, 0.5]],
  // Deviations -1 and 1 in both rows; the variance 1 and epsilon 3 make a deviation of 2.
  [
    "of rows",
    layerNormalize(constant([1, 3, 5, 7], [2, 2]), { axis: 1, epsilon: 3 }),
    [2, 2],
    [-0.5, 0.5, -0.5, 0.5],
  ],
  [
    "to the first of ties",
    maxPoolGradient(tied, constant([1, 2, 3, 4], [1, 1, 2, 2]), pool),
    [1, 1, 3, 3],
    [1, 0, 2, 0, 3 + 4, 0, 0, 0, 0],
  ],
  ["of windows", maxPool(tied, pool), [1, 1, 2, 2], [3, 3, 3, 3]],
  [
    "beside pads, which are never the largest",
    maxPool(constant([-1, -2], [1, 1, 1, 2]), { ...pool, pads: [1, 0, 0, 1] }),
    [1, 1, 1, 2],
    [-1, -2],
  ],
  ["the first of ties, row by row", maxPoolPositions(tied, pool), [1, 1, 2, 2], [0, 2, 4, 4]],
  [
    "counted through all examples and channels",
    maxPoolPositions(constant([1, 2, 4, 3], [2, 1, 1, 2]), { ...pool, kernel: [1, 2] }),
    [2, 1, 1, 1],
    [1, 2],
  ],
  [
    "of windows",
    averagePool(image, { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], countPads: false }),
    [1, 1, 2, 2],
    [3, 4, 6, 7],
  ],
  [
    "that counts the pads",
    averagePool(image, { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1], countPads: true }),
    [1, 1, 2, 2],
    [3, 9 / 4, 15 / 4, 9 / 4],
  ],
  [
    "that does not count the pads",
    averagePool(image, { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1], countPads: false }),
    [1, 1, 2, 2],
    [3, 4.5, 7.5, 9],
  ],
  ["of columns", concat(table, constant([7, 8], [2, 1]), { axis: 1 }), [2, 4], [1, 2, 3, 7, 4, 5, 6, 8]],
  ["of three", concat(whole(1), whole(2, 3), whole(4), { axis: 0 }), [4], [1, 2, 3, 4]],
  [
    "every second column of a row",
    slice(table, { starts: [1, 0], ends: [2, 3], axes: [0, 1], steps: [1, 2] }),
    [1, 2],
    [4, 6],
  ],
  [
    "a column before, a row after",
    pad(table, { pads: [0, 1, 1, 0] }),
    [3, 4],
    [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0],
  ],
  ["a number after", pad(constant([1, 2]), { pads: [0, 1], value: 7 }), [3], [1, 2, 7]],
  [
    "to an element twice",
    scatterAdd(constant([10, 20, 30]), whole(2, 0, 2), constant([1, 2, 3])),
    [3],
    [12, 20, 34],
  ],
];
