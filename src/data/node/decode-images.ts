/**
 * @file Image files as pixels, by sharp: first what they are, then what is in them.
 */

import { readFile, stat } from "node:fs";
import { promisify } from "node:util";
import type { Sharp } from "sharp";
import { DataError, messageOf } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { fits } from "../data-options.ts";

/** What the file's own bytes must say it is; sharp would also draw SVG, and PDF where it can. */
const FORMATS: readonly string[] = ["jpeg", "png", "webp", "avif", "heif", "gif", "tiff"];

/** Most pixels of an image, beyond which it is taken for a bomb, and most bytes of a file. */
const MOST_PIXELS = 100_000_000;
export const MOST_BYTES = 2 ** 28;

/** What an image file is, upright. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
  readonly hasAlpha: boolean;
  /** Whether it has 16 bits a channel. */
  readonly isDeep: boolean;
  /** Whether it has more than one frame or page. */
  readonly isMoving: boolean;
  /** Whether its EXIF orientation turns or mirrors it. */
  readonly isTurned: boolean;
  readonly isCmyk: boolean;
}

/** What images are made to be. */
export interface ImageForm {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly fit: (typeof fits)[number];
}

/** Why a file could not be read. */
export interface Unreadable {
  readonly why: string;
}

/** An image file: its path, its bytes, or what reads them each time that it is asked. */
export type ImageFile = string | Uint8Array | (() => Promise<Uint8Array>);

/** What a file is. */
export const inspectImage = (file: ImageFile): Promise<ImageFacts | Unreadable> =>
  attempt(async () => {
    const { format, autoOrient, channels, hasAlpha, depth, pages, orientation, space } = await (
      await open(file)
    ).metadata();
    if (!FORMATS.includes(format)) throw new DataError(`${format}, which is not read as pixels`);
    if (depth !== "uchar" && depth !== "ushort") {
      throw new DataError(`${depth} numbers: expected 8 or 16 bits a channel`);
    }
    return {
      ...autoOrient,
      isGrey: channels <= 2,
      hasAlpha,
      isDeep: depth === "ushort",
      isMoving: (pages ?? 1) > 1,
      isTurned: (orientation ?? 1) > 1,
      isCmyk: space === "cmyk",
    };
  });

/**
 * The pixels of a file, `[channels, height, width]`: upright, on white, in 8 bits. Color profiles are not applied.
 *
 * @param out - Receives them.
 */
export const decodeImage = (
  file: ImageFile,
  form: ImageForm,
  out: Uint8Array,
): Promise<Unreadable | undefined> =>
  attempt(async () => {
    const { channels, height, width, fit } = form;
    const { data, info } = await (await open(file))
      .flatten({ background: "white" })
      .resize(width, height, { fit: fit === "crop" ? "cover" : "contain", background: "black" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== channels || data.length !== out.length) {
      throw new DataError(
        `${info.channels} x ${info.height} x ${info.width}: expected ${channels} x ${height} x ${width}`,
      );
    }
    const pixels = height * width;
    for (let at = 0; at < pixels; at++) {
      for (let channel = 0; channel < channels; channel++) {
        out[channel * pixels + at] = data[at * channels + channel]!;
      }
    }
    return undefined;
  });

// Of small files, those with callbacks take half the time of those with promises.
const [read, statOf] = [promisify(readFile), promisify(stat)];

async function open(given: ImageFile): Promise<Sharp> {
  const file = typeof given === "function" ? await given() : given;
  const size = typeof file === "string" ? (await statOf(file)).size : file.length;
  if (size > MOST_BYTES) throw new DataError(`${size} bytes: expected at most ${MOST_BYTES}`);
  const { default: sharp } = await import("sharp");
  return sharp(typeof file === "string" ? await read(file) : file, {
    failOn: "warning",
    limitInputPixels: MOST_PIXELS,
    autoOrient: true,
    ignoreIcc: true,
  });
}

/** What comes out, or why nothing does: what is wrong with a file is no reason to stop at it. */
async function attempt<T>(work: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await work();
  } catch (error) {
    const why = Object(error).code === undefined ? messageOf(error) : whyUnread(error);
    // Of a warning sharp says that it was one, and not which.
    return { why: /^Warning treated as error/.test(why) ? "damaged" : why.trim().split("\n")[0]! };
  }
}

/** Files at once: sharp decodes four of them on Node's threads, while others are read. */
const AT_ONCE = 8;

/** Do something with all items, some at once, and give what comes out in their order. */
export async function mapSome<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const run = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return results;
}
