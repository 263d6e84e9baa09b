/**
 * @file ImageNet as it is downloaded: ILSVRC 2012's archives or folders, whose validation images have their labels in a file of their own.
 */

import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { sortNatural } from "../natural.ts";
import { requireOptions } from "../require-options.ts";
import { fileSize, readBytes } from "./files.ts";
import { readListed } from "./image-folder.ts";
import { IMAGE, type Listing, listImages } from "./list-images.ts";
import { streaming } from "./memory.ts";
import { readRange, versionOf } from "./read-shards.ts";
import { readTar, type TarMember } from "./tar.ts";

export const TRAIN_ARCHIVE = "ILSVRC2012_img_train.tar";
const VALIDATION_ARCHIVE = "ILSVRC2012_img_val.tar";

/** Images of each split, and classes, of ILSVRC 2012. */
const FULL = { train: 1_281_167, validation: 50_000 };

/** Most bytes of a file with labels. */
const MOST_LABELS = 2 ** 26;

type Found = Listing["train"][number];
/** An image of the validation, by the name of its file. */
type Unlabeled = Omit<Found, "className"> & { readonly name: string };

/** Files that say the class of each validation image, by who publishes them; the first that is there is read. */
const LABELS: Readonly<
  Record<string, (lines: readonly string[], where: string) => Map<string, string> | readonly string[]>
> = {
  // TensorFlow's package: a class a line, in the order of the images.
  "imagenet_2012_validation_synset_labels.txt": (lines) => lines,
  // Kaggle's: the image, and its class before the boxes.
  "LOC_val_solution.csv": (lines) =>
    new Map(lines.slice(1).map((line) => [line.split(",")[0]!, line.split(",")[1]?.split(" ")[0] ?? ""])),
};

/** Whether names in a folder are those of ImageNet with a file of validation labels. */
export const isIlsvrc = (names: readonly string[]): boolean =>
  names.includes(TRAIN_ARCHIVE) || names.some((name) => name in LABELS);

/**
 * Read ImageNet: `ILSVRC2012_img_train.tar` or `train/CLASS/*`, and `ILSVRC2012_img_val.tar` or `val/*`, whose labels are in
 * `imagenet_2012_validation_synset_labels.txt` or `LOC_val_solution.csv` beside them. Images in archives are read where they lie.
 *
 * @throws DataError if something of these is missing, an archive is truncated or damaged, or images and labels are not as many.
 */
export const readIlsvrc = streaming(async (folder, options, store) => {
  requireOptions(folder, "ImageNet", options, ["size", "fit", "skipUnreadable"]);
  const names = await readdir(folder);
  const train = names.includes(TRAIN_ARCHIVE)
    ? await inTrainArchive(join(folder, TRAIN_ARCHIVE))
    : (await listImages(join(folder, "train"))).train;
  const unlabeled = names.includes(VALIDATION_ARCHIVE)
    ? await inArchive(join(folder, VALIDATION_ARCHIVE))
    : await inFolder(join(folder, "val"));
  const { test, told } = await labelAll(folder, names, unlabeled);
  const classNames = [...new Set(train.map(({ className }) => className))].sort();
  const stranger = test.find(({ className }) => !classNames.includes(className));
  if (stranger) {
    throw new DataError(
      `${folder}: validation image ${stranger.path}: expected one of the ${classNames.length} classes of training, got ${JSON.stringify(stranger.className)}`,
    );
  }
  const understood = [
    `${train.length} training and ${test.length} validation images of ${classNames.length} classes${
      train.length === FULL.train && test.length === FULL.validation
        ? ", all of ILSVRC 2012"
        : ` (ILSVRC 2012 has ${FULL.train} and ${FULL.validation}, of 1000)`
    }`,
    told,
  ];
  return readListed(folder, { train, test, classNames, understood }, options, store);
});

/** The images of an archive of archives, one a class. */
async function inTrainArchive(archive: string): Promise<Found[]> {
  const stamp = await versionOf(archive);
  const found: Found[] = [];
  for await (const member of membersOf(archive)) {
    const className = /^(?:\.\/)?([^/]+)\.tar$/.exec(member.name)?.[1];
    if (className === undefined) {
      throw new DataError(
        `${archive}: expected an archive for each class, got ${JSON.stringify(member.name)}`,
      );
    }
    const where = `${archive}/${member.name}`;
    const chunks = (async function* () {
      yield await member.read();
    })();
    for await (const image of readTar(chunks, member.size, { where, what: ".tar archive" })) {
      if (image.type === "file" && IMAGE.test(image.name))
        found.push({ ...placed(archive, stamp, image, member.offset), className });
    }
  }
  // As a folder of classes is read: by class, then by name.
  const byClass = sortNatural(found, ({ className }) => className);
  return sortNatural(byClass, ({ path }) => basename(path));
}

/** The images of an archive. */
async function inArchive(archive: string): Promise<Unlabeled[]> {
  const stamp = await versionOf(archive);
  const found: Unlabeled[] = [];
  for await (const image of membersOf(archive)) {
    if (IMAGE.test(image.name))
      found.push({ ...placed(archive, stamp, image), name: image.name.replace(/^.*\//, "") });
  }
  return found;
}

const placed = (archive: string, stamp: string, { name, offset, size }: TarMember, from = 0) => ({
  path: join(archive, name),
  bytes: () => readRange(archive, stamp, from + offset, size),
  stamp,
});

/** The files of an archive. */
async function* membersOf(archive: string): AsyncGenerator<TarMember> {
  const chunks = createReadStream(archive, { highWaterMark: 2 ** 20 });
  for await (const member of readTar(chunks, Number.MAX_SAFE_INTEGER, {
    where: archive,
    what: ".tar archive",
  })) {
    if (member.type === "file") yield member;
  }
}

async function inFolder(folder: string): Promise<Unlabeled[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new DataError(
      `${folder}: expected the validation images, or ${VALIDATION_ARCHIVE} beside it, got ${whyUnread(error)}`,
    );
  });
  return await Promise.all(
    entries
      .filter((name) => IMAGE.test(name))
      .map(async (name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, name, stamp: `${size} ${mtimeMs}` };
      }),
  );
}

/** Validation images with their classes, in the order of their names. */
async function labelAll(folder: string, names: readonly string[], unlabeled: readonly Unlabeled[]) {
  const file = Object.keys(LABELS).find((name) => names.includes(name));
  if (file === undefined) {
    throw new DataError(
      `${folder}: expected the classes of the validation images in ${Object.keys(LABELS).join(" or ")}, got neither; or sort the images into val/CLASS/`,
    );
  }
  const where = join(folder, file);
  if ((await fileSize(where)) === undefined) throw new DataError(`${where}: expected a file`);
  const text = new TextDecoder().decode(await readBytes(where, MOST_LABELS));
  const labels = LABELS[file]!(
    text.split(/\r?\n/).filter((line) => line !== ""),
    where,
  );
  const images = sortNatural([...unlabeled], ({ name }) => name);
  const count = labels instanceof Map ? labels.size : labels.length;
  if (count !== images.length) {
    throw new DataError(
      `${where}: expected a class for each of ${images.length} validation images, got ${count}`,
    );
  }
  const test = images.map(({ name, ...image }, at): Found => {
    const className = labels instanceof Map ? labels.get(name.replace(/\.[^.]*$/, "")) : labels[at];
    if (!className) throw new DataError(`${where}: expected the class of ${name}, got none`);
    return { ...image, className };
  });
  return { test, told: `the classes of validation images are those of ${where}` };
}
