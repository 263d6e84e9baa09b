/**
 * @file A folder of images as a dataset.
 */

import { stat } from "node:fs/promises";
import { basename, relative, resolve, sep } from "node:path";
import { showBytes } from "../../base/bytes.ts";
import { DataError, UsageError } from "../../base/errors.ts";
import { sha256 } from "../../base/json.ts";
import { type DataOptions, drawnBy, type ReadData } from "../data-options.ts";
import { classCounts, type Dataset, type ExampleSplits, partRows } from "../dataset.ts";
import { divideRows } from "../draw-test.ts";
import { heldBytes, type PlannedSplit, type PlannedSplits, type SplitsStore } from "../planned.ts";
import { refuseDivided, tellGroups } from "../read-groups.ts";
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
import { streaming } from "./memory.ts";
import { groupsOfPaths } from "./path-groups.ts";

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
 * What would take more memory than the store allows is decoded into a file of it, a part at a time.
 *
 * @throws DataError if it is not such a folder, files cannot be read, sizes differ, or files are changed meanwhile.
 * @throws UsageError if there is an option that would change nothing.
 */
export const readImageFolder = streaming(async (folder, options, store) => {
  requireOptions(folder, "a folder of images", options, ["size", "fit", "group", "skipUnreadable"]);
  return await readListed(folder, await listImages(folder), options, store);
});

/** Read images that were found, see {@link readImageFolder}. */
export async function readListed(
  folder: string,
  listing: Listing,
  options: DataOptions,
  store: SplitsStore,
): Promise<ReadData<ExampleSplits>> {
  if (options.fit !== undefined && options.size === undefined) {
    throw new UsageError(
      `data ${folder}: \`fit\`: expected \`size\` beside it, got none: images stay as they are`,
    );
  }
  const stamps = await stampsOf(listing);
  const made = { key: await keyOf(stamps, listing, options), title: basename(resolve(folder)) };
  const known = await store.find(made);
  if (known) return known;
  const { images, refused } = await inspectAll(folder, listing);
  const skips = options.skipUnreadable ?? false;
  if (refused.length > 0 && !skips)
    throw unreadable(folder, refused, "by their headers alone; what follows them was not looked at");
  const form = formOf(folder, images, options);
  const isLarge = heldBytes(images.length, shapeOf(form)) > store.memory;
  const decode = isLarge ? decodeInto(store, made.title) : decodeHere;
  let kept = images;
  let decoded = await decode(folder, listing, kept, form, options);
  const left = [...refused];
  // Those that turn out to be broken change which are drawn as test images.
  while ("broken" in decoded) {
    const { broken } = decoded;
    const files = [...broken].map(([image, why]) => `${relative(folder, image.path)} (${why})`);
    if (!skips) throw unreadable(folder, files);
    left.push(...files);
    kept = kept.filter((image) => !broken.has(image));
    decoded = await decode(folder, listing, kept, form, options);
  }
  await requireUnchanged(folder, stamps, listing);
  const { splits, told } = decoded;
  const understood = [
    ...listing.understood,
    ...told,
    ...tellForm(kept, form, options),
    ...(left.length > 0 ? [`left out: ${tellFiles(left)}`] : []),
  ];
  const read = { splits, understood, chosen: listing.test ? {} : drawnBy(options) };
  await store.remember(made, read);
  return read;
}

/** Changes where images would be decoded otherwise than before. */
const DECODING = 1;

/** Everything that decides which examples come out. */
async function keyOf(stamps: readonly string[], listing: Listing, options: DataOptions): Promise<string> {
  const { versions } = (await import("sharp")).default;
  const { classNames, understood } = listing;
  return JSON.stringify({ images: DECODING, versions, options, classNames, understood, stamps });
}

/** Path, size and time of every file. */
const stampsOf = async ({ train, test = [] }: Listing): Promise<string[]> =>
  mapSome([...train, ...test], async ({ path, bytes, stamp, className }, index) => {
    const place = `${index < train.length ? "train" : "test"} ${className} ${path}`;
    if (bytes instanceof Uint8Array) return `${place} ${await sha256(bytes)}`;
    // What reads a part of a file sees by itself that it was changed.
    if (bytes) return `${place} ${stamp}`;
    const { size, mtimeMs, ino } = await stat(path).catch(() => ({ size: -1, mtimeMs: -1, ino: -1 }));
    return `${place} ${size} ${mtimeMs} ${ino}`;
  });

/** Refuse files that were changed while they were read: what came out may be of neither time. */
async function requireUnchanged(folder: string, before: readonly string[], listing: Listing): Promise<void> {
  const after = await stampsOf(listing);
  const changed = after.findIndex((stamp, at) => stamp !== before[at]);
  if (changed < 0) return;
  const { path } = [...listing.train, ...(listing.test ?? [])][changed]!;
  throw new DataError(
    `${folder}: expected files that stay as they are, but ${relative(folder, path)} was changed while they were read; read it again when nobody writes to it`,
  );
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
  return { channels, height: size ?? height, width: size ?? width, fit: fit ?? "crop" };
}

const shapeOf = ({ channels, height, width }: ImageForm): number[] => [channels, height, width];

/** What images became, or which of them cannot be read and why. */
type Decoded =
  | { readonly splits: ExampleSplits; readonly told: readonly string[] }
  | { readonly broken: ReadonlyMap<Image, string> };

type Decode = (
  folder: string,
  listing: Listing,
  images: readonly Image[],
  form: ImageForm,
  options: DataOptions,
) => Promise<Decoded>;

/** Decode images into memory. */
const decodeHere: Decode = async (folder, listing, images, form, options) => {
  const { train, test, told, groupsOf } = divide(folder, listing, images, options);
  const shape = shapeOf(form);
  const broken = new Map<Image, string>();
  const splitOf = async (chosen: readonly Image[]): Promise<Dataset> => ({
    name: folder,
    inputs: await decodeSome(chosen, form, broken),
    shape: [chosen.length, ...shape],
    labels: labelsOf(chosen),
    classNames: listing.classNames,
    ...groupsOf(chosen),
  });
  const splits = { train: await splitOf(train), test: await splitOf(test) };
  return broken.size > 0 ? { broken } : { splits, told };
};

/** Images that cannot be read, found while others were written. */
class BrokenImages extends Error {}

/** Decode images into a file, a part at a time: while one is written, the next is decoded. */
const decodeInto =
  (store: SplitsStore, title: string): Decode =>
  async (folder, listing, images, form, options) => {
    const { train, test, told, groupsOf } = divide(folder, listing, images, options);
    const shape = shapeOf(form);
    const broken = new Map<Image, string>();
    const splitOf = (chosen: readonly Image[]): PlannedSplit => ({
      labels: labelsOf(chosen),
      ...groupsOf(chosen),
      async *parts() {
        const rows = partRows({ shape: [1, ...shape] });
        const decodeFrom = (from: number): Promise<Uint8Array> => {
          const part = decodeSome(chosen.slice(from, from + rows), form, broken);
          // Whoever has no use for it any more need not hear of it.
          part.catch(() => {});
          return part;
        };
        let next = decodeFrom(0);
        for (let from = 0; from < chosen.length; from += rows) {
          const part = await next;
          next = decodeFrom(from + rows);
          yield part;
        }
        if (broken.size > 0) throw new BrokenImages("images cannot be read");
      },
    });
    const { classNames } = listing;
    const planned = { title, shape, type: "uint8", classNames, train: splitOf(train), test: splitOf(test) };
    try {
      return { splits: await store.write(planned as PlannedSplits), told };
    } catch (error) {
      if (error instanceof BrokenImages) return { broken };
      throw error;
    }
  };

/** The pixels of some images, one after another; why some cannot be read is noted. */
async function decodeSome(
  images: readonly Image[],
  form: ImageForm,
  broken: Map<Image, string>,
): Promise<Uint8Array> {
  const size = shapeOf(form).reduce((product, side) => product * side);
  const inputs = new Uint8Array(images.length * size);
  await mapSome(images, async (image, index) => {
    const out = inputs.subarray(index * size, (index + 1) * size);
    const result = await decodeImage(image.bytes ?? image.path, form, out);
    if (result) broken.set(image, result.why);
  });
  return inputs;
}

const labelsOf = (images: readonly Image[]): Int32Array => Int32Array.from(images, ({ label }) => label);

/** The images of both splits: as they were found, or drawn. */
function divide(
  folder: string,
  { test: found, classNames }: Listing,
  images: readonly Image[],
  options: DataOptions,
) {
  const { testShare, splitSeed, group } = options;
  const all = [...images.keys()];
  const labels = labelsOf(images);
  const groups = group === undefined ? undefined : groupsOfPaths(pathsOf(folder, images), group, folder);
  const chosen = found
    ? { train: all.filter((at) => !images[at]!.isTest), test: all.filter((at) => images[at]!.isTest) }
    : groups
      ? divideRows(folder, { labels, classNames, groups }, options)
      : stratify(labels, classNames.length, { testShare, splitSeed });
  const [train, test] = [chosen.train, chosen.test].map((indices) =>
    Array.from(indices, (at) => images[at]!),
  );
  if (test!.length === 0) {
    throw new DataError(
      `${folder}: expected test images${found ? " that can be read, got none" : ", got one image of each class, and none to spare"}`,
    );
  }
  for (const [label, count] of classCounts({ labels: labelsOf(train!), classNames }).entries()) {
    if (count > 0) continue;
    throw new DataError(
      `${folder}: class "${classNames[label]}": expected training images that can be read, got none${groups && !found ? "; where all its groups were drawn for the test, another `splitSeed` may draw others" : ""}`,
    );
  }
  const places = groups && new Map(images.map((image, at) => [image, groups[at]!]));
  const groupsOf = (some: readonly Image[]): { readonly groups?: Int32Array } =>
    places ? { groups: Int32Array.from(some, (image) => places.get(image)!) } : {};
  const bySplit = groups && { train: groupsOf(train!).groups!, test: groupsOf(test!).groups! };
  const what = `what ${group} finds in paths`;
  if (bySplit && found) refuseDivided(bySplit, what, folder);
  const told = [
    ...(found
      ? []
      : [
          `no test split is there: ${testShare} of ${groups ? "the groups" : "each class"} (\`testShare\`), drawn with seed ${splitSeed} (\`splitSeed\`), are the test images${groups ? "" : "; images that belong together, such as frames of one film, may be divided: say by `group` which do"}`,
        ]),
    ...(bySplit ? [tellGroups(bySplit, `${what} are the groups`)] : []),
  ];
  return { train: train!, test: test!, told, groupsOf };
}

/** Where images are in their folder, with slashes, in Unicode's composed form. */
const pathsOf = (folder: string, images: readonly Image[]): string[] =>
  images.map(({ path }) => relative(folder, path).split(sep).join("/").normalize("NFC"));

/** What images were made to be, and what was done to some for it. */
function tellForm(images: readonly Image[], form: ImageForm, { size }: DataOptions): string[] {
  const { channels, height, width, fit } = form;
  const bytes = heldBytes(images.length, shapeOf(form)) / 4;
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
    `images of ${channels} x ${height} x ${width} (channels, height, width), ${showBytes(bytes)} of pixels`,
    ...changes.flatMap(([many, what]) =>
      many === 0 ? [] : [`${many} ${many === 1 ? "image" : "images"} ${what}`],
    ),
  ];
}

const tellFiles = (files: readonly string[]): string =>
  `${files.length} ${files.length === 1 ? "file" : "files"} that cannot be read: ${files.slice(0, NAMED).join(", ")}${files.length > NAMED ? ", ..." : ""}`;

/** @param looked - How they were looked at, if that was not all. */
const unreadable = (folder: string, files: readonly string[], looked?: string): DataError =>
  new DataError(
    `${folder}: ${tellFiles(files)}${looked ? ` (${looked})` : ""}; mend or remove them, or leave them out with \`skipUnreadable\``,
  );
