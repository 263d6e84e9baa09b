/**
 * @file One measurement of Shatter, in a process of its own: trains on random data and prints one line of JSON.
 *
 *   node bench/ours.ts --model mlp-1x512|FILE.onnx [--threads 2] [--batch 128] [--accumulate 1] [--chunk 100] [--runs 5] [--options JSON] [--profile]
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { InferenceSession } from "onnxruntime-node";
import { randomStream } from "../src/base/random.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { countMultiplyAdds } from "../src/graph/cost.ts";
import { plain } from "../src/graph/lower/lowering.ts";
import { writeOnnx } from "../src/graph/onnx/write.ts";
import { matmul } from "../src/graph/ops/linear.ts";
import { input, sizeOf } from "../src/graph/value.ts";
import { exampleFor } from "../src/import/check.ts";
import { isFileModel } from "../src/import/model.ts";
import { describedBy } from "../src/nn/model.ts";
import { openLibrary } from "../src/run/node/library.ts";
import { runtime as ort } from "../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../src/train/engine.ts";
import { paperRecipe } from "../src/train/recipe.ts";
import { type Batches, createTrainer } from "../src/train/session.ts";
import type { Runtime } from "../src/train/sessions.ts";
import { buildStep } from "../src/train/step.ts";

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "mlp-1x512" },
    threads: { type: "string", default: "2" },
    batch: { type: "string", default: "128" },
    /** Parts that a batch is computed in. */
    accumulate: { type: "string", default: "1" },
    /** Steps of one run of the engine; 100 for a perceptron, 4 for a convolutional network. */
    chunk: { type: "string" },
    /** Timed runs; one more warms up. */
    runs: { type: "string", default: "5" },
    /** Session options that are added to those of Shatter. */
    options: { type: "string", default: "{}" },
    profile: { type: "boolean", default: false },
  },
});

/** Bytes of all examples: more than the caches hold. */
const BYTES = 94e6;
/** Side of the square matrices whose product stands for the machine's best. */
const SIDE = 1536;

const asked = await openLibrary({ readsPaths: true }).model(options.model);
const { example: usual, classes: CLASSES } = describedBy(asked);
/** What the model is described by; a model file takes what it declares. */
const EXAMPLE = isFileModel(asked) ? exampleFor(asked.file, asked.settings) : usual;
const ROWS = Math.ceil(BYTES / 4 / sizeOf(EXAMPLE));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** ONNX Runtime with more session options than Shatter's own; `opened` collects the sessions. */
function runtimeWith(extra: object, opened: InferenceSession[]): Runtime {
  const create = async (model: Uint8Array, given: object): Promise<InferenceSession> => {
    const session = await ort.InferenceSession.create(model, { ...given, ...extra });
    opened.push(session);
    return session;
  };
  return { Tensor: ort.Tensor, InferenceSession: { create } as unknown as Runtime["InferenceSession"] };
}

function randomDataset(): Dataset {
  const random = randomStream(0, "bench");
  return {
    name: "random",
    inputs: Float32Array.from({ length: ROWS * sizeOf(EXAMPLE) }, () => (2 * random.uint32()) / 2 ** 32 - 1),
    shape: [ROWS, ...EXAMPLE],
    labels: Int32Array.from({ length: ROWS }, () => random.below(CLASSES)),
    classNames: Array.from({ length: CLASSES }, (_, index) => String(index)),
  };
}

function randomBatches(steps: number, batch: number, seed: number): Batches {
  const random = randomStream(seed, "bench-batches");
  return {
    steps,
    indices: Int32Array.from({ length: steps * batch }, () => random.below(ROWS)),
    weights: new Float32Array(steps * batch).fill(1),
    rates: new Float32Array(steps).fill(0.01),
    masks: [],
  };
}

/** The best rate of a large matrix product, in operations a second. */
async function measurePeak(engine: Engine): Promise<number> {
  const [a, b] = [input("a", [SIDE, SIDE]), input("b", [SIDE, SIDE])];
  const graph = { name: "peak", inputs: [a, b], outputs: [{ name: "y", value: matmul(a, b) }] };
  const session = await engine.open(writeOnnx(graph));
  const filled = () => new ort.Tensor("float32", new Float32Array(SIDE * SIDE).fill(0.5), [SIDE, SIDE]);
  const feeds = { a: filled(), b: filled() };
  const seconds: number[] = [];
  for (let run = 0; run < 8; run++) {
    const start = performance.now();
    await session.run(feeds);
    seconds.push((performance.now() - start) / 1000);
  }
  await session.release();
  return (2 * SIDE ** 3) / Math.min(...seconds);
}

/**
 * Milliseconds a step of each operator in the newest profile of a folder, by name, in the second of two equal runs.
 *
 * The loop's own event spans those of its body, so it is left out.
 */
function readProfile(folder: string, steps: number): { [operator: string]: number } {
  // The last file: the probe that opens the engine has one too.
  const file = readdirSync(folder).sort().at(-1)!;
  const events = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
    readonly cat: string;
    readonly name: string;
    /** In microseconds. */
    readonly dur: number;
    readonly ts: number;
    readonly args: { readonly op_name?: string };
  }[];
  const kernels = events
    .filter(
      ({ cat, name, args }) => cat === "Node" && name.endsWith("_kernel_time") && args.op_name !== "Scan",
    )
    .sort((a, b) => a.ts - b.ts);
  const operators: { [operator: string]: number } = {};
  for (const { dur, args } of kernels.slice(kernels.length / 2))
    operators[args.op_name!] = (operators[args.op_name!] ?? 0) + dur / 1000 / steps;
  return operators;
}

const [threads, batch, chunk, runs] = [
  options.threads,
  options.batch,
  options.chunk ?? (options.model.startsWith("mlp") ? 100 : 4),
  options.runs,
].map(Number) as [number, number, number, number];
const parts = Number(options.accumulate);
const folder = options.profile ? mkdtempSync(join(tmpdir(), "shatter-profile-")) : undefined;
const extra = {
  ...(JSON.parse(options.options) as object),
  ...(folder && { enableProfiling: true, profileFilePrefix: join(folder, "run") }),
};
const opened: InferenceSession[] = [];
const dataset = randomDataset();
const began = performance.now();
const model = await openLibrary({ readsPaths: true }).model(options.model);
const engine = await openEngine(runtimeWith(extra, opened), "cpu", threads);
const step = buildStep(
  model,
  { ...paperRecipe, batch, accumulate: parts, lastBatch: "drop" },
  EXAMPLE,
  CLASSES,
  ROWS,
);
const trainer = await createTrainer(engine, step, dataset, "he-normal", 0);
const openSeconds = (performance.now() - began) / 1000;
const seconds: number[] = [];
let firstSeconds = 0;
// The first run pays for fresh memory.
for (let run = 0; run <= (folder ? 1 : runs); run++) {
  const batches = randomBatches(chunk, batch, run);
  const start = performance.now();
  await trainer.train(batches);
  const each = (performance.now() - start) / 1000 / chunk;
  if (run > 0) seconds.push(each);
  else firstSeconds = each;
}
const stepSeconds = median(seconds);
let operators: { [operator: string]: number } | undefined;
if (folder) {
  opened.at(-1)!.endProfiling();
  operators = readProfile(folder, chunk);
  rmSync(folder, { recursive: true });
}
console.log(
  JSON.stringify({
    model: options.model,
    threads,
    batch,
    parts,
    flops: 2 * parts * countMultiplyAdds(plain.lower(step.graph).outputs.map(({ value }) => value)),
    ...(folder
      ? { operators }
      : {
          openSeconds,
          firstSeconds,
          stepSeconds,
          imagesPerSecond: batch / stepSeconds,
          peakBytes: 1024 * process.resourceUsage().maxRSS,
          peak: await measurePeak(engine),
        }),
  }),
);
