/**
 * @file The images of a folder by split and class, found by looking: nothing is decoded here.
 */

import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { sortNatural } from "../natural.ts";
import { type NamedSplit, splitNamed } from "../split-names.ts";
import type { ImageFile } from "./decode-images.ts";

/** Names of files that are taken for images; what is in them decides. */
export const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?)$/i;

/** What systems leave in folders. */
const LEFT = /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$)/i;

/** Folders within folders that are looked into. */
const DEEPEST = 16;

/** An image that was found. */
interface Found {
  readonly path: string;
  /** What is in it, where it is no file of its own. */
  readonly bytes?: Exclude<ImageFile, string>;
  /** Of what reads its bytes from a file: what tells the file from others of its path. */
  readonly stamp?: string;
  readonly className: string;
}

/** What a folder has. */
export interface Listing {
  /** By their names within their classes, then by class; test images only where there is a folder of them. */
  readonly train: readonly Found[];
  readonly test: readonly Found[] | undefined;
  /** Natural-sorted. */
  readonly classNames: readonly string[];
  /** How the folder was taken, a sentence each. */
  readonly understood: readonly string[];
}

/** What was passed over, and how often. */
type Passed = Map<string, number>;

const count = (passed: Passed, what: string, times = 1): void =>
  void passed.set(what, (passed.get(what) ?? 0) + times);

const STRAY = "images in no folder of a class";

/**
 * Find the images of a folder: `train/CLASS/*` and `test/CLASS/*`, or `CLASS/*` alone.
 *
 * Links are followed to files within the folder only.
 *
 * @throws DataError if it is not such a folder, or a class has no training images.
 */
export async function listImages(folder: string): Promise<Listing> {
  const root = await realpath(folder);
  const passed: Passed = new Map();
  const { folders, images } = await lookInto(root, folder, passed);
  if (images.length > 0) count(passed, STRAY, images.length);
  const named = (split: NamedSplit) => folders.find(({ name }) => splitNamed(name) === split);
  const [train, test, validation] = [named("train"), named("test"), named("validation")];
  const other = test ?? validation;
  const classes = async (split: Place) => (await lookInto(root, split.path, new Map())).folders;
  if (train && ((await classes(train)).length > 0 || other)) {
    const found = {
      train: await classesIn(root, train, passed),
      test: other && (await classesIn(root, other, passed)),
    };
    const rest = folders.filter((place) => place !== train && place !== other);
    return listingOf(folder, found, passed, [
      `${train.name}/CLASS/*${other ? ` and ${other.name}/CLASS/*` : ""}: a folder of images for each class${other && other === validation ? `; there is no test folder, so ${other.name} is the test split` : ""}`,
      ...(rest.length > 0 ? [`not read: ${rest.map(({ name }) => `${name}/`).join(", ")}`] : []),
    ]);
  }
  if (folders.length === 0) throw new DataError(`${folder}: ${lacksClasses(images)}`);
  if (other && (await classes(other)).length > 0) {
    throw new DataError(
      `${folder}: expected a folder "train" beside "${other.name}", got none; if "${other.name}" is a class, move its images out of the folders in it`,
    );
  }
  const all = { train: await classesOf(root, folder, folders, passed), test: undefined };
  return listingOf(folder, all, passed, ["CLASS/*: a folder of images for each class"]);
}

const lacksClasses = (images: readonly Place[]): string =>
  `expected a folder of images for each class, got ${images.length === 0 ? "none, and no image" : `none, and images in no folder of a class (${images.length})`}`;

/** A folder, and what it is called in Unicode's composed form: systems write letters with accents in two ways. */
interface Place {
  readonly name: string;
  readonly path: string;
}

function listingOf(
  folder: string,
  { train, test }: { readonly train: ByClass; readonly test: ByClass | undefined },
  passed: Passed,
  understood: readonly string[],
): Listing {
  const classNames = sortNatural([...train.keys()], (name) => name);
  const empty = classNames.find((name) => train.get(name)!.length === 0);
  if (empty !== undefined) {
    throw new DataError(
      `${folder}: class "${empty}": expected training images (JPEG, PNG, WebP, AVIF, GIF, TIFF), got none; move its folder away if it is no class`,
    );
  }
  const unknown = [...(test ?? [])].find(([name, paths]) => paths.length > 0 && !train.has(name))?.[0];
  if (unknown !== undefined) {
    throw new DataError(`${folder}: class "${unknown}": expected training images, got test images only`);
  }
  if (classNames.length < 2) {
    const isNested = [...train.values()].flat().every(({ name }) => name.includes("/"));
    const hint = isNested ? `; if the folders in "${classNames[0]}" are the data, give that folder` : "";
    throw new DataError(`${folder}: expected at least two classes, got "${classNames[0]}" only${hint}`);
  }
  const imagesOf = (found: ByClass): Found[] =>
    sortNatural(
      classNames.flatMap((className) =>
        (found.get(className) ?? []).map((place) => ({ ...place, className })),
      ),
      ({ name }) => name,
    );
  const untested = test && classNames.filter((name) => (test.get(name) ?? []).length === 0);
  if (untested?.length === classNames.length) {
    throw new DataError(`${folder}: expected test images, got a folder without any`);
  }
  const over = sortNatural([...passed], ([what]) => what).map(([what, times]) => `${what} (${times})`);
  return {
    train: imagesOf(train),
    test: test && imagesOf(test),
    classNames,
    understood: [
      ...understood,
      ...(untested?.length ? [`without test images: ${untested.map((name) => `"${name}"`).join(", ")}`] : []),
      ...(over.length > 0 ? [`passed over: ${over.join(", ")}`] : []),
    ],
  };
}

/** Images, named by their paths within the class, by the class they are in. */
type ByClass = ReadonlyMap<string, readonly Place[]>;

async function classesIn(root: string, split: Place, passed: Passed): Promise<ByClass> {
  const { folders, images } = await lookInto(root, split.path, passed);
  if (folders.length === 0) throw new DataError(`${split.path}: ${lacksClasses(images)}`);
  if (images.length > 0) count(passed, STRAY, images.length);
  return await classesOf(root, split.path, folders, passed);
}

async function classesOf(
  root: string,
  folder: string,
  folders: readonly Place[],
  passed: Passed,
): Promise<ByClass> {
  const classes = new Map<string, Place[]>();
  for (const { name, path } of folders) {
    if (classes.has(name)) {
      throw new DataError(
        `${folder}: expected one folder for class "${name}", got two, spelled with other characters`,
      );
    }
    classes.set(name, await imagesBelow(root, path, passed));
  }
  return classes;
}

/** All images in a folder and those in it, named by their paths from it. */
async function imagesBelow(root: string, folder: string, passed: Passed, depth = 1): Promise<Place[]> {
  if (depth > DEEPEST) throw new DataError(`${folder}: expected at most ${DEEPEST} folders in each other`);
  const { folders, images } = await lookInto(root, folder, passed);
  for (const { name, path } of folders) {
    const inside = await imagesBelow(root, path, passed, depth + 1);
    for (const image of inside) images.push({ ...image, name: `${name}/${image.name}` });
  }
  return images;
}

/** The folders, in natural order, and the images in a folder; what is passed over is counted. */
async function lookInto(
  root: string,
  folder: string,
  passed: Passed,
): Promise<{ folders: Place[]; images: Place[] }> {
  const pass = (what: string): void => count(passed, what);
  const [folders, images]: [Place[], Place[]] = [[], []];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw new DataError(`${folder}: expected a folder that can be read, got ${whyUnread(error)}`);
  });
  for (const entry of entries) {
    const place = { name: entry.name.normalize("NFC"), path: join(folder, entry.name) };
    if (entry.name.includes("\ufffd")) await requireName(place.path);
    if (LEFT.test(entry.name)) pass("hidden files and folders");
    else if (entry.isDirectory()) folders.push(place);
    else {
      const strange = await strangeness(root, place.path, entry);
      if (strange === undefined) images.push(place);
      else pass(strange);
    }
  }
  return { folders: sortNatural(folders, ({ name }) => name), images };
}

/** Refuse a name whose bytes are no text: under the name that is made of them, there is nothing. */
async function requireName(path: string): Promise<void> {
  await lstat(path).catch(() => {
    throw new DataError(
      `${path}: expected names of files that can be read, got one whose name is no UTF-8: rename it`,
    );
  });
}

/** Why something is no image of the folder; undefined if it is one. */
async function strangeness(root: string, path: string, entry: Dirent): Promise<string | undefined> {
  if (entry.isSymbolicLink()) {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) return "links to nothing";
    if (relative(root, real).split(sep)[0] === ".." || relative(root, real) === real)
      return "links out of the folder";
    if (!(await stat(real)).isFile()) return "links to folders";
  } else if (!entry.isFile()) return "neither files nor folders";
  if (IMAGE.test(entry.name)) return undefined;
  return extname(entry.name) === ""
    ? "files that are no images"
    : `files ending in ${extname(entry.name).toLowerCase()}`;
}
