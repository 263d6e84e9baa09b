/**
 * @file Image files as pixels, by the browser.
 */

import type { Decode } from "./images.ts";

/** Upright as EXIF says; the middle is cut out, scaled, and set on white where it is transparent. */
export const decodeHere: Decode = async (file, size) => {
  const bitmap = await createImageBitmap(file);
  try {
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = new OffscreenCanvas(size, size);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.fillStyle = "white";
    context.fillRect(0, 0, size, size);
    context.imageSmoothingQuality = "high";
    const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    context.drawImage(bitmap, left, top, side, side, 0, 0, size, size);
    return context.getImageData(0, 0, size, size).data;
  } finally {
    bitmap.close();
  }
};
