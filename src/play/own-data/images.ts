/**
 * @file Image files of a folder as examples: classes by their folders, pixels by the browser.
 */

import { DataError } from "../../base/errors.ts";
import { type DataOptions, drawnBy, type ReadData } from "../../data/data-options.ts";
import { checkDataset, type Dataset, takeExamples } from "../../data/dataset.ts";
import { drawTest } from "../../data/draw-test.ts";
import { sortNatural } from "../../data/natural.ts";
import { splitNamed } from "../../data/split-names.ts";

/** A file that was dropped. */
export interface OwnFile {
  /** From the folder that was dropped on: `photos/cat/1.jpg`. */
  readonly path: string;
  readonly file: Blob;
}

/**
 * Makes an image of a file: `[size, size, 4]` bytes of red, green, blue and opacity, its middle cut out and set on white.
 *
 * @throws Anything, if the file is no image.
 */
export type Decode = (file: Blob, size: number) => Promise<Uint8ClampedArray>;

/** An image and what it is of; no class if its place does not tell. */
export interface OwnImage extends OwnFile {
  readonly className: string | undefined;
  readonly isTest: boolean;
}

/** Names of files that are taken for images; what is in them decides. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|bmp|heic|tiff?)$/i;

/** What systems leave in folders. */
const LEFT = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i;

/** Files that a sentence names. */
const NAMED = 3;

/**
 * The images among some files, and their classes: the name of the folder they are in, `test/cat` and `train/cat` for both
 * splits. Of images in one folder alone, or in none, nobody knows the class.
 */
export function listOwnImages(files: readonly OwnFile[]): OwnImage[] {
  const images = files.filter(
    ({ path, file }) =>
      !path.split("/").some((part) => LEFT.test(part)) &&
      (IMAGE.test(path) || file.type.startsWith("image/")),
  );
  const foldersOf = (path: string): string[] => path.split("/").slice(0, -1);
  const found = images.map((image) => {
    const folders = foldersOf(image.path);
    const at = folders.findIndex((folder) => splitNamed(folder) !== undefined);
    const split = at >= 0 ? splitNamed(folders[at]!) : undefined;
    // Below a split, the class is the next folder; else the one that the image is in.
    const className = split ? folders[at + 1] : folders.at(-1);
    return {
      ...image,
      className: className?.normalize("NFC"),
      isTest: split === "test" || split === "validation",
    };
  });
  const classes = new Set(found.map(({ className }) => className));
  const sorted = sortNatural(found, ({ path }) => path);
  return classes.size > 1 ? sorted : sorted.map((image) => ({ ...image, className: undefined }));
}

/**
 * Read images as a dataset; gray ones have one channel if all are gray. Those that are no images are left out, and said.
 *
 * @param images - Each with a class.
 * @throws DataError if there are not two classes of images that can be read.
 */
export async function readOwnImages(
  name: string,
  images: readonly OwnImage[],
  options: DataOptions & { readonly size: number },
  decode: Decode,
): Promise<ReadData> {
  const { size } = options;
  const pixels: Uint8ClampedArray[] = [];
  const kept: OwnImage[] = [];
  const broken: string[] = [];
  for (const image of images) {
    try {
      pixels.push(await decode(image.file, size));
      kept.push(image);
    } catch {
      broken.push(image.path);
    }
  }
  const classNames = sortNatural([...new Set(kept.map(({ className }) => className!))], (each) => each);
  if (classNames.length < 2) {
    throw new DataError(
      `${name}: expected images of at least two classes that this browser can read, got ${classNames.length === 0 ? "none" : `"${classNames[0]}" only`}${broken.length > 0 ? `; it could not read ${listSome(broken)}: save them as JPEG or PNG` : ""}`,
    );
  }
  const isGray = pixels.every((image) =>
    image.every((value, at) => at % 4 !== 0 || (value === image[at + 1] && value === image[at + 2])),
  );
  const channels = isGray ? 1 : 3;
  const all: Dataset = checkDataset(
    {
      name,
      inputs: arrange(pixels, channels, size),
      shape: [kept.length, channels, size, size],
      labels: Int32Array.from(kept, ({ className }) => classNames.indexOf(className!)),
      classNames,
    },
    name,
  );
  const understood = [
    `${kept.length} images of ${classNames.length} classes, their middle brought to ${size} x ${size} pixels, ${isGray ? "gray" : "in color"}`,
    ...(broken.length > 0 ? [`left out, as this browser cannot read them: ${listSome(broken)}`] : []),
  ];
  const indicesOf = (isTest: boolean): number[] =>
    kept.flatMap((image, at) => (image.isTest === isTest ? [at] : []));
  if (kept.some(({ isTest }) => isTest) && kept.some(({ isTest }) => !isTest)) {
    const [train, test] = [false, true].map((isTest) => takeExamples(all, indicesOf(isTest))) as [
      Dataset,
      Dataset,
    ];
    return { splits: { train, test }, understood };
  }
  const { splits, told } = drawTest(all, options, name);
  return { splits, understood: [...understood, told], chosen: drawnBy(options) };
}

const listSome = (paths: readonly string[]): string =>
  `${paths.slice(0, NAMED).join(", ")}${paths.length > NAMED ? ` and ${paths.length - NAMED} more` : ""}`;

/** Pixels channel by channel. */
function arrange(images: readonly Uint8ClampedArray[], channels: number, size: number): Uint8Array {
  const area = size * size;
  const out = new Uint8Array(images.length * channels * area);
  images.forEach((image, index) => {
    for (let channel = 0; channel < channels; channel++) {
      const start = (index * channels + channel) * area;
      for (let at = 0; at < area; at++) out[start + at] = image[4 * at + channel]!;
    }
  });
  return out;
}
