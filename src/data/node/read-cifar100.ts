/**
 * @file Reads the folder of CIFAR-100's binary version.
 */

import { join } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { CIFAR100_TARGETS, type Cifar100Target, parseCifar100 } from "../cifar100.ts";
import type { DataReader } from "../data-options.ts";
import { requireOptions } from "../require-options.ts";
import { fileSize, readBytes } from "./files.ts";

/** Most bytes of a file: ten times the official one. */
const MOST_BYTES = 1_537_000_000;

/**
 * Read `train.bin` and `test.bin`; classes are the 100 fine ones, or by `target` the 20 `coarse` ones, with the names of
 * `fine_label_names.txt` or `coarse_label_names.txt` where they lie beside.
 *
 * @throws DataError if files are missing or not what they should be, UsageError if the target is another or an option would change nothing.
 */
export const readCifar100: DataReader = async (folder, options) => {
  requireOptions(folder, "CIFAR-100", options, ["target"]);
  const { target = "fine" } = options;
  if (!Object.hasOwn(CIFAR100_TARGETS, target)) {
    throw new UsageError(`target: expected fine or coarse, the labels of CIFAR-100, got "${target}"`);
  }
  const chosen = target as Cifar100Target;
  const { names, told } = await classNamesOf(folder, chosen);
  const read = async (file: string) => {
    const where = join(folder, file);
    return parseCifar100({ where, bytes: await readBytes(where, MOST_BYTES) }, chosen, names);
  };
  const splits = { train: await read("train.bin"), test: await read("test.bin") };
  const [train, test] = [splits.train, splits.test].map(({ labels }) => labels.length);
  return {
    splits,
    understood: [
      `records of CIFAR-100: ${train} training and ${test} test images of [3, 32, 32]`,
      `labels are the ${names.length} ${chosen} ones (\`target\`: fine or coarse), ${told}`,
    ],
  };
};

async function classNamesOf(
  folder: string,
  target: Cifar100Target,
): Promise<{ names: string[]; told: string }> {
  const { classes } = CIFAR100_TARGETS[target];
  const path = join(folder, `${target}_label_names.txt`);
  if ((await fileSize(path)) !== undefined) {
    const text = new TextDecoder().decode(await readBytes(path, 2 ** 16));
    const names = text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
    if (names.length === classes) return { names, told: `named by ${path}` };
  }
  return {
    names: Array.from({ length: classes }, (_, label) => String(label)),
    told: "named by their numbers",
  };
}
