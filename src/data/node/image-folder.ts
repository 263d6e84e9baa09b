/**
 * @file A folder of images as a dataset.
 */

import { totalmem } from "node:os";
import { relative } from "node:path";
import { DataError, UsageError } from "../../base/errors.ts";
import type { DataOptions, DataReader, ReadData } from "../data-options.ts";
import { classCounts, type Dataset, exampleCount, type Splits, takeExamples } from "../dataset.ts";
import { requireOptions } from "../require-options.ts";
import { stratify } from "../stratify.ts";
import {
  decodeImage,
  type ImageFacts,
  type ImageFile,
  type ImageForm,
  inspectImage,
  mapSome,
} from "./decode-images.ts";
import { type Listing, listImages } from "./list-images.ts";

/** Share of this machine's memory that the pixels may take: they are copied on the way to a trial. */
const MEMORY_SHARE = 0.25;

/** Files that an error names. */
const NAMED = 5;

/** One image of a listing, and what it is. */
interface Image {
  readonly path: string;
  readonly bytes?: Exclude<ImageFile, string>;
  readonly isTest: boolean;
  readonly label: number;
  readonly facts: ImageFacts;
}

/**
 * Read a folder of images: `train/CLASS/*` and `test/CLASS/*`, or `CLASS/*` alone, of which a part is taken as test images.
 *
 * Images are upright as their EXIF orientation says, on white where they are transparent, of 8 bits; of one channel if all
 * are gray, else of three.
 *
 * @throws DataError if it is not such a folder, files cannot be read, sizes differ, or it would take too much memory.
 * @throws UsageError if there is an option that would change nothing.
 */
export const readImageFolder: DataReader = async (folder, options) => {
  requireOptions(folder, "a folder of images", options, ["size", "fit", "skipUnreadable"]);
  return await readListed(folder, await listImages(folder), options);
};

/** Read images that were found, see {@link readImageFolder}. */
export async function readListed(folder: string, listing: Listing, options: DataOptions): Promise<ReadData> {
  if (options.fit !== undefined && options.size === undefined) {
    throw new UsageError(
      `data ${folder}: \`fit\`: expected \`size\` beside it, got none: images stay as they are`,
    );
  }
  const { images, refused } = await inspectAll(folder, listing);
  const skips = options.skipUnreadable ?? false;
  if (refused.length > 0 && !skips) throw unreadable(folder, refused);
  const form = formOf(folder, images, options);
  const { dataset, isTest, broken } = await decodeAll(folder, listing, images, form);
  if (broken.length > 0 && !skips) throw unreadable(folder, broken);
  const { splits, told } = divide(dataset, listing.test && isTest, options);
  for (const [label, count] of classCounts(splits.train).entries()) {
    if (count === 0)
      throw new DataError(
        `${folder}: class "${listing.classNames[label]}": expected training images that can be read, got none`,
      );
  }
  const left = [...refused, ...broken];
  const understood = [
    ...listing.understood,
    ...told,
    ...tellForm(images, form, options),
    ...(left.length > 0 ? [`left out: ${tellFiles(left)}`] : []),
  ];
  return { splits, understood, isTestDrawn: !listing.test };
}

/** What every file is, and why those that are left out were. */
async function inspectAll(folder: string, { train, test = [], classNames }: Listing) {
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const found = [...train, ...test].map(({ className, ...file }, index) => ({
    ...file,
    isTest: index >= train.length,
    label: labels.get(className)!,
  }));
  const seen = await mapSome(found, async (file) => ({
    ...file,
    facts: await inspectImage(file.bytes ?? file.path),
  }));
  const images: Image[] = [];
  const refused: string[] = [];
  for (const { facts, ...file } of seen) {
    if ("why" in facts) refused.push(`${relative(folder, file.path)} (${facts.why})`);
    else images.push({ ...file, facts });
  }
  return { images, refused };
}

/** What all images are made to be. */
function formOf(folder: string, images: readonly Image[], { size, fit }: DataOptions): ImageForm {
  const [first] = images;
  if (!first) throw new DataError(`${folder}: expected images that can be read, got none`);
  const channels = images.every(({ facts }) => facts.isGrey) ? 1 : 3;
  const sizes = Map.groupBy(images, ({ facts: { width, height } }) => `${width} x ${height}`);
  if (size === undefined && sizes.size > 1) {
    const most = [...sizes].sort(([, a], [, b]) => b.length - a.length);
    const told = most
      .slice(0, NAMED)
      .map(([each, of]) => `${each} (${of.length}, such as ${relative(folder, of[0]!.path)})`);
    throw new DataError(
      `${folder}: expected images of one size, got ${sizes.size} (width x height): ${told.join(", ")}${most.length > NAMED ? ", ..." : ""}; say \`size\` in pixels to bring all to one, and \`fit\` contain to cut nothing off`,
    );
  }
  const { width, height } = first.facts;
  const form = { channels, height: size ?? height, width: size ?? width, fit: fit ?? "crop" } as const;
  const [bytes, most] = [bytesOf(images.length, form), MEMORY_SHARE * totalmem()];
  if (bytes > most) {
    throw new DataError(
      `${folder}: ${images.length} images of ${channels} x ${form.height} x ${form.width} would take ${megabytes(bytes)} of memory: expected at most ${megabytes(most)}, a quarter of this machine's; say a smaller \`size\``,
    );
  }
  return form;
}

const bytesOf = (count: number, { channels, height, width }: ImageForm): number =>
  count * channels * height * width;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** All images that can be read as one dataset, in their order. */
async function decodeAll(folder: string, { classNames }: Listing, images: readonly Image[], form: ImageForm) {
  const size = bytesOf(1, form);
  const inputs = new Uint8Array(images.length * size);
  const results = await mapSome(images, ({ path, bytes }, index) =>
    decodeImage(bytes ?? path, form, inputs.subarray(index * size, (index + 1) * size)),
  );
  const all: Dataset = {
    name: folder,
    inputs,
    shape: [images.length, form.channels, form.height, form.width],
    labels: Int32Array.from(images, ({ label }) => label),
    classNames,
  };
  const kept = images.flatMap((_, index) => (results[index] ? [] : [index]));
  return {
    dataset: kept.length === images.length ? all : takeExamples(all, kept),
    isTest: kept.map((index) => images[index]!.isTest),
    broken: results.flatMap((result, index) =>
      result ? [`${relative(folder, images[index]!.path)} (${result.why})`] : [],
    ),
  };
}

/** Both splits: as they were found, or drawn. */
function divide(
  dataset: Dataset,
  isTest: readonly boolean[] | undefined,
  { testShare, splitSeed }: DataOptions,
): { splits: Splits; told: string[] } {
  const indices = Int32Array.from({ length: exampleCount(dataset) }, (_, index) => index);
  const { train, test } = isTest
    ? { train: indices.filter((at) => !isTest[at]), test: indices.filter((at) => isTest[at]) }
    : stratify(dataset.labels, dataset.classNames.length, { testShare, splitSeed });
  if (test.length === 0) {
    throw new DataError(
      `${dataset.name}: expected test images${isTest ? " that can be read, got none" : ", got one image of each class, and none to spare"}`,
    );
  }
  const told = isTest
    ? []
    : [
        `no test split is there: ${testShare} of each class (\`testShare\`), drawn with seed ${splitSeed} (\`splitSeed\`), are the test images; images that belong together, such as frames of one film, may be divided`,
      ];
  return { splits: { train: takeExamples(dataset, train), test: takeExamples(dataset, test) }, told };
}

/** What images were made to be, and what was done to some for it. */
function tellForm(images: readonly Image[], form: ImageForm, { size }: DataOptions): string[] {
  const { channels, height, width, fit } = form;
  const count = (is: (facts: ImageFacts) => boolean): number =>
    images.filter(({ facts }) => is(facts)).length;
  const changes: readonly (readonly [number, string])[] = [
    [count((facts) => facts.isTurned), "turned upright, as their EXIF orientation says"],
    [count((facts) => facts.hasAlpha), "with an alpha channel set on white"],
    [count((facts) => facts.isDeep), "of 16 bits brought to 8"],
    [count((facts) => facts.isMoving), "of several frames or pages: the first is taken"],
    [count((facts) => facts.isCmyk), "of CMYK made RGB"],
    [
      channels === 3 ? count((facts) => facts.isGrey) : 0,
      "of gray given three equal channels, as others are in color",
    ],
    [
      size === undefined ? 0 : count((facts) => facts.width !== size || facts.height !== size),
      `brought to ${size} x ${size}: ${fit === "crop" ? "scaled to cover it, the middle cut out (`fit` crop)" : "scaled to fit into it, on black (`fit` contain)"}`,
    ],
  ];
  return [
    `images of ${channels} x ${height} x ${width} (channels, height, width), ${megabytes(bytesOf(images.length, form))} in memory`,
    ...changes.flatMap(([many, what]) =>
      many === 0 ? [] : [`${many} ${many === 1 ? "image" : "images"} ${what}`],
    ),
  ];
}

const tellFiles = (files: readonly string[]): string =>
  `${files.length} ${files.length === 1 ? "file" : "files"} that cannot be read: ${files.slice(0, NAMED).join(", ")}${files.length > NAMED ? ", ..." : ""}`;

const unreadable = (folder: string, files: readonly string[]): DataError =>
  new DataError(
    `${folder}: ${tellFiles(files)}; mend or remove them, or leave them out with \`skipUnreadable\``,
  );
