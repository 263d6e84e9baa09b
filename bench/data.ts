/**
 * @file Reading data beside what people use, by turns: a table beside pandas and d3-dsv, a folder of JPEG files beside torchvision's
 * ImageFolder with a DataLoader of two workers.
 *
 *   node bench/data.ts [--rows 1000000] [--images 20000] [--pixels 64,224] [--rounds 5] [--folder F] [--json]
 *
 * Files are written once, into the folder (that of temporary files unless told): numbers of a normal distribution with all their
 * digits, a column of four texts, a target of two classes; images of CIFAR-10, enlarged, as JPEG of quality 90. Each measurement is a
 * process of its own; files are in the system's cache. Python is looked for in $PYTHON, /usr/bin/python3 and python3.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { randomStream } from "../src/base/random.ts";
import { exampleCount } from "../src/data/dataset.ts";
import { mapSome } from "../src/data/node/decode-images.ts";
import { loadKnown } from "../src/data/node/load.ts";
import { findDataset } from "../src/data/registry.ts";
import { findPython } from "./child.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    images: { type: "string", default: "20000" },
    pixels: { type: "string", default: "64,224" },
    rounds: { type: "string", default: "5" },
    folder: { type: "string", default: join(tmpdir(), "shatter-bench-data") },
    json: { type: "boolean", default: false },
  },
});

const COLUMNS = 20;

/** Write the table, unless it is there. */
function tableFile(rows: number): string {
  const path = join(options.folder, `table-${rows}.csv`);
  if (existsSync(path)) return path;
  const random = randomStream(0, "bench-table");
  const file = openSync(`${path}.part`, "w");
  const names = Array.from({ length: COLUMNS }, (_, at) => `x${at}`);
  writeSync(file, `${[...names, "color", "y"].join()}\n`);
  for (let row = 0; row < rows; row += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - row) }, () => {
      const numbers = names.map(() => random.normal());
      return [
        ...numbers,
        ["red", "green", "blue", "violet"][random.below(4)],
        Number(numbers[0]! > 0),
      ].join();
    });
    writeSync(file, `${lines.join("\n")}\n`);
  }
  renameSync(`${path}.part`, path);
  return path;
}

/** Write the images, unless they are there: `CLASS/NUMBER.jpg`. */
async function imageFolder(count: number, pixels: number): Promise<string> {
  const folder = join(options.folder, `images-${count}-${pixels}`);
  if (existsSync(folder)) return folder;
  const { train } = await loadKnown(findDataset("cifar10"));
  const [all, size] = [exampleCount(train), 32 * 32];
  for (const name of train.classNames) mkdirSync(join(`${folder}.part`, name), { recursive: true });
  await mapSome(
    Array.from({ length: count }, (_, at) => at),
    async (at) => {
      const image = at % all;
      const planes = train.inputs.subarray(image * 3 * size, (image + 1) * 3 * size);
      const raw = Uint8Array.from(
        { length: 3 * size },
        (_, place) => planes[(place % 3) * size + Math.floor(place / 3)]!,
      );
      await sharp(raw, { raw: { width: 32, height: 32, channels: 3 } })
        .resize(pixels, pixels)
        .jpeg({ quality: 90 })
        .toFile(join(`${folder}.part`, train.classNames[train.labels[image]!]!, `${at}.jpg`));
    },
  );
  renameSync(`${folder}.part`, folder);
  return folder;
}

/** What one side says: seconds by what was done, and the most memory in MiB. */
type Seconds = Readonly<Record<string, number>>;

const run = (command: string, args: readonly string[]): Seconds =>
  JSON.parse(
    execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }),
  ) as Seconds;

const ours = (what: string, path: string): Seconds =>
  run(process.execPath, ["--max-old-space-size=8192", join(import.meta.dirname, "data-ours.ts"), what, path]);

const python = findPython();
const theirs = (what: string, path: string): Seconds | undefined =>
  python === undefined ? undefined : run(python, [join(import.meta.dirname, "data_peer.py"), what, path]);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Side {
  readonly name: string;
  readonly measure: () => Seconds | undefined;
}

/** All sides by turns, whose order turns around each round. */
function compare(title: string, sides: readonly Side[]): void {
  const found = new Map(sides.map(({ name }) => [name, [] as Seconds[]]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { name, measure } of round % 2 === 0 ? sides : sides.toReversed()) {
      const seconds = measure();
      if (seconds) found.get(name)!.push(seconds);
      console.error(`${title}, round ${round + 1}, ${name}: ${JSON.stringify(seconds ?? "not there")}`);
    }
  }
  const rows = [...found].flatMap(([name, all]) =>
    Object.keys(all[0] ?? {}).map((what) => {
      const values = all.map((seconds) => seconds[what]!);
      const [first] = found.values();
      const beside = found.keys().next().value === name ? undefined : first!.map((seconds) => seconds[what]);
      const ratios = values.flatMap((value, at) => (beside?.[at] === undefined ? [] : [value / beside[at]!]));
      return {
        data: title,
        side: name,
        what,
        median: Number(median(values).toFixed(3)),
        least: Number(Math.min(...values).toFixed(3)),
        most: Number(Math.max(...values).toFixed(3)),
        ...(ratios.length > 0 ? { "theirs over ours": Number(median(ratios).toFixed(2)) } : {}),
      };
    }),
  );
  if (options.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.table(rows);
}

mkdirSync(options.folder, { recursive: true });
if (Number(options.rows) > 0) {
  const table = tableFile(Number(options.rows));
  compare(`${options.rows} rows`, [
    { name: "shatter", measure: () => ours("table", table) },
    { name: "pandas", measure: () => theirs("table", table) },
    { name: "d3-dsv", measure: () => ours("d3-dsv", table) },
  ]);
}
if (Number(options.images) > 0) {
  for (const pixels of options.pixels.split(",")) {
    const folder = await imageFolder(Number(options.images), Number(pixels));
    compare(`${options.images} JPEGs of ${pixels} pixels`, [
      { name: "shatter", measure: () => ours("images", folder) },
      { name: "torchvision", measure: () => theirs("images", folder) },
    ]);
  }
}
