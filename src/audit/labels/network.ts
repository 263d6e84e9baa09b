/**
 * @file Held-out probabilities of a network that is trained once for each fold, on all others, by the house's own trial.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { type Dataset, exampleCount, exampleShape, isHeld, takeExamples } from "../../data/dataset.ts";
import { input, sizeOf } from "../../graph/value.ts";
import type { Model } from "../../nn/model.ts";
import { createScope } from "../../nn/scope.ts";
import type { Engine } from "../../train/engine.ts";
import { cropForRecipe, splitsHash } from "../../train/prepare.ts";
import { openProgram } from "../../train/program.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import type { TrainedNetwork } from "../../train/trained.ts";
import { runTrial } from "../../train/trial.ts";

/** How networks are trained. */
export interface NetworkSettings {
  readonly model: Model;
  readonly epochs: number;
  readonly seed: number;
}

/**
 * The recipe: the paper's, but short, with a rate that falls to nothing; wrong labels are fitted last, so a network that stops
 * early has learned few of them (Arpit et al., "A closer look at memorization", ICML 2017).
 */
const recipeOf = (epochs: number): Recipe => ({
  ...paperRecipe,
  learningRateDecay: "cosine",
  preprocess: "standardize",
  epochs,
  evaluate: { every: epochs, test: "all" },
  fit: { ...paperRecipe.fit, stop: false },
});

/** Examples that are answered at once. */
const BATCH = 100;

/**
 * Train a network without each fold, and ask it about the fold.
 *
 * @param folds - `[count]`: the fold of each example, from 0.
 * @returns Logits, `[count, classes]`.
 * @throws UsageError if the model does not take such examples.
 */
export async function heldOutNetwork(
  engine: Engine,
  examples: Dataset,
  folds: Int32Array,
  { model, epochs, seed }: NetworkSettings,
  watch: Watch = {},
): Promise<Float32Array> {
  const classes = examples.classNames.length;
  const count = Math.max(...folds) + 1;
  const recipe = recipeOf(epochs);
  const out = new Float32Array(exampleCount(examples) * classes);
  for (let fold = 0; fold < count; fold++) {
    const members = [...folds.keys()].filter((row) => folds[row] === fold);
    const others = [...folds.keys()].filter((row) => folds[row] !== fold);
    const splits = cropForRecipe(
      { train: takeExamples(examples, others), test: takeExamples(examples, members) },
      recipe,
    );
    const spec = {
      schema: "shatter/trial@1" as const,
      dataset: {
        name: examples.name,
        hash: await splitsHash(splits),
        train: others.length,
        test: members.length,
      },
      inputs: "true" as const,
      corrupt: 0,
      model: model.name,
      recipe,
      seed,
    };
    for await (const event of runTrial(spec, { model, splits }, engine, { wantsNetwork: true })) {
      if (event.type === "progress") {
        const done = fold + (event.epoch - 1 + event.share) / epochs;
        await breathe(watch, done, count, "networks for held-out labels: folds");
      }
      if (event.type === "trained") {
        const logits = await logitsOf(engine, event.network, classes);
        for (const [at, row] of members.entries())
          out.set(logits.subarray(at * classes, (at + 1) * classes), row * classes);
      }
    }
  }
  return out;
}

/** Logits of a trained network on its test examples, `[count, classes]`. */
async function logitsOf(
  engine: Engine,
  { model, data: { test }, state }: TrainedNetwork,
  classes: number,
): Promise<Float32Array> {
  if (!isHeld(test)) throw new RangeError("held-out labels: expected examples in memory");
  const example = exampleShape(test);
  const size = sizeOf(example);
  const x = input("x", [BATCH, ...example]);
  const scope = createScope();
  const logits = model.logits(x, classes, scope);
  const trained = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const graph = await engine.lower({
    name: `${model.name}-logits`,
    inputs: [x, ...trained],
    outputs: [{ name: "logits", value: logits }],
  });
  await using program = await openProgram(engine, graph);
  const weights = Object.fromEntries(
    trained.map(({ name, shape }) => [name, { data: state[name]!, dims: shape }]),
  );
  const count = exampleCount(test);
  const out = new Float32Array(count * classes);
  for (let first = 0; first < count; first += BATCH) {
    const rows = Math.min(BATCH, count - first);
    const data = new Float32Array(BATCH * size);
    data.set(test.inputs.subarray(first * size, (first + rows) * size));
    const results = await program.run({ ...weights, x: { data, dims: x.shape } });
    out.set((results["logits"] as Float32Array).subarray(0, rows * classes), first * classes);
  }
  return out;
}
