/**
 * @file Reads what scripts/write-formats.ts wrote, each format in a process of its own, and says whether it is the same data, in what time
 * and memory. `node scripts/measure-formats.ts cifar10 FOLDER [DATA FOLDER] [FORMATS, with commas]` prints JSON; with `--test` it trains on each,
 * too.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { datasetHash } from "../src/data/dataset.ts";
import { readData } from "../src/data/node/read-data.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { sortClasses } from "./formats.ts";

const HERE = fileURLToPath(import.meta.url);
const MAIN = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

/** How each is given as data, from its folder. */
const references = (shape: string): Readonly<Record<string, string>> => ({
  images: "images",
  table: `table?shape=${shape}`,
  arrays: "arrays/arrays.npz",
  shards: "shards",
  columns: `columns?shape=${shape}`,
  hugging: "hugging",
});

/** Bytes of all files below a path. */
function bytesBelow(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
}

const run = (args: readonly string[]): string =>
  execFileSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "pipe"],
  });

/** What a process that does nothing else needs to read data. */
async function readHere(reference: string): Promise<void> {
  const begin = performance.now();
  const { splits, understood } = await readData(reference);
  const seconds = (performance.now() - begin) / 1000;
  const hashes = [await datasetHash(splits.train), await datasetHash(splits.test)];
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ seconds, peak, hashes, understood }));
}

/** A test on a part of the data: its trials, which are of the bytes, and what they came to. */
function testOn(reference: string, [train = 0, held = 0]: readonly number[]) {
  const [n, testN] = [Math.min(2000, train), Math.min(1000, held)].map(String) as [string, string];
  const sizes = ["--n", n, "--test-n", testN, "--epochs", "3", "--escalations", "0"];
  const asked = ["--data", reference, "--model", "mlp-1x512", ...sizes, "--no-lab", "--quiet", "--json", "-"];
  const { trials } = JSON.parse(run([MAIN, "test", ...asked])) as { trials: readonly Trial[] };
  return trials.map(({ id, testAccuracy }) => ({ id, testAccuracy }));
}

/** A trial of a test's document. */
interface Trial {
  readonly id: string;
  readonly testAccuracy: number | null;
}

async function measure(
  name: string,
  folder: string,
  dataDir: string | undefined,
  only: readonly string[] | undefined,
): Promise<void> {
  const { train, test } = sortClasses(await loadDataset(name, { dataDir: dataDir || undefined }));
  const hashes = [await datasetHash(train), await datasetHash(test)];
  const counts = [train.shape[0]!, test.shape[0]!];
  const found = Object.entries(references(train.shape.slice(1).join("x"))).filter(([format]) =>
    only ? only.includes(format) : existsSync(join(folder, format)),
  );
  const formats = found.map(([format, reference]) => {
    const path = join(folder, reference);
    process.stderr.write(`${format}\n`);
    try {
      const read = JSON.parse(run([HERE, "--read", path])) as {
        hashes: string[];
        seconds: number;
        peak: number;
      };
      return {
        format,
        isSame: read.hashes.join() === hashes.join(),
        seconds: Number(read.seconds.toFixed(1)),
        peakMegabytes: Math.round(read.peak / 1e6),
        fileMegabytes: Number((bytesBelow(join(folder, format)) / 1e6).toFixed(1)),
        ...(isTested && { trials: testOn(path, counts) }),
      };
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr ?? error);
      return { format, refused: said.split("\n").find((line) => /Error/.test(line)) ?? said.slice(0, 300) };
    }
  });
  console.log(JSON.stringify({ name, hashes, counts, formats }, null, 2));
}

const isTested = process.argv.includes("--test");
const [first = "digits", second = "formats", dataDir, only] = process.argv
  .slice(2)
  .filter((each) => each !== "--test");
if (first === "--read") await readHere(second);
else await measure(first, second, dataDir, only?.split(","));
