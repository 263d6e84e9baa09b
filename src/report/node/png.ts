/**
 * @file Drawings as PNG, at twice their size in pixels.
 *
 * Their text is drawn with the fonts of the machine, so the bytes may differ from machine to machine.
 */

/** Pixels an inch at which a pixel of a drawing is one of the picture. */
const ONE_TO_ONE = 72;
const ZOOM = 2;

/** A drawing as PNG. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  return sharp(new TextEncoder().encode(svg), { density: ZOOM * ONE_TO_ONE })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
