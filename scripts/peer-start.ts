/**
 * @file Writes what a trial of an experiment starts from, for another program to train on the same: images as the
 * network sees them, the labels trained on, the first parameters. `scripts/peer_train.py` reads it.
 *
 *   SHATTER_DATA=... node scripts/peer-start.ts FOLDER mlp-1x512 0,0.5,1
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exampleCount, exampleShape } from "../src/data/dataset.ts";
import { initialize } from "../src/nn/initialize.ts";
import { findModel } from "../src/nn/models.ts";
import { summarizeModel } from "../src/nn/profile.ts";
import { recipeOf } from "../src/paper/recipes.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { cropForRecipe, prepareTrial, splitsHash } from "../src/train/prepare.ts";

const [folder, name, levels] = process.argv.slice(2) as [string, string, string];
const SEED = 0;
const recipe = recipeOf(name, 64);
const splits = cropForRecipe(await loadDataset("cifar10", {}), recipe);
const hash = await splitsHash(splits);
const write = (file: string, array: Float32Array | Int32Array): void =>
  writeFileSync(join(folder, file), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));

mkdirSync(folder, { recursive: true });
const model = findModel(name);
const { parameters } = summarizeModel(model, exampleShape(splits.train), 10);
parameters.forEach((parameter, index) => {
  write(`${parameter.name}.f32`, initialize(parameter, recipe.initialization, SEED, index));
});
for (const corrupt of levels.split(",").map(Number)) {
  const dataset = {
    name: "cifar10",
    hash,
    train: exampleCount(splits.train),
    test: exampleCount(splits.test),
  };
  const spec = {
    schema: "shatter/trial@1",
    dataset,
    inputs: "true",
    corrupt,
    model: name,
    recipe,
    seed: SEED,
  } as const;
  const { train } = await prepareTrial(splits, spec);
  write("images.f32", train.inputs as Float32Array);
  write(`labels-${corrupt}.i32`, train.labels);
}
