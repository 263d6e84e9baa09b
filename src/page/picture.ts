/**
 * @file A drawing as PNG, made by the browser.
 */

/** Pixels of the picture for one of the drawing. */
const ZOOM = 2;

/**
 * Draw an SVG as PNG.
 *
 * @param svg - A whole document, with its width and height in pixels.
 * @throws Error if the browser cannot draw it.
 */
export async function pictureOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = ZOOM * image.width;
  canvas.height = ZOOM * image.height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("picture: the browser gave no PNG"))),
      "image/png",
    ),
  );
}
