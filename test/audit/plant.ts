/**
 * @file Data with near twins: test images that are training images, changed as people change them.
 */

import sharp from "sharp";
import type { Dataset, Splits } from "../../src/data/dataset.ts";

/** Changes one plane of an image, `[side, side]`, with values from 0 to `most`. */
export type Change = (
  plane: Float32Array,
  side: number,
  most: number,
) => Promise<Float32Array> | Float32Array;

/** A plane seen at other places, linearly between its pixels. */
const seen =
  (place: (at: number, side: number) => number): Change =>
  (plane, side) =>
    Float32Array.from(plane, (_, at) => {
      const [y, x] = [place(Math.floor(at / side), side), place(at % side, side)];
      const [top, left] = [Math.min(side - 2, Math.floor(y)), Math.min(side - 2, Math.floor(x))];
      const from = (row: number, column: number): number => plane[(top + row) * side + left + column]!;
      const [below, right] = [y - top, x - left];
      const above = from(0, 0) * (1 - right) + from(0, 1) * right;
      return above * (1 - below) + (from(1, 0) * (1 - right) + from(1, 1) * right) * below;
    });

/** What people do to images. */
export const CHANGES: Readonly<Record<string, Change>> = {
  brightened: (plane, _, most) => plane.map((value) => 0.6 * value + 0.2 * most),
  shifted: seen((at, side) => Math.min(side - 1, at + 2)),
  cut: seen((at, side) => 2 + (at * (side - 5)) / (side - 1)),
  "encoded again": async (plane, side, most) => {
    const pixels = Uint8Array.from(plane, (value) => Math.round((value * 255) / most));
    const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
      .jpeg({ quality: 75 })
      .toBuffer();
    const decoded = await sharp(jpeg).extractChannel(0).raw().toBuffer();
    return Float32Array.from(decoded, (value) => (value * most) / 255);
  },
};

/** Data whose first test images are changed training images. */
export async function plant({ train, test }: Splits, change: Change, count: number) {
  const [, channels, side] = test.shape as [number, number, number, number];
  const inputs = test.inputs.slice();
  const labels = test.labels.slice();
  const most = train.inputs instanceof Uint8Array ? 255 : 1;
  const area = side * side;
  for (let at = 0; at < count; at++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (2 * at * channels + channel) * area;
      const plane = Float32Array.from(train.inputs.subarray(from, from + area));
      inputs.set(await change(plane, side, most), (at * channels + channel) * area);
    }
    labels[at] = train.labels[2 * at]!;
  }
  return { train, test: { ...test, inputs, labels } satisfies Dataset };
}
