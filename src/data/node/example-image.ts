/**
 * @file Examples of a dataset as pictures.
 */

import { UsageError } from "../../base/errors.ts";
import { type Dataset, exampleSize, isImages } from "../dataset.ts";

/** The pixels of one image, red, green and blue in turn; float32 values are clipped to `[0, 1]` to be shown. */
function pixelsOf(dataset: Dataset, row: number): Uint8Array {
  const values = dataset.inputs;
  const [, channels, height, width] = dataset.shape as [number, number, number, number];
  const size = exampleSize(dataset);
  const plane = height * width;
  const scale = values instanceof Float32Array ? 255 : 1;
  const pixels = new Uint8Array(plane * 3);
  for (let at = 0; at < plane * 3; at++) {
    const channel = Math.min(at % 3, channels - 1);
    const value = values[row * size + channel * plane + Math.floor(at / 3)]! * scale;
    pixels[at] = Math.min(255, Math.max(0, Math.round(value)));
  }
  return pixels;
}

/** Height and width of the images of a dataset, in pixels. */
function sidesOf(dataset: Dataset): readonly [height: number, width: number] {
  if (!isImages(dataset))
    throw new UsageError(`${dataset.name}: expected images to show, got rows of a table`);
  return [dataset.shape[2]!, dataset.shape[3]!];
}

/**
 * One example as PNG, its pixels as squares where it is enlarged.
 *
 * @param side - The longer side of the picture, in pixels; the image's own unless told.
 * @throws UsageError if the examples are no images.
 */
export async function examplePng(dataset: Dataset, row: number, side?: number): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const [height, width] = sidesOf(dataset);
  const image = sharp(pixelsOf(dataset, row), { raw: { width, height, channels: 3 } });
  const kernel = (side ?? 0) > Math.max(height, width) ? "nearest" : "lanczos3";
  const sized = side === undefined ? image : image.resize(side, side, { kernel, fit: "inside" });
  return await sized.png().toBuffer();
}

/**
 * An example as the `data:` URL of its PNG.
 *
 * @param most - The longer side of the picture at most, in pixels.
 */
export async function exampleUrl(dataset: Dataset, row: number, most?: number): Promise<string> {
  const isLarge = most !== undefined && Math.max(...sidesOf(dataset)) > most;
  const png = await examplePng(dataset, row, isLarge ? most : undefined);
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** Pixels between two images of a sheet. */
const GAP = 1;

/**
 * All examples of a dataset on one sheet, as PNG: rows of images from left to right, transparent between them.
 *
 * @param zoom - Pixels of the sheet for one of an image.
 */
export async function sheetPng(dataset: Dataset, columns: number, zoom: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const [height, width] = sidesOf(dataset);
  const count = dataset.shape[0]!;
  const across = Math.max(1, Math.min(columns, count));
  const sheet = {
    width: across * (width + GAP) - GAP,
    height: Math.max(1, Math.ceil(count / across) * (height + GAP) - GAP),
  };
  const pixels = new Uint8Array(sheet.width * sheet.height * 4);
  for (let row = 0; row < count; row++) {
    const image = pixelsOf(dataset, row);
    const left = (row % across) * (width + GAP);
    const top = Math.floor(row / across) * (height + GAP);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (y * width + x) * 3;
        const to = ((top + y) * sheet.width + left + x) * 4;
        pixels.set(image.subarray(from, from + 3), to);
        pixels[to + 3] = 255;
      }
    }
  }
  return await sharp(pixels, { raw: { ...sheet, channels: 4 } })
    .resize(sheet.width * zoom, sheet.height * zoom, { kernel: "nearest" })
    .png()
    .toBuffer();
}
