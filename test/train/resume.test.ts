import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/json.ts";
import type { Splits } from "../../src/data/dataset.ts";
import { crop } from "../../src/data/preprocess.ts";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { openEngine } from "../../src/train/engine.ts";
import { splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { type EpochRow, type RunOptions, runTrial, type TrialOutcome } from "../../src/train/trial.ts";

// The middle 8 x 8 pixels: small parameters, so that many checkpoints are fast.
const { train, test: testSplit } = shapes(100, 50);
const SPLITS: Splits = { train: crop(train, 8), test: crop(testSplit, 8) };
const HASH = await splitsHash(SPLITS);
const ENGINE = await openEngine(runtime, "cpu", 1);
const PROGRAM = "the test";

/** A trial of 3 epochs of 7 steps on 100 small images. */
const specOf = (recipe: Partial<Recipe>): TrialSpec => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: HASH, train: 100, test: 50 },
  inputs: "true",
  corrupt: 0.5,
  model: "mlp-1x512",
  recipe: {
    ...paperRecipe,
    batch: 16,
    epochs: 3,
    fit: { ...paperRecipe.fit, stop: false },
    evaluate: { every: 2, test: 20 },
    ...recipe,
  },
  seed: 4,
});

/** What a run of a trial leaves, its checkpoints as bytes. */
interface Left {
  readonly rows: readonly EpochRow[];
  readonly outcome: TrialOutcome | undefined;
  readonly checkpoints: readonly Uint8Array[];
  readonly types: readonly string[];
}

async function run(spec: TrialSpec, options: RunOptions = {}): Promise<Left> {
  const rows: EpochRow[] = [];
  const checkpoints: Uint8Array[] = [];
  const types: string[] = [];
  let outcome: TrialOutcome | undefined;
  for await (const event of runTrial(
    spec,
    { model: findModel(spec.model), splits: SPLITS },
    ENGINE,
    options,
  )) {
    types.push(event.type);
    if (event.type === "epoch") rows.push(event.row);
    if (event.type === "checkpoint") checkpoints.push(await encodeCheckpoint(event.checkpoint, PROGRAM));
    if (event.type === "done") outcome = event.outcome;
  }
  return { rows, outcome, checkpoints, types };
}

/** The checkpoints in short: comparing megabytes one by one takes minutes. */
const hashes = ({ checkpoints }: Left) => Promise.all(checkpoints.map((bytes) => sha256(bytes)));

const always = (): boolean => true;
const decode = async (bytes: Uint8Array, spec: TrialSpec): Promise<Checkpoint> =>
  decodeCheckpoint(bytes, { trial: await trialId(spec), program: PROGRAM });

const RECIPES: readonly (readonly [name: string, recipe: Partial<Recipe>])[] = [
  ["SGD with momentum", {}],
  ["SGD without, decaying every 5 steps", { momentum: 0, learningRateDecayEvery: 5 }],
  // A rate that changes where a checkpoint is, and in the middle of a run of steps.
  ["momentum, decaying every 4 steps", { learningRateDecay: 0.5, learningRateDecayEvery: 4 }],
  ["momentum, decaying every 3 steps", { learningRateDecay: 0.5, learningRateDecayEvery: 3 }],
  ["momentum, decaying every step", { learningRateDecay: 0.9, learningRateDecayEvery: 1 }],
  ["Nesterov, dropout and weight decay", { nesterov: true, dropout: 0.3, weightDecay: 1e-3 }],
  ["Adam with dropout", { optimizer: "adam", learningRate: 1e-3, dropout: 0.5 }],
  // The rate's course is interrupted as it rises, at its height, and as it falls.
  ["momentum, a warm-up and a cosine", { learningRateWarmup: 5, learningRateDecay: "cosine" }],
  [
    "AdamW, a warm-up and a cosine, clipped gradients and smoothed labels",
    {
      optimizer: "adamw",
      learningRate: 1e-3,
      weightDecay: 0.1,
      learningRateWarmup: 5,
      learningRateDecay: "cosine",
      learningRateFloor: 0.1,
      clipNorm: 0.5,
      labelSmoothing: 0.1,
    },
  ],
];

describe("a resumed trial", () => {
  test.each(RECIPES)("with %s ends with the same bytes, wherever it was interrupted", async (_, recipe) => {
    const spec = specOf(recipe);
    const plain = await run(spec);
    const whole = await run(spec, { checkpointDue: always, stepsPerRun: () => 3 });
    // Runs of 3, 3 and 1 steps, and the end of each epoch; of the last one with the outcome.
    expect(whole.checkpoints).toHaveLength(12);
    expect({ rows: whole.rows, outcome: whole.outcome }).toEqual({
      rows: plain.rows,
      outcome: plain.outcome,
    });
    for (const [index, bytes] of whole.checkpoints.entries()) {
      const from = await decode(bytes, spec);
      const resumed = await run(spec, { from, checkpointDue: always, stepsPerRun: () => 3 });
      expect({ rows: resumed.rows, outcome: resumed.outcome }).toEqual({
        rows: plain.rows,
        outcome: plain.outcome,
      });
      // Not only the end: every checkpoint on the way is the one of the uninterrupted trial.
      expect(await hashes(resumed)).toEqual((await hashes(whole)).slice(index + 1));
    }
  });

  test("says so, and tells its past epochs again", async () => {
    const spec = specOf({});
    const { checkpoints } = await run(spec, { checkpointDue: always });
    // Of each epoch one checkpoint after the steps and one after the evaluation.
    const from = await decode(checkpoints[2]!, spec);
    expect(from).toMatchObject({ step: 7, history: [{ epoch: 1 }] });
    const { types } = await run(spec, { from });
    expect(types).toEqual(["started", "prepared", "resumed", "epoch", "epoch", "progress", "epoch", "done"]);
  });

  test("that had ended is not trained again", async () => {
    const spec = specOf({});
    const { checkpoints, outcome } = await run(spec, { checkpointDue: () => false });
    expect(checkpoints).toHaveLength(1);
    const again = await run(spec, { from: await decode(checkpoints[0]!, spec) });
    expect(again.outcome).toEqual(outcome);
    expect(again.types).not.toContain("progress");
  });

  test("that diverges leaves no checkpoint of numbers that are none, and its outcome", async () => {
    const spec = specOf({ learningRate: 1e20 });
    const { checkpoints, outcome, rows } = await run(spec, { checkpointDue: always, stepsPerRun: () => 1 });
    expect(outcome!.status).toBe("diverged");
    for (const bytes of checkpoints) {
      const resumed = await run(spec, { from: await decode(bytes, spec) });
      expect(resumed).toMatchObject({ rows, outcome });
    }
  });

  test("refuses a checkpoint of another trial, naming both", async () => {
    const [spec, other] = [specOf({}), specOf({ momentum: 0 })];
    const { checkpoints } = await run(spec, { checkpointDue: always });
    const from = await decode(checkpoints[0]!, spec);
    const message = `checkpoint: expected trial ${await trialId(other)}, got ${await trialId(spec)}`;
    await expect(run(other, { from })).rejects.toThrow(message);
  });

  test("refuses tensors that are not those of its step", async () => {
    const spec = specOf({});
    const from = await decode((await run(spec, { checkpointDue: always })).checkpoints[0]!, spec);
    const [first, ...others] = from.tensors;
    const { name, shape } = first!;
    await expect(run(spec, { from: { ...from, tensors: others } })).rejects.toThrow(
      `expected a float32 tensor "${name}" of [${shape.join(", ")}], got none`,
    );
    const flat = { ...first!, shape: [first!.elements.length, 1, 1] };
    await expect(run(spec, { from: { ...from, tensors: [flat, ...others] } })).rejects.toThrow(
      "got another of",
    );
    const more = [...from.tensors, { name: "more", shape: [], elements: Float32Array.of(0) }];
    await expect(run(spec, { from: { ...from, tensors: more } })).rejects.toThrow(
      "expected 8 tensors, got 9",
    );
  });
});

test("the number of steps of a run of the engine does not change the bytes", async () => {
  const spec = specOf({ dropout: 0.3 });
  const left = await Promise.all([1, 2, 5, 7, 100].map((steps) => run(spec, { stepsPerRun: () => steps })));
  for (const { rows, outcome } of left)
    expect({ rows, outcome }).toEqual({ rows: left[0]!.rows, outcome: left[0]!.outcome });
});
