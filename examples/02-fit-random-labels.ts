/**
 * Does a network with one hidden layer fit labels that are pure chance?
 *
 *   node examples/02-fit-random-labels.ts
 */

import {
  cropForRecipe,
  findModel,
  loadDataset,
  openEngine,
  paperRecipe,
  runTrial,
  runtime,
  splitsHash,
} from "../src/index.ts";

const splits = cropForRecipe(await loadDataset("shapes", { n: 1000, testN: 1000 }), paperRecipe);
const model = findModel("mlp-1x512");
const dataset = { name: "shapes", hash: await splitsHash(splits), train: 1000, test: 1000 };
const spec = {
  schema: "shatter/trial@1",
  dataset,
  inputs: "true",
  corrupt: 1,
  model: model.name,
  recipe: paperRecipe,
  seed: 0,
} as const;
for await (const event of runTrial(spec, { model, splits }, await openEngine(runtime, "cpu", 2))) {
  if (event.type === "epoch") console.log(event.row);
  if (event.type === "done")
    console.log(`train ${event.outcome.trainAccuracy}, test ${event.outcome.testAccuracy}`);
}
