/**
 * @file Tries mutants of data files of every format: each must be refused with a message that says where, or be read as another
 * reader reads it, in seconds and in memory that its size explains.
 *
 *   node scripts/fuzz-data.ts [mutants] [seed] [out]     20000 mutants, seed 0; exits with 1 if any ends otherwise
 *   python3 scripts/fuzz-data-peer.py OUT/read           reads again what was read: Pillow, NumPy, pandas, tarfile
 *
 * A child tries one after another, and is killed where one takes too long, so that what hangs is found, too. OUT/mutants.json
 * is the report; OUT/read has, of every mutant that was read, its files and the examples that came of them, so 4 MB a thousand mutants.
 */

import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { exampleCount } from "../src/data/dataset.ts";
import { type Outcome, outcomeOf, writeSeeds } from "../test/data/mutant-outcome.ts";
import { mutantOf } from "../test/data/mutate.ts";
import { seedFiles } from "../test/data/seed-files.ts";

/** A mutant must be done within this time. */
const PATIENCE_MS = 30_000;

/** What a mutant may add to the memory of its process: the collector does not come at once. */
const MOST_MIB = 256;

/** What came of one mutant. */
interface Tried {
  readonly index: number;
  readonly kind: string;
  readonly changes: readonly string[];
  readonly bytes: number;
  /** `read` and `refused`; `exception`, `hang`, `death` and `memory` are wrong. */
  readonly end: string;
  readonly because: string;
  readonly milliseconds: number;
  /** By how much the most memory that the process ever had has grown. */
  readonly mib: number;
}

type Seeds = Awaited<ReturnType<typeof seedFiles>>;

/** Keep what was read, and the file that it was read from. */
function keep(
  out: string,
  index: number,
  outcome: Extract<Outcome, { end: "read" }>,
  bytes: Uint8Array,
  seeds: Seeds,
): void {
  const { kind, files, mutated } = seeds[index % seeds.length]!;
  const folder = join(out, "read", String(index));
  for (const [name, content] of Object.entries({ ...files, [mutated]: bytes })) {
    mkdirSync(dirname(join(folder, "files", name)), { recursive: true });
    writeFileSync(join(folder, "files", name), content);
  }
  const { train, test } = outcome.splits;
  const told = { kind, mutated, shape: [exampleCount(train) + exampleCount(test), ...train.shape.slice(1)] };
  const labels = [...train.labels, ...test.labels].map((label) => train.classNames[label]!);
  const type = train.inputs instanceof Uint8Array ? "uint8" : "float32";
  const { understood } = outcome;
  const split = exampleCount(train);
  writeFileSync(join(folder, "told.json"), JSON.stringify({ ...told, type, labels, split, understood }));
  writeFileSync(join(folder, "inputs.bin"), train.inputs);
  writeFileSync(join(folder, "inputs.bin"), test.inputs, { flag: "a" });
}

async function tryOne(root: string, out: string, seeds: Seeds, seed: number, index: number): Promise<Tried> {
  const mutant = mutantOf(seeds, seed, index);
  const { bytes, changes } = mutant;
  const [before, began] = [process.resourceUsage().maxRSS, performance.now()];
  let [end, because] = ["", ""];
  try {
    const outcome = await outcomeOf(root, mutant);
    end = outcome.end;
    if (outcome.end === "read") keep(out, index, outcome, bytes, seeds);
    else because = outcome.because;
  } catch (error) {
    end = "exception";
    because = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const milliseconds = Math.round(performance.now() - began);
  const mib = Math.round((process.resourceUsage().maxRSS - before) / 1024);
  if (mib > MOST_MIB && end !== "exception") end = "memory";
  because = because.slice(0, 1200).replaceAll(root, "");
  return { index, kind: mutant.seed.kind, changes, bytes: bytes.length, end, because, milliseconds, mib };
}

/** In the child: try mutants from one on, and tell of each before and after. */
async function tryAll(root: string, out: string, seed: number, first: number, end: number): Promise<void> {
  const seeds = await seedFiles();
  writeSeeds(root, seeds);
  // Readers are loaded before memory is measured.
  for (const at of seeds.keys())
    await outcomeOf(root, { seed: seeds[at]!, bytes: seeds[at]!.files[seeds[at]!.mutated]!, changes: [] });
  for (let index = first; index < end; index++) {
    process.send!({ began: index });
    const done = await tryOne(root, out, seeds, seed, index);
    await new Promise((resolve) => process.send!({ done }, resolve));
  }
  process.send!({ peak: Math.round(process.resourceUsage().maxRSS / 1024) });
  process.disconnect();
}

/** Try mutants until the child ends or hangs. */
function tryFrom(
  args: readonly string[],
  seeds: Seeds,
  seed: number,
  first: number,
  tell: (tried: Tried) => void,
  tellPeak: (mib: number) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(import.meta.filename, ["--child", ...args, String(seed), String(first)], {
      execArgv: ["--max-old-space-size=1024"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    let [next, current, isHung] = [first, -1, false];
    let watchdog: NodeJS.Timeout | undefined;
    child.on("message", (message: { began?: number; done?: Tried; peak?: number }) => {
      clearTimeout(watchdog);
      if (message.peak !== undefined) tellPeak(message.peak);
      else if (message.done) {
        tell(message.done);
        next = message.done.index + 1;
        current = -1;
      } else {
        current = message.began ?? current;
        watchdog = setTimeout(() => {
          isHung = true;
          child.kill("SIGKILL");
        }, PATIENCE_MS);
      }
    });
    child.on("exit", (code, signal) => {
      clearTimeout(watchdog);
      if (current >= 0) {
        const { seed: from, changes, bytes } = mutantOf(seeds, seed, current);
        const because = isHung ? `no end in ${PATIENCE_MS} ms` : `process ended with ${code ?? signal}`;
        const common = { index: current, kind: from.kind, changes, bytes: bytes.length };
        tell({ ...common, end: isHung ? "hang" : "death", because, milliseconds: PATIENCE_MS, mib: 0 });
        next = current + 1;
      }
      resolve(next);
    });
  });
}

const RIGHT = ["read", "refused"];

async function main(count: number, seed: number, out: string): Promise<void> {
  const began = performance.now();
  const root = mkdtempSync(join(tmpdir(), "shatter-mutants-"));
  mkdirSync(join(out, "read"), { recursive: true });
  const seeds = await seedFiles();
  const all: Tried[] = [];
  let peak = 0;
  const tell = (tried: Tried): void => {
    all.push(tried);
    if (!RIGHT.includes(tried.end)) console.log(JSON.stringify(tried));
    if (all.length % 1000 === 0) console.log(`${all.length} tried`);
  };
  for (let next = 0; next < count; ) {
    next = await tryFrom([root, out, String(count)], seeds, seed, next, tell, (mib) => {
      peak = Math.max(peak, mib);
    });
  }
  rmSync(root, { recursive: true });
  const worst = (by: (tried: Tried) => number): Tried[] => all.toSorted((a, b) => by(b) - by(a)).slice(0, 5);
  const kinds = [...Map.groupBy(all, ({ kind }) => kind)].map(([kind, of]) => {
    const ends = Object.fromEntries(
      [...Map.groupBy(of, ({ end }) => end)].map(([end, some]) => [end, some.length]),
    );
    return {
      kind,
      mutants: of.length,
      ...ends,
      slowest: Math.max(...of.map(({ milliseconds }) => milliseconds)),
    };
  });
  const wrong = all.filter(({ end }) => !RIGHT.includes(end));
  const seconds = Math.round((performance.now() - began) / 1000);
  const report = {
    mutants: all.length,
    seed,
    seconds,
    peakMib: peak,
    kinds,
    slowest: worst((one) => one.milliseconds),
    largest: worst((one) => one.mib),
    wrong,
  };
  writeFileSync(join(out, "mutants.json"), `${JSON.stringify(report, null, 1)}\n`);
  console.table(kinds);
  console.log(`${all.length} mutants in ${seconds} s, ${wrong.length} wrong, at most ${peak} MiB`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--child") {
  const [root, out, count, seed, from] = rest as [string, string, string, string, string];
  await tryAll(root, out, Number(seed), Number(from), Number(count));
} else {
  const [seed = "0", out = join(tmpdir(), basename(import.meta.filename, ".ts"))] = rest;
  await main(Number(first ?? 20_000), Number(seed), out);
}
