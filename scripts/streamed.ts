/**
 * @file Trains on examples in memory and on the same read from a file as they are wanted, each in a process of its own, in turn:
 * same bytes, speed after the first epoch, most memory.
 * `node scripts/streamed.ts FOLDER [--times 2] [--n 50000] [--test-n 10000] [--model alexnet] [--epochs 4] [--batch 128] [--memory 256MiB] [--repeats 2] [--data-dir D]`
 *
 * The data are CIFAR-10 with every pixel written `times` x `times` times. FOLDER receives the file, and `streamed.json`.
 */

import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseBytes } from "../src/base/bytes.ts";
import { type Dataset, exampleCount, type Splits } from "../src/data/dataset.ts";
import { type PlannedSplit, splitsBytes } from "../src/data/planned.ts";
import { writeWhole } from "../src/disk/whole-files.ts";
import { feedThread } from "../src/run/node/feed-thread.ts";
import { loadDataset, openLibrary } from "../src/run/node/library.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { writeSplitsFile } from "../src/run/node/splits-file.ts";
import { type DataSource, runHere } from "../src/run/runner.ts";
import { openEngine } from "../src/train/engine.ts";
import { cropForRecipe, splitsHash } from "../src/train/prepare.ts";
import { paperRecipe } from "../src/train/recipe.ts";
import type { TrialSpec } from "../src/train/spec.ts";

/** What a process is told, and what it tells. */
interface Order {
  readonly spec: TrialSpec;
  readonly source: DataSource;
  readonly contents: string;
  readonly threads: number;
}

interface Told {
  /** Seconds at the end of the training steps of each epoch, and of its measurement. */
  readonly trained: readonly number[];
  readonly measured: readonly number[];
  /** Seconds of processors at the same moments. */
  readonly spent: readonly number[];
  readonly rows: readonly unknown[];
  readonly outcome: unknown;
  /** Seconds before the first step. */
  readonly prepared: number;
  /** Most memory the process had, in bytes; as it was before the trial. */
  readonly peak: number;
  readonly base: number;
}

/** Most memory of this process so far, in bytes (Linux). */
const peakMemory = (): number =>
  1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]);

async function train({ spec, source, contents, threads }: Order): Promise<Told> {
  const engine = await openEngine(runtime, "cpu", threads);
  const { subject } = openLibrary({ contents });
  const runner = runHere(engine, subject, undefined, undefined, feedThread(contents));
  const base = peakMemory();
  const began = performance.now();
  const now = (): number => (performance.now() - began) / 1000;
  const [trained, measured, spent, rows]: [number[], number[], number[], unknown[]] = [[], [], [], []];
  const processors = (): number => Object.values(process.cpuUsage()).reduce((sum, each) => sum + each) / 1e6;
  let outcome: unknown;
  let prepared = 0;
  const failure = await runner.run(spec, source, (event) => {
    if (event.type === "prepared") prepared = now();
    if (event.type === "progress" && event.share === 1) trained.push(now());
    if (event.type === "epoch") measured.push(now());
    if (event.type === "epoch") spent.push(processors());
    if (event.type === "epoch") rows.push(event.row);
    if (event.type === "done") outcome = event.outcome;
  });
  if (failure) throw new Error(failure.error);
  return { trained, measured, spent, rows, outcome, prepared, peak: peakMemory(), base };
}

if (process.send) {
  process.once("message", async (order: Order) => {
    process.send!(await train(order), () => process.exit());
  });
} else await compare();

/** CIFAR-10, every pixel `times` x `times` times. */
function enlarged(dataset: Dataset, times: number): PlannedSplit {
  const side = 32 * times;
  return {
    labels: dataset.labels,
    *parts() {
      for (let from = 0; from < exampleCount(dataset); from += 500) {
        const count = Math.min(500, exampleCount(dataset) - from);
        const inputs = new Uint8Array(count * 3 * side * side);
        let to = 0;
        for (let plane = 3 * from; plane < 3 * (from + count); plane++) {
          for (let at = 0; at < side * side; at++) {
            const [row, column] = [Math.floor(at / side / times), Math.floor((at % side) / times)];
            inputs[to++] = dataset.inputs[plane * 1024 + row * 32 + column]!;
          }
        }
        yield inputs;
      }
    },
  };
}

async function inProcess(order: Order): Promise<Told> {
  const child = fork(import.meta.filename, [], { serialization: "advanced" });
  return await new Promise((resolve, reject) => {
    child.once("message", (told: Told) => resolve(told));
    child.once("exit", (code, signal) => reject(new Error(`the process ended (${signal ?? code})`)));
    child.send(order);
  });
}

async function compare(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: "string", default: "2" },
      n: { type: "string" },
      "test-n": { type: "string" },
      model: { type: "string", default: "alexnet" },
      epochs: { type: "string", default: "4" },
      batch: { type: "string", default: "128" },
      memory: { type: "string", default: "256MiB" },
      repeats: { type: "string", default: "2" },
      "data-dir": { type: "string" },
    },
  });
  const [folder] = positionals;
  if (!folder) throw new Error("expected a folder to write to");
  const { model, memory } = values;
  const cifar: Splits = await loadDataset("cifar10", {
    dataDir: values["data-dir"],
    n: Number(values.n ?? 50_000),
    testN: Number(values["test-n"] ?? 10_000),
  });
  const side = 32 * Number(values.times);
  const splits = await writeSplitsFile(folder, {
    title: "enlarged CIFAR-10",
    shape: [3, side, side],
    type: "uint8",
    classNames: cifar.train.classNames,
    train: enlarged(cifar.train, Number(values.times)),
    test: enlarged(cifar.test, Number(values.times)),
  });
  const recipe = {
    ...paperRecipe,
    preprocess: "standardize",
    epochs: Number(values.epochs),
    batch: Number(values.batch),
    fit: { ...paperRecipe.fit, stop: false },
  } as const;
  const used = cropForRecipe(splits, recipe);
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    dataset: {
      name: splits.content.identity,
      hash: await splitsHash(used),
      train: exampleCount(used.train),
      test: exampleCount(used.test),
    },
    inputs: "true",
    corrupt: 1,
    model,
    recipe,
    seed: 0,
  };
  const threads = availableParallelism();
  const runs: { readonly how: "held" | "streamed"; readonly told: Told }[] = [];
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const how of repeat % 2 === 0 ? (["held", "streamed"] as const) : (["streamed", "held"] as const)) {
      const source = {
        name: splits.content.identity,
        memory: how === "held" ? Number.MAX_SAFE_INTEGER : parseBytes(memory),
      };
      const told = await inProcess({ spec, source, contents: folder, threads });
      runs.push({ how, told });
      console.log(`${how}: ${tell(told, spec.dataset.train)}`);
    }
  }
  const speeds = (how: string): number[] =>
    runs.filter((run) => run.how === how).map(({ told }) => speedOf(told, spec.dataset.train));
  const same = new Set(runs.map(({ told }) => JSON.stringify([told.rows, told.outcome]))).size === 1;
  const ratio = Math.max(...speeds("streamed")) / Math.max(...speeds("held"));
  console.log(
    `same bytes: ${same}; ${(splitsBytes(used) / 2 ** 20).toFixed(0)} MiB of examples as float32, ${memory} may be held; speed after the first epoch, best of each: ${ratio.toFixed(3)} of that in memory`,
  );
  const facts = { spec, memory, threads, bytes: splitsBytes(used), same, ratio, runs };
  await writeWhole(join(folder, "streamed.json"), `${JSON.stringify(facts, null, 1)}\n`);
}

/** Training images a second over all epochs but the first, evaluations included. */
function speedOf({ measured }: Told, train: number): number {
  return (train * (measured.length - 1)) / (measured.at(-1)! - measured[0]!);
}

function tell(told: Told, train: number): string {
  const { measured, trained, spent, prepared, peak, base } = told;
  const training = trained.slice(1).reduce((total, end, at) => total + end - measured[at]!, 0);
  const pure = (train * (trained.length - 1)) / training;
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return `prepared in ${prepared.toFixed(1)} s, ${speedOf(told, train).toFixed(0)} images/s with evaluation, ${pure.toFixed(0)} of training alone, ${(spent.at(-1)! - spent[0]!).toFixed(1)} s of processors after the first epoch, at most ${mebibytes(peak)} of memory (${mebibytes(base)} before)`;
}
