/**
 * @file The twin test on near twins: ciFAIR's pairs of CIFAR-10, after training on random labels.
 *
 * `node scripts/twin-test.ts PAIRS.csv DATA [N] [MODEL] [EPOCHS]`: trains on the twins and other images, N (2,000) in all.
 */

import { readFileSync } from "node:fs";
import { twinTest } from "../src/base/twin-test.ts";
import { exampleShape, takeExamples } from "../src/data/dataset.ts";
import { loadDataset, openLibrary } from "../src/run/node/library.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { openEngine } from "../src/train/engine.ts";
import { cropForRecipe, splitsHash } from "../src/train/prepare.ts";
import { paperRecipe } from "../src/train/recipe.ts";
import { createEvaluator } from "../src/train/session.ts";
import { runTrial } from "../src/train/trial.ts";

const [file, data, n = "2000", name = "mlp-1x512", epochs = "400"] = process.argv.slice(2);
const [head, ...lines] = readFileSync(file!, "utf8").trim().split("\n");
const columns = head!.split(",");
const pairs = lines
  .map((line) => Object.fromEntries(line.split(",").map((cell, at) => [columns[at]!, cell])))
  .filter((row) => row["other_split"] === "train");
const tests = pairs.map((row) => Number(row["test_index"]));
const twins = pairs.map((row) => Number(row["other_index"]));
const whole = await loadDataset("cifar10", { dataDir: data! });
const rows = [...new Set([...twins, ...Array.from({ length: Number(n) }, (_, at) => 25 * at)])].slice(
  0,
  Number(n),
);
const recipe = { ...paperRecipe, epochs: Number(epochs), evaluate: { every: 10, test: "all" as const } };
const splits = cropForRecipe(
  { train: takeExamples(whole.train, rows), test: takeExamples(whole.test, tests) },
  recipe,
);
const model = await openLibrary().model(name);
const engine = await openEngine(runtime, "cpu", 2);
const spec = {
  schema: "shatter/trial@1" as const,
  dataset: { name: "cifar10", hash: await splitsHash(splits), train: rows.length, test: tests.length },
  inputs: "true" as const,
  corrupt: 1,
  model: name,
  recipe,
  seed: 0,
};
for await (const event of runTrial(spec, { model, splits }, engine, { wantsNetwork: true })) {
  if (event.type !== "trained") continue;
  const { state, data: made, outcome } = event.network;
  await using evaluator = await createEvaluator(engine, model, exampleShape(made.train), 10);
  const { predicted } = await evaluator.answer(state, made.test);
  const answers = twins.map((twin, at) => ({
    twin,
    given: made.train.labels[rows.indexOf(twin)]!,
    answered: predicted[at]!,
  }));
  const result = twinTest(
    answers,
    Array.from({ length: 10 }, (_, label) => label),
  );
  console.log(
    JSON.stringify({
      ...result,
      pairs: pairs.length,
      trained: rows.length,
      model: name,
      epochs: outcome.epochs,
      trainAccuracy: outcome.trainAccuracy,
    }),
  );
}
