/**
 * @file Data as commands name them: a dataset with a name, or a path, and the options that say how it is read.
 */

import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseBytes } from "../base/bytes.ts";
import { messageOf, UsageError } from "../base/errors.ts";
import {
  type AskedOptions,
  arrayLayouts,
  fits,
  missings,
  type ReadData,
  readDataPath,
  targetTypes,
  writeDataPath,
} from "../data/data-options.ts";
import type { ExampleSplits } from "../data/dataset.ts";
import { readData } from "../data/node/read-data.ts";
import { openExamplesStore } from "../run/node/examples-store.ts";
import { datasetNames, isDataPath } from "../run/subject.ts";
import { GAUSSIAN } from "../theory/examples.ts";
import { withFlags } from "./flags.ts";
import { numberIn, wholeFrom } from "./output.ts";

/** What `--data` takes, for help. */
export const DATA_HELP = `${datasetNames.join(", ")}, or the path of your own: ./photos`;

/** How much of the examples may be held. */
export const memoryOption = (): Option =>
  new Option(
    "--memory <size>",
    "examples that may be held, as the float32 numbers a network is given: 512MiB, 2GiB; more are read from a file as they are wanted, with the same results (default: a quarter of the machine's memory)",
  ).argParser((text) => {
    try {
      return parseBytes(text);
    } catch (error) {
      throw new InvalidArgumentError(messageOf(error));
    }
  });

/** Options that say how data at a path are read; `size` and `layout` of a model file are other ones. */
export type DataFlags = Omit<AskedOptions, "size" | "layout"> & {
  readonly size?: unknown;
  readonly layout?: unknown;
};

/** Add the options that say how data at a path are read. */
export const addDataOptions = (command: Command): Command =>
  command
    .optionsGroup("How data at a path are read (shatter data check PATH says what is understood):")
    .option(
      "--test-share <share>",
      "share of each class that is test examples, where the data have no test split (default: 0.2)",
      numberIn(0, 1, { low: true, high: true }),
    )
    .option("--split-seed <seed>", "decides which these are (default: 0)", wholeFrom(0))
    .addOption(
      new Option(
        "--fit <name>",
        "how images come to another size: the middle cut out (default), or set on black",
      ).choices(fits),
    )
    .option("--shape <CxHxW>", "rows are images, a column a pixel: 3x32x32, 28x28")
    .option("--transpose", "exchange height and width of images in arrays, as EMNIST's are")
    .option("--target <column>", "the column with the labels, or the field of shards: json.label")
    .addOption(
      new Option(
        "--target-type <type>",
        "classes, or a number to be told (default: found by looking)",
      ).choices(targetTypes),
    )
    .option(
      "--group <name>",
      "the column or array of groups, or of images a regular expression that finds them in paths, patient(\\d+): no split divides one, and labels are permuted by them",
    )
    .option("--drop <columns>", "columns that are left out, divided by commas")
    .addOption(new Option("--missing <choice>", "what becomes of missing values").choices(missings))
    .option("--skip-unreadable", "leave out files that cannot be read");

/** Add those that other options of a command have the names of, where it has none. */
export const addArrayOptions = (command: Command): Command =>
  addDataOptions(command)
    .option("--size <pixels>", "height and width that all images are brought to", wholeFrom(1, 4096))
    .addOption(new Option("--layout <name>", "where arrays have the channels").choices(arrayLayouts));

/** Names that no file or folder of the same name takes. */
const isKnown = (name: string): boolean => [...datasetNames, GAUSSIAN].includes(name);

/**
 * Data as asked for: a name as it is; a path with all that options say of how it is read.
 *
 * @throws UsageError if such an option is given with a name.
 */
export function dataReferenceOf(named: string, flags: DataFlags): string {
  const data = isKnown(named) || isDataPath(named) || !existsSync(named) ? named : `./${named}`;
  const { testShare, splitSeed, fit, target, targetType, group, drop, missing, skipUnreadable } = flags;
  const { size, layout, transpose } = flags;
  const asked = {
    testShare,
    splitSeed,
    size: typeof size === "number" ? size : undefined,
    fit,
    target,
    targetType,
    group,
    drop,
    shape: flags.shape,
    layout: arrayLayouts.find((name) => name === layout),
    transpose,
    missing,
    skipUnreadable,
  };
  const said = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (isDataPath(data)) {
    const { path, asked: behind } = readDataPath(data);
    return writeDataPath(path, { ...behind, ...Object.fromEntries(said) });
  }
  const [first] = said;
  if (first)
    throw new UsageError(`\`${first[0]}\` is for data at a path: expected \`data\` PATH, got "${data}"`);
  return data;
}

/** The data that are asked for: a name, or the examples at a path; what was understood of them is told. */
export async function dataAsked(
  data: string,
  flags: DataFlags,
  quiet: boolean,
  memory?: number,
): Promise<string | ExampleSplits> {
  const reference = dataReferenceOf(data, flags);
  return isDataPath(reference) ? await readAsked(reference, quiet, memory) : reference;
}

/** The examples at a path; what was understood of them is told. */
export async function readAsked(reference: string, quiet: boolean, memory?: number): Promise<ExampleSplits> {
  const read = await readData(reference, openExamplesStore(memory));
  if (!quiet) tellRead(read);
  return read.splits;
}

/** Say how data at a path were understood. */
export function tellRead({ splits, understood }: ReadData<ExampleSplits>): void {
  for (const line of understood) process.stderr.write(`${splits.train.title}: ${withFlags(line)}\n`);
}
