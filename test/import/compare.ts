/**
 * @file A file beside what PyTorch says of it: logits, twenty steps of descent, running averages.
 */

import type { Lowering } from "../../src/graph/lower/lowering.ts";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { type Graph, input } from "../../src/graph/value.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import type { Model } from "../../src/nn/model.ts";
import { createScope } from "../../src/nn/scope.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createTrainer, type TrainingState } from "../../src/train/session.ts";
import { buildStep } from "../../src/train/step.ts";
import { bytesOf, examplesOf, type Golden, relativeError } from "./golden.ts";

const STEPS = 20;
const FIRST = 3;

/**
 * Files whose golden is of another descent, so that only their first logits are compared. The golden of `resnet18.dynamo` is of a
 * network fused otherwise than its exporter did: its own graph, computed by PyTorch node by node, learns as here; that of
 * `shufflenet_v2.dynamo` is made the same way. That of `swin` does not decay the tables that its exporter expanded.
 */
const ELSEWHERE = ["resnet18.dynamo.onnx", "shufflenet_v2.dynamo.onnx", "swin.onnx"];

/** Relative errors of a file: of its first logits, and of what follows from training it. */
export interface Comparison {
  readonly before: number;
  /** Absent where PyTorch trained otherwise, and says nothing of what is done here. */
  readonly trained?: {
    readonly losses: number;
    /** The same of the first few alone, before a ReLU can have fallen on the other side of zero. */
    readonly firstLosses: number;
    readonly after: number;
    /** Of running means and variances; null without batch normalization. */
    readonly running: number | null;
    /** Of the norms of all parameters. */
    readonly norms: number;
  };
  /** Names of the parameters that decay, here and there. */
  readonly decays: readonly [ours: readonly string[], theirs: readonly string[]];
}

/** Train a file as PyTorch trained it, in the engine's own layout unless told. */
export async function compareWithPyTorch(golden: Golden, lowering?: Lowering): Promise<Comparison> {
  const file = readModelFile(await bytesOf(golden.file));
  const model = createFileModel(file, checkSettings({ start: "keep", dropout: 0 }), golden.file);
  const opened = await openEngine(runtime, "cpu", 1);
  const engine = lowering ? { ...opened, lower: async (graph: Graph) => lowering.lower(graph) } : opened;
  const data = examplesOf(golden, STEPS);
  const { rate, momentum, weightDecay } = golden.optimizer;
  const { batch, classes } = golden;
  const recipe = { ...paperRecipe, batch, learningRate: rate, learningRateDecay: 1, momentum, weightDecay };
  const step = buildStep(model, recipe, golden.input.shape, classes, STEPS * batch);
  await using trainer = await createTrainer(engine, step, data, "he-normal", 0);
  const before = relativeError(await logitsOf(engine, model, await trainer.state(), golden), golden.before);
  const theirs = golden.parameters.filter(({ decay }) => decay).map((one) => one.in ?? one.name);
  const ours = step.parameters.filter(({ role }) => role === "weight").map(({ name }) => name);
  const decays = [ours, theirs].map((names) => [...new Set(names)].sort()) as [string[], string[]];
  // Statistics that PyTorch kept fixed are those of the batch here.
  const isFixed =
    step.state.some(({ input: { name } }) => /running_|variance|\.mean/.test(name)) && !golden.train;
  if (ELSEWHERE.includes(golden.file) || isFixed) return { before, decays };
  const losses = await trainer.train({
    steps: STEPS,
    indices: Int32Array.from({ length: STEPS * batch }, (_, at) => at),
    weights: new Float32Array(STEPS * batch).fill(1),
    rates: new Float32Array(STEPS).fill(rate),
    masks: [],
  });
  const state = await trainer.state();
  const running = Object.entries(golden.running).map(([name, wanted]) =>
    relativeError(state[name] ?? [], wanted),
  );
  const norms = golden.parameters.map((one) => {
    const norm = Math.sqrt(
      (state[one.in ?? one.name] ?? []).reduce((sum: number, each: number) => sum + each * each, 0),
    );
    return relativeError([norm], [one.norm]);
  });
  return {
    before,
    decays,
    trained: {
      losses: relativeError(losses, golden.losses),
      firstLosses: relativeError(losses.slice(0, FIRST), golden.losses.slice(0, FIRST)),
      after: relativeError(await logitsOf(engine, model, state, golden), golden.after),
      running: running.length === 0 ? null : Math.max(...running),
      norms: Math.max(...norms),
    },
  };
}

async function logitsOf(
  engine: Engine,
  model: Model,
  state: TrainingState,
  golden: Golden,
): Promise<Float32Array> {
  const { shape } = golden.input;
  const x = input("x", [golden.batch, ...shape]);
  const scope = createScope();
  const logits = model.logits(x, golden.classes, scope);
  const given = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const graph = { name: "logits", inputs: [x, ...given], outputs: [{ name: "logits", value: logits }] };
  const session = await engine.open(writeOnnx(await engine.lower(graph)));
  const { Tensor } = engine.runtime;
  const feeds = Object.fromEntries(
    given.map(({ name, shape: sizes }) => [name, new Tensor("float32", state[name]!, sizes)]),
  );
  const examples = examplesOf(golden, 1).inputs as Float32Array;
  const results = await session.run({ ...feeds, x: new Tensor("float32", examples, x.shape) });
  await session.release();
  return results["logits"]!.data as Float32Array;
}
