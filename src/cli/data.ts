/**
 * @file `shatter data`: the datasets known by name; fetch, check and look at them.
 */

import { basename, extname } from "node:path";
import { SingleBar } from "cli-progress";
import { Command } from "commander";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { type Augmentation, requireAugmentable } from "../data/augment.ts";
import { type Copies, countCopies } from "../data/copies.ts";
import { type DataFile, isDataFile, writeDataFile } from "../data/data-file.ts";
import { readDataPath } from "../data/data-options.ts";
import {
  classCounts,
  datasetHash,
  type Examples,
  exampleCount,
  exampleShape,
  exampleSize,
  inputType,
  isImages,
  titleOf,
} from "../data/dataset.ts";
import { pathFrom, readDataFile } from "../data/node/data-file.ts";
import type { Progress } from "../data/node/download.ts";
import { dataFolder } from "../data/node/files.ts";
import { locate } from "../data/node/load.ts";
import { type FileReport, inspect, obtain } from "../data/node/obtain.ts";
import { readData } from "../data/node/read-data.ts";
import { datasets, findDataset, type KnownDataset } from "../data/registry.ts";
import { requireFile, writeWhole } from "../disk/whole-files.ts";
import { pngOf } from "../report/node/png.ts";
import { teller } from "../report/terminal.ts";
import { openExamplesStore } from "../run/node/examples-store.ts";
import { loadDataset } from "../run/node/library.ts";
import { isDataPath } from "../run/subject.ts";
import { cropForRecipe } from "../train/prepare.ts";
import { paperRecipe } from "../train/recipe.ts";
import { AUGMENT } from "./augment.ts";
import { dataAuditCommand } from "./data-audit.ts";
import { manifestCommand } from "./data-manifest.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, memoryOption } from "./data-options.ts";
import { drawPicture, pickColumns } from "./data-picture.ts";
import { dataSampleCommand } from "./data-sample.ts";
import { withFlags } from "./flags.ts";
import { jsonOption, tell } from "./json.ts";
import { isSteered, numberIn, paint, wholeFrom, widthOf } from "./output.ts";
import { asJson } from "./publish.ts";

interface CommonOptions {
  readonly dataDir?: string;
  readonly json?: string;
}

const NAMES = datasets.map(({ name }) => name).join(", ");
const PLACES = `one of ${NAMES}; or the path of your own: ./photos`;
const DATA_DIR = [
  "--data-dir <folder>",
  "where data lies (default: $SHATTER_DATA, or the cache folder)",
] as const;

/** Where datasets are that lie in no files. */
const ELSEWHERE: Readonly<Record<string, string>> = { drawn: "is drawn", included: "comes with Shatter" };

const thousands = (count: number): string => count.toLocaleString("en-US");

/** The command and its subcommands. */
export function dataCommand(): Command {
  const command = new Command("data").addHelpText(
    "after",
    `
Examples:
  shatter data list
  shatter data get cifar10
  shatter data check mnist --data-dir ~/data
  shatter data audit digits
  shatter data show digits --out digits.png`,
  );

  command
    .command("list")
    .description("list the datasets, and where they lie")
    .option(...DATA_DIR)
    .addOption(jsonOption("it"))
    .addHelpText("after", "\nExample:\n  shatter data list --json")
    .action(list);

  command
    .command("get")
    .description("fetch a dataset's official files; what is there is used")
    .argument("<name>", `one of ${NAMES}`)
    .option(...DATA_DIR)
    .option("--mirror <url>", "fetch from this folder instead of the official servers")
    .addOption(jsonOption("it"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter data get mnist\n  shatter data get cifar10 --data-dir ~/data",
    )
    .action(get);

  command
    .command("check")
    .description(
      "compare a dataset's files with the official bytes, or say how data at a path are understood; count labels and copies",
    )
    .argument("<name>", PLACES)
    .option(...DATA_DIR)
    .addOption(memoryOption())
    .option(
      "--write <file>",
      "write down how data at a path were read: shatter.data.yaml, to be given as data",
    )
    .addOption(jsonOption("it"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter data check mnist\n  shatter data check ./photos --size 64\n  shatter data check ./photos --size 64 --write shatter.data.yaml\n\nExits with 1 if a file is missing or not official, or cannot be read.",
    )
    .action(check);

  command
    .command("show")
    .description("draw what each randomization does, as the network sees it")
    .argument("<name>", PLACES)
    .option(...DATA_DIR)
    .option("--out <file>", "a .png or .svg file (default: NAME.png)")
    .option("--seed <seed>", "the repetition to show", wholeFrom(0), 0)
    .option("--corrupt <p>", "probability that a label is redrawn", numberIn(0, 1), 0.5)
    .option("--count <n>", "number of images", wholeFrom(1), 8)
    .option(...AUGMENT)
    .addOption(jsonOption("it"))
    .addHelpText(
      "after",
      "\nExamples:\n  shatter data show cifar10 --corrupt 0.2 --out cifar10.svg\n  shatter data show cifar10 --augment crop,flip,rotate:25",
    )
    .action(show);

  command.addCommand(manifestCommand(PLACES, DATA_DIR));
  command.addCommand(dataSampleCommand(PLACES, DATA_DIR));
  command.addCommand(dataAuditCommand(PLACES));
  for (const each of command.commands) if (/^(check|show)$/.test(each.name())) addArrayOptions(each);
  return command;
}

/** Where a dataset lies: a folder, `"drawn"` or `"included"`, or nowhere. */
async function whereabouts(known: KnownDataset, folder: string): Promise<string | undefined> {
  if (known.kind !== "stored") return known.kind;
  const found = await locate(known, folder);
  return found.size === known.files.length
    ? found
        .values()
        .next()
        .value!.replace(/[/\\][^/\\]*$/, "")
    : undefined;
}

async function list(options: CommonOptions): Promise<void> {
  const folder = dataFolder(options.dataDir);
  const rows: Row[] = [];
  for (const known of datasets) rows.push(await rowOf(known, folder));
  await tell(options.json, asJson(rows), () => rows.forEach(printRow));
}

type Row = Awaited<ReturnType<typeof rowOf>>;

async function rowOf(known: KnownDataset, folder: string) {
  const { name, title, train, test, shape, source, preprocess } = known;
  let problem: string | null = null;
  const where = await whereabouts(known, folder).catch((error: unknown) => {
    problem = withFlags(messageOf(error));
  });
  return { name, title, train, test, shape, source, preprocess, where: where ?? null, problem };
}

function printRow({ name, title, train, test, where, problem }: Row): void {
  const place =
    where === null
      ? (problem ?? `not here: shatter data get ${name}`)
      : where in ELSEWHERE
        ? `${ELSEWHERE[where]}, nothing to fetch`
        : where;
  console.log(
    `${paint(process.stdout, "bold", name.padEnd(9))}${thousands(train).padStart(7)} + ${thousands(test).padEnd(7)} ${title}\n` +
      `${" ".repeat(28)}${paint(process.stdout, "dim", place)}`,
  );
}

async function get(name: string, options: CommonOptions & { readonly mirror?: string }): Promise<void> {
  const known = findDataset(name);
  const folder = dataFolder(options.dataDir);
  if (known.kind !== "stored") {
    return await tell(options.json, asJson({ name, where: known.kind, fetched: false }), () =>
      console.log(`${name} ${ELSEWHERE[known.kind]}, there is nothing to fetch`),
    );
  }
  const bars = progressBars();
  let fetched = false;
  try {
    fetched = await obtain(known, folder, { mirror: options.mirror, onProgress: bars.update });
  } finally {
    bars.stop();
  }
  const where = await whereabouts(known, folder);
  await tell(options.json, asJson({ name, where, fetched }), () =>
    console.log(`${name} ${fetched ? "is now" : "was already"} in ${where}`),
  );
}

/** A bar a file on a terminal, and silence elsewhere. */
function progressBars(): { update: (progress: Progress) => void; stop: () => void } {
  let bar: SingleBar | undefined;
  let current = "";
  return {
    update({ name, received, total }) {
      if (!isSteered(process.stderr)) return;
      if (name !== current) {
        bar?.stop();
        bar = new SingleBar({
          format: `${name} {bar} {percentage}% of ${megabytes(total)}, {eta_formatted} left`,
          hideCursor: true,
        });
        bar.start(total, received);
        current = name;
      }
      bar?.update(received);
    },
    stop: () => bar?.stop(),
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

interface CheckOptions extends CommonOptions, DataFlags {
  readonly memory?: number;
  readonly write?: string;
}

async function check(name: string, options: CheckOptions): Promise<void> {
  const reference = dataReferenceOf(name, options);
  if (isDataPath(reference)) return await checkPath(reference, options);
  if (options.write !== undefined) {
    throw new UsageError(`--write: expected data at a path, got ${name}, whose bytes are known by that name`);
  }
  const known = findDataset(name);
  const files = known.kind === "stored" ? await inspect(known, dataFolder(options.dataDir)) : [];
  const isHere = files.every(({ path }) => path !== undefined);
  const splits = isHere ? await loadDataset(name, { dataDir: options.dataDir }) : undefined;
  const described = splits && { train: await describe(splits.train), test: await describe(splits.test) };
  const copies = splits && countCopies(splits);
  const reports = files.map((file) => ({ ...file, verdict: verdictOf(file) }));
  const isOfficial = reports.every(({ verdict }) => verdict === "official");
  const facts = { name, official: isOfficial, files: reports, ...described, copies };
  await tell(options.json, asJson(facts), () => {
    for (const { name: file, verdict, md5, path } of reports) {
      const color = verdict === "official" ? "green" : "yellow";
      console.log(`${file.padEnd(26)}${paint(process.stdout, color, verdict)}  ${md5 ?? ""}  ${path ?? ""}`);
    }
    if (described) printExamples(described);
    if (copies) printCopies(copies);
  });
  if (isOfficial) return;
  // Says what is not there, and what is instead.
  if (!isHere) await loadDataset(name, { dataDir: options.dataDir });
  const wrong = reports.filter(({ verdict }) => verdict !== "official");
  throw new DataError(
    `${name}: expected the official files, got ${wrong.map((file) => `${file.name} ${file.verdict}`).join(", ")}; ` +
      `they can be read and used; for the official ones, move them away and run "shatter data get ${name}"`,
  );
}

/** Read the data at a path, and say what they are. */
async function checkPath(reference: string, { json, memory, write }: CheckOptions): Promise<void> {
  const writing = write === undefined ? undefined : await descriptionAt(write, reference);
  const { splits, understood, hash, chosen = {} } = await readData(reference, openExamplesStore(memory));
  const { train, test } = splits;
  const described = { train: await describe(train), test: await describe(test) };
  const copies = countCopies(splits);
  const numbers = (exampleCount(train) + exampleCount(test)) * exampleSize(train);
  const bytes = numbers * (inputType(train) === "uint8" ? 1 : 4);
  const facts = {
    name: titleOf(train),
    identity: train.name,
    hash,
    understood,
    chosen,
    shape: exampleShape(train),
    bytes,
    ...described,
    copies,
  };
  if (writing) await writeWhole(write!, writeDataFile({ ...writing, hash, options: chosen }));
  await tell(json, asJson(facts), () => {
    console.log(`${paint(process.stdout, "bold", titleOf(train))} (${train.name})`);
    // Lines of a pipe stay whole, for whoever searches them.
    const say = process.stdout.isTTY ? teller(widthOf(process.stdout)) : (text: string) => `  ${text}`;
    for (const line of understood) console.log(say(withFlags(line), "  ", "    "));
    console.log(`  hash ${hash}`);
    printExamples(described);
    printCopies(copies);
    if (writing)
      console.log(`\nwrote ${write}: shatter test --data ${isDataPath(write!) ? write : `./${write}`}`);
  });
}

/** What a description says that is to be written, but for how the data are read; refused before they are. */
async function descriptionAt(file: string, reference: string): Promise<Partial<DataFile>> {
  if (!isDataFile(file))
    throw new UsageError(`--write: expected a name such as shatter.data.yaml, got ${file}`);
  const { path } = readDataPath(reference);
  const { title, preprocess, path: place } = isDataFile(path) ? await readDataFile(path) : { path };
  const described = { title, preprocess, path: pathFrom(file, place) };
  await requireFile("--write", file);
  return described;
}

function printExamples(described: Readonly<Record<string, Described>>): void {
  for (const [split, { count, hash, labels }] of Object.entries(described)) {
    console.log(`\n${split}: ${thousands(count)} examples, hash ${hash.slice(0, 16)}`);
    for (const [label, examples] of Object.entries(labels)) {
      console.log(`  ${label.padEnd(12)}${thousands(examples).padStart(8)}`);
    }
  }
}

const printCopies = (copies: Copies): void =>
  console.log(`\ncopies (equal inputs; near ones are not looked for)\n${tellCopies(copies)}`);

/** A line for each kind of copies, as under the splits. */
const tellCopies = ({ test, testOtherLabel, testRepeats, train, trainOtherLabel }: Copies): string =>
  [
    ["test examples that stand in training", test],
    ["  of them under another label", testOtherLabel],
    ["test examples that repeat one", testRepeats],
    ["training examples that repeat one", train],
    ["  of them under another label", trainOtherLabel],
  ]
    .map(([kind, count]) => `  ${String(kind).padEnd(38)}${thousands(Number(count)).padStart(8)}`)
    .join("\n");

type FileVerdict = "official" | "not the official bytes" | "not known to be official" | "missing";

function verdictOf({ path, md5, official }: FileReport): FileVerdict {
  if (path === undefined) return "missing";
  if (official === undefined) return "not known to be official";
  return md5 === official ? "official" : "not the official bytes";
}

type Described = Awaited<ReturnType<typeof describe>>;

/** Count, hash, and number of examples of each class by its name. */
async function describe(dataset: Examples) {
  // Names that are digits would be sorted first in any case; these are in order already.
  const labels = Object.fromEntries(
    classCounts(dataset).map((examples, label) => [dataset.classNames[label]!, examples]),
  );
  return { count: exampleCount(dataset), hash: await datasetHash(dataset), labels };
}

interface ShowOptions extends CommonOptions, DataFlags {
  readonly out?: string;
  readonly seed: number;
  readonly corrupt: number;
  readonly count: number;
  readonly augment?: Augmentation;
}

async function show(named: string, options: ShowOptions): Promise<void> {
  const name = dataReferenceOf(named, options);
  const out = options.out ?? `${basename(readDataPath(name).path)}.png`;
  const extension = extname(out).toLowerCase();
  if (extension !== ".png" && extension !== ".svg") {
    throw new UsageError(`data show: expected --out with a name in .png or .svg, got ${out}`);
  }
  await requireFile("--out", out);
  const whole = await loadDataset(name, { dataDir: options.dataDir });
  if (!isImages(whole.train))
    throw new UsageError(`data show: expected a dataset of images, got ${name}, a table`);
  const { seed, corrupt, count, augment = paperRecipe.augment } = options;
  requireAugmentable(exampleShape(whole.train), augment);
  const request = {
    splits: cropForRecipe(whole, { ...paperRecipe, augment }),
    seed,
    corrupt,
    count,
    augment,
  };
  const columns = pickColumns(request);
  const svg = await drawPicture(request, columns);
  await writeWhole(out, extension === ".svg" ? svg : await pngOf(svg));
  await tell(options.json, asJson({ out, seed, corrupt, columns }), () => console.log(`wrote ${out}`));
}
