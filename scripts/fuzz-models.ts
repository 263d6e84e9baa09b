/**
 * @file Tries mutants of the model files of the tests: each must be refused with a reason, or become a step of training,
 * in seconds and in memory that its size explains.
 *
 *   node scripts/fuzz-models.ts [mutants] [seed] [out]     20000 mutants, seed 0; exits with 1 if any ends otherwise
 *
 * A child tries one after another, and is killed where one takes too long, so that what hangs is found, too. What becomes
 * a step is run, and compared with what ONNX Runtime computes from the mutant itself, where it takes it.
 */

import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { randomStream } from "../src/base/random.ts";
import { sizeOf } from "../src/graph/value.ts";
import { checkFile } from "../src/import/check.ts";
import type { ModelFile } from "../src/import/file.ts";
import { createFileModel } from "../src/import/model.ts";
import { checkSettings } from "../src/import/settings.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../src/train/engine.ts";
import { errorOf } from "../test/import/forward.ts";
import { mutantOf } from "../test/import/mutate.ts";
import { type Outcome, outcomeOf } from "../test/import/outcome.ts";

/** A mutant must be done within this time. */
const PATIENCE_MS = 5000;

/** What a mutant may add to the memory of its process beyond a multiple of its size: the collector does not come at once. */
const MOST_MIB = 256;

/** What came of one mutant. */
interface Tried {
  readonly index: number;
  readonly file: string;
  readonly changes: readonly string[];
  readonly bytes: number;
  /**
   * `refused`, `blocked`, `step` (not compared, since ONNX Runtime does not take the mutant), `same` and `runtime` (it took
   * too long, or ended the process); `exception`, `hang`, `death`, `memory`, `different` are wrong.
   */
  readonly end: string;
  readonly because: string;
  /** Seconds of the processor. */
  readonly seconds: number;
  /** By how much the most memory that the process ever had has grown. */
  readonly mib: number;
}

/** Differences of what is computed, over the largest number, that are none. */
const TOLERANCE = 1e-3;

const isHuge = (file: ModelFile): boolean =>
  [...file.tensorNames].some((name) => {
    try {
      return file.tensor(name).data.some((element) => Math.abs(element) > 1e15);
    } catch {
      return true;
    }
  });

/** Compare a network with its file, on two examples. */
async function compare(
  engine: Engine,
  { model, shape }: Extract<Outcome, { end: "step" }>,
  bytes: Uint8Array,
) {
  const kept = createFileModel(model.file, checkSettings({ start: "keep" }), "mutant");
  const random = randomStream(0, "mutant-examples");
  const tokens = model.file.inputs.some(({ type }) => type !== "float32");
  const examples = Float32Array.from({ length: 2 * sizeOf(shape) }, () =>
    tokens ? random.below(4) : random.uniform() * 2 - 1,
  );
  // What comes twice after the logits is not done to them again.
  const { analysis } = checkFile(kept, shape);
  if (!analysis || analysis.taken.length > 1) return { end: "step", because: "" };
  // What overflows does so at another place here and there.
  if (isHuge(model.file)) return { end: "step", because: "" };
  const error = await errorOf(engine, kept, bytes, shape, examples);
  if (error === undefined) return { end: "step", because: "" };
  return error < TOLERANCE ? { end: "same", because: "" } : { end: "different", because: `by ${error}` };
}

/** Try a mutant. */
async function tryOne(engine: Engine, seed: number, index: number): Promise<Tried> {
  const { file, changes, bytes, example } = mutantOf(seed, index);
  const settings = index % 4 === 0 ? ({ start: "keep", batchNorm: "insert", dropout: 0.2 } as const) : {};
  const [before, cpu] = [process.resourceUsage().maxRSS, process.cpuUsage()];
  let tried: { end: string; because: string };
  let outcome: Outcome | undefined;
  try {
    outcome = await outcomeOf(bytes, example, settings);
    tried = { end: outcome.end, because: outcome.end === "step" ? "" : outcome.because };
  } catch (error) {
    tried = {
      end: "exception",
      because: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  const { user, system } = process.cpuUsage(cpu);
  const mib = (process.resourceUsage().maxRSS - before) / 1024;
  if (mib > MOST_MIB + (8 * bytes.length) / 2 ** 20 && tried.end !== "exception") tried.end = "memory";
  if (outcome?.end === "step" && tried.end === "step") {
    process.send!({ compares: index });
    tried = await compare(engine, outcome, bytes).catch(({ message }) => ({
      end: "different",
      because: message,
    }));
  }
  const because = tried.because.slice(0, 1200);
  const seconds = (user + system) / 1e6;
  return {
    index,
    file,
    changes,
    bytes: bytes.length,
    end: tried.end,
    because,
    seconds,
    mib: Math.round(mib),
  };
}

/** In the child: try mutants from one on, and tell of each before and after. */
async function tryAll(seed: number, first: number, end: number): Promise<void> {
  const engine = await openEngine(runtime, "cpu", 1);
  for (let index = first; index < end; index++) {
    process.send!({ began: index });
    const done = await tryOne(engine, seed, index);
    await new Promise((resolve) => process.send!({ done }, resolve));
  }
}

/** Try mutants until the child ends or hangs. */
function tryFrom(seed: number, first: number, end: number, tell: (tried: Tried) => void): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(import.meta.filename, ["--child", String(seed), String(first), String(end)], {
      execArgv: ["--max-old-space-size=1024"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    let [next, current] = [first, -1];
    let watchdog: NodeJS.Timeout | undefined;
    let [isHung, compares] = [false, false];
    child.on("message", (message: { began?: number; compares?: number; done?: Tried }) => {
      clearTimeout(watchdog);
      compares = message.compares !== undefined;
      if (message.done) {
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
        const { file, changes, bytes } = mutantOf(seed, current);
        const because = isHung ? `no end in ${PATIENCE_MS} ms` : `process ended with ${code ?? signal}`;
        const kind = compares ? "runtime" : isHung ? "hang" : "death";
        tell({ index: current, file, changes, bytes: bytes.length, end: kind, because, seconds: 0, mib: 0 });
        next = current + 1;
      }
      resolve(next);
    });
  });
}

const RIGHT = ["refused", "blocked", "step", "same", "runtime"];

async function main(count: number, seed: number, out: string | undefined): Promise<void> {
  const began = performance.now();
  const all: Tried[] = [];
  const tell = (tried: Tried): void => {
    all.push(tried);
    if (!RIGHT.includes(tried.end)) console.log(JSON.stringify(tried));
    if (all.length % 1000 === 0) console.log(`${all.length} tried`);
  };
  for (let next = 0; next < count; ) next = await tryFrom(seed, next, count, tell);
  const wrong = all.filter(({ end }) => !RIGHT.includes(end));
  const tally = (of: readonly Tried[], key: (tried: Tried) => string): object =>
    Object.fromEntries([...Map.groupBy(of, key)].map(([name, group]) => [name, group.length]));
  const worst = (by: (tried: Tried) => number): Tried[] => all.toSorted((a, b) => by(b) - by(a)).slice(0, 5);
  const report = {
    mutants: all.length,
    seed,
    seconds: Math.round((performance.now() - began) / 1000),
    ends: tally(all, ({ end }) => end),
    changes: tally(
      all.flatMap((tried) => tried.changes.map((change) => ({ ...tried, changes: [change] }))),
      ({ changes }) => changes[0]!,
    ),
    slowest: worst(({ seconds }) => seconds),
    runtime: all.filter(({ end }) => end === "runtime"),
    largest: worst(({ mib }) => mib),
    wrong,
  };
  if (out) writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
  console.log(JSON.stringify({ ...report, wrong: wrong.length }, null, 2));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--child") {
  const [seed, from, end] = rest.map(Number) as [number, number, number];
  await tryAll(seed, from, end);
  process.disconnect();
} else await main(Number(first ?? 20_000), Number(rest[0] ?? 0), rest[1]);
