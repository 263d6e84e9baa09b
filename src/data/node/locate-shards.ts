/**
 * @file Finding WebDataset's shards: which files, in which order, for which split.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { listSome, sortNatural } from "../natural.ts";
import { expandBraces, fitsStars, isShardName, isShardPattern, requireRows } from "../shard-names.ts";
import { type NamedSplit, splitNamed } from "../split-names.ts";
import { fileSize, readBytes } from "./files.ts";

/** Shards by split, in the natural order of their names. */
export interface Shards {
  /** What they are in. */
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: readonly string[] | undefined;
  /** Names of the classes 0, 1, ..., where a file `classnames.txt` lies beside. */
  readonly classNames: readonly string[] | undefined;
  /** How they were taken, a sentence each. */
  readonly understood: readonly string[];
}

/**
 * Find the shards of a path: a folder of them, or of `train/` and `test/`; one shard; or a pattern such as `train-{000..009}.tar`.
 *
 * A shard is of the split that a word of its name names, else the folder it is in; without a test, those of a validation are it.
 *
 * @throws DataError if there are none, one is missing of a row that is counted, or some speak of a split and some do not.
 */
export async function locateShards(path: string): Promise<Shards> {
  const isPattern = isShardPattern(path);
  const isFolder = !isPattern && (await isFolderAt(path));
  const folder = isFolder ? path : isPattern ? dirname(path) : path;
  const { found, passed } = isFolder
    ? await shardsIn(path)
    : { found: isPattern ? await shardsOf(path) : [path], passed: [] };
  if (found.length === 0) throw new DataError(`data ${path}: expected shards (.tar, .tar.gz), got none`);
  const twice = found.find((each, at) => found.indexOf(each) !== at);
  if (twice !== undefined) throw new DataError(`data ${path}: expected each shard once, got ${twice} twice`);
  const { splits, told } = found.length === 1 ? oneSet(found) : divide(path, found);
  const namesFile = join(isFolder ? path : dirname(found[0]!), "classnames.txt");
  const classNames = (await fileSize(namesFile)) === undefined ? undefined : await namesIn(namesFile);
  return {
    folder,
    ...splits,
    classNames,
    understood: [
      ...told,
      ...(classNames ? [`names of the classes are those of ${namesFile}`] : []),
      ...(passed.length > 0 ? [`passed over: ${listSome(passed)}`] : []),
    ],
  };
}

async function isFolderAt(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw new DataError(`data ${path}: expected shards, got ${whyUnread(error)}`);
  });
  return found.isDirectory();
}

/** What is in a folder; what is hidden is left out. */
async function look(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new DataError(`data ${folder}: expected a folder that can be read, got ${whyUnread(error)}`);
  });
  return sortNatural(
    entries.filter(({ name }) => !name.startsWith(".")),
    ({ name }) => name,
  );
}

/** The shards of a folder, and of the folders of splits in it. */
async function shardsIn(folder: string): Promise<{ found: string[]; passed: string[] }> {
  const [found, passed]: [string[], string[]] = [[], []];
  for (const entry of await look(folder)) {
    const place = join(folder, entry.name);
    if (entry.isDirectory() && splitNamed(entry.name)) found.push(...(await shardsIn(place)).found);
    else if (!entry.isDirectory() && isShardName(entry.name)) found.push(place);
    else if (!/^(classnames|nshards)\.txt$/.test(entry.name)) passed.push(entry.name);
  }
  const here = found.filter((each) => dirname(each) === folder || dirname(each) === join(folder));
  requireRows(
    here.map((each) => basename(each)),
    folder,
  );
  await requireCount(folder, here.length);
  return { found, passed };
}

/** Check how many shards there are, where a file says it, as those of CLIP's benchmark do. */
async function requireCount(folder: string, count: number): Promise<void> {
  const where = join(folder, "nshards.txt");
  if (count === 0 || (await fileSize(where)) === undefined) return;
  const said = new TextDecoder().decode(await readBytes(where, 100)).trim();
  if (said === String(count)) return;
  throw new DataError(
    `${where}: expected the number of shards beside it, ${count}, got "${said}"; fetch what is missing`,
  );
}

/** The shards a pattern stands for: all that it names, and what is there of its last part's stars. */
async function shardsOf(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of expandBraces(pattern)) {
    if (dirname(path).includes("*")) {
      throw new DataError(
        `data ${pattern}: expected stars in the last part only, got them in a folder's name`,
      );
    }
    if (!basename(path).includes("*")) {
      if ((await fileSize(path)) === undefined) {
        throw new DataError(`data ${pattern}: expected every shard that it names, got no file ${path}`);
      }
      found.push(path);
      continue;
    }
    const names = (await look(dirname(path))).map(({ name }) => name);
    const here = names.filter((name) => isShardName(name) && fitsStars(name, basename(path)));
    requireRows(here, `data ${pattern}`);
    found.push(...here.map((name) => join(dirname(path), name)));
  }
  return found;
}

/** The split that a shard's name speaks of, or its folder's. */
function splitOf(path: string): NamedSplit | undefined {
  const words = basename(path).split(/[-_.]/);
  return words.map(splitNamed).find((split) => split !== undefined) ?? splitNamed(basename(dirname(path)));
}

/** Shards for training, and for the test, if there are any. */
type Divided = Pick<Shards, "train" | "test">;

const oneSet = (train: readonly string[]): { splits: Divided; told: string[] } => ({
  splits: { train, test: undefined },
  told: [`shards: ${listSome(train.map((each) => basename(each)))}`],
});

function divide(path: string, found: readonly string[]): { splits: Divided; told: string[] } {
  const groups = Map.groupBy(found, splitOf);
  const [train, test, validation, plain] = (["train", "test", "validation", undefined] as const).map(
    (split) => groups.get(split),
  );
  if (groups.size === 1 && !test && !validation) return oneSet(found);
  if (!train || plain) {
    throw new DataError(
      `data ${path}: expected shards named train, and maybe test, got ${plain ? `${basename(plain[0]!)}, which names no split` : "no training shards"} ` +
        `beside ${basename((test ?? validation ?? train)![0]!)}; name those to be read by a pattern, such as "{train,test}-*.tar"`,
    );
  }
  const other = test ?? validation;
  const left = test && validation ? `; not read: ${listSome(validation.map((each) => basename(each)))}` : "";
  const tell = (shards: readonly string[]): string => listSome(shards.map((each) => basename(each)));
  return {
    splits: { train, test: other },
    told: [
      `shards for training: ${tell(train)}${other ? `; for the test: ${tell(other)}` : ""}${left}`,
      ...(other && !test ? ["there are no test shards, so those of the validation are the test"] : []),
    ],
  };
}

/** A name a line. */
async function namesIn(where: string): Promise<string[]> {
  const lines = new TextDecoder().decode(await readBytes(where, 2 ** 20)).split(/\r?\n/);
  const names = lines.map((line) => line.trim());
  while (names.at(-1) === "") names.pop();
  if (names.length > 0 && !names.includes("")) return names;
  throw new DataError(`${where}: expected a name of a class in every line, got an empty one`);
}
