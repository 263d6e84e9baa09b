/**
 * @file Writes steps of a convolutional network for PyTorch to do again: the state before each, its batch, its loss and all gradients.
 * `scripts/peer_steps.py` computes each from the same state, and all of them from the first.
 *
 * Trajectories alone drift apart, as a rounding that switches a ReLU or a pool grows from step to step.
 *
 *   SHATTER_DATA=... node scripts/peer-steps.ts FOLDER alexnet && /usr/bin/python3 scripts/peer_steps.py FOLDER
 *   node scripts/peer-steps.ts FOLDER inception-v3 --size 299 --classes 1000 --batch 8 --rate 0.01 --exact 1
 *
 * Images are CIFAR-10's as the network sees them, or normal numbers where a size is told.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomStream } from "../src/base/random.ts";
import { type Dataset, exampleShape } from "../src/data/dataset.ts";
import { crop, preprocess } from "../src/data/preprocess.ts";
import { gradient } from "../src/graph/gradient.ts";
import { writeOnnx } from "../src/graph/onnx/write.ts";
import { mean } from "../src/graph/ops/reduce.ts";
import { input, sizeOf } from "../src/graph/value.ts";
import { findModel, usualInitialization } from "../src/nn/models.ts";
import { createScope } from "../src/nn/scope.ts";
import { recipeOf } from "../src/paper/recipes.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { openEngine } from "../src/train/engine.ts";
import { writeSafetensors } from "../src/train/safetensors.ts";
import { createTrainer, type TrainingState } from "../src/train/session.ts";
import { buildStep, lossesOf } from "../src/train/step.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string", default: "10" },
    /** Steps whose gradients are written, too. */
    exact: { type: "string", default: "10" },
    batch: { type: "string", default: "32" },
    size: { type: "string" },
    classes: { type: "string", default: "10" },
    rate: { type: "string" },
  },
});
const [folder, name] = positionals as [string, string];
const [steps, batch, classes] = [values.steps, values.batch, values.classes].map(Number) as [
  number,
  number,
  number,
];
const SEED = 0;
const THREADS = 2;

/** Of a size: as many normal numbers as are trained on, with random labels. */
function drawn(size: number): Dataset {
  const random = randomStream(SEED, "peer-steps");
  const shape = [steps * batch, 3, size, size];
  return {
    name: "normal numbers",
    inputs: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
    labels: Int32Array.from({ length: steps * batch }, () => random.below(classes)),
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
  };
}

const data = values.size
  ? drawn(Number(values.size))
  : preprocess(crop((await loadDataset("cifar10", { n: steps * batch, testN: 1 })).train), "paper");
const example = exampleShape(data);
const model = findModel(name);
const recipe = { ...recipeOf(name, 64, { weightDecay: true }), batch, lastBatch: "drop" as const };
if (values.rate) recipe.learningRate = Number(values.rate);
const engine = await openEngine(runtime, "cpu", THREADS);

/** The gradients of the step's loss, before decay and momentum. */
const x = input("x", [batch, ...example]);
const labels = input("labels", [batch], "int32");
const scope = createScope({ training: true, dropout: 0 });
const logits = model.logits(x, classes, scope);
const loss = mean(lossesOf(logits, labels, scope, "classes", recipe.labelSmoothing), {
  axes: [0],
  keepDims: false,
});
const parameters = scope.parameters.map(({ value }) => value);
const slopes = gradient(loss, parameters);
const differentiate = await engine.open(
  writeOnnx(
    await engine.lower({
      name: `${name}-gradients`,
      inputs: [x, labels, ...parameters],
      outputs: parameters.map((parameter, index) => ({
        name: `gradient.${parameter.name}`,
        value: slopes[index]!,
      })),
    }),
  ),
);

const step = buildStep(model, recipe, example, classes, steps * batch);
await using trainer = await createTrainer(engine, step, data, usualInitialization(name), SEED);
mkdirSync(folder, { recursive: true });
const tensor = (name: string, elements: Float32Array | Int32Array, shape: readonly number[]) => ({
  name,
  elements,
  shape,
});
const write = (file: string, tensors: readonly ReturnType<typeof tensor>[], metadata: object = {}): void =>
  writeFileSync(
    join(folder, file),
    writeSafetensors({
      tensors,
      metadata: Object.fromEntries(
        Object.entries(metadata).map(([key, value]) => [key, JSON.stringify(value)]),
      ),
    }),
  );
const stateTensors = (state: TrainingState) =>
  step.state
    .filter(({ input: { name } }) => !name.endsWith(".displacement"))
    .map(({ input: { name, shape } }) => tensor(name, state[name]!, shape));

let seconds = 0;
for (let at = 0; at < steps; at++) {
  const state = await trainer.state();
  const rows = Int32Array.from({ length: batch }, (_, row) => at * batch + row);
  const images = (data.inputs as Float32Array).subarray(
    at * batch * sizeOf(example),
    (at + 1) * batch * sizeOf(example),
  );
  const given = data.labels.subarray(at * batch, (at + 1) * batch);
  const found =
    at < Number(values.exact)
      ? await differentiate.run({
          x: new runtime.Tensor("float32", images, x.shape),
          labels: new runtime.Tensor("int32", given, labels.shape),
          ...Object.fromEntries(
            parameters.map((each) => [
              each.name,
              new runtime.Tensor("float32", state[each.name]!, each.shape),
            ]),
          ),
        })
      : {};
  const before = stateTensors(state);
  const started = performance.now();
  const losses = await trainer.train({
    steps: 1,
    indices: rows,
    weights: new Float32Array(batch).fill(1),
    rates: Float32Array.of(recipe.learningRate),
    masks: [],
  });
  if (at > 0) seconds += (performance.now() - started) / 1000;
  write(
    `step-${at}.safetensors`,
    [
      ...before,
      tensor("images", images, [batch, ...example]),
      tensor("labels", given, [batch]),
      ...parameters.flatMap((each) => {
        const slope = found[`gradient.${each.name}`];
        return slope ? [tensor(`gradient.${each.name}`, slope.data as Float32Array, each.shape)] : [];
      }),
    ],
    { loss: losses[0] },
  );
}
const { learningRate, weightDecay, momentum, labelSmoothing = 0 } = recipe;

/** What the network says in evaluation, after all steps, about the first batch. */
const inner = createScope();
const told = model.logits(x, classes, inner);
const trained = [...inner.parameters, ...inner.averages].map(({ value }) => value);
const evaluator = await engine.open(
  writeOnnx(
    await engine.lower({
      name: `${name}-logits`,
      inputs: [x, ...trained],
      outputs: [{ name: "logits", value: told }],
    }),
  ),
);
const last = await trainer.state();
const first = (data.inputs as Float32Array).subarray(0, batch * sizeOf(example));
const said = await evaluator.run({
  x: new runtime.Tensor("float32", first, x.shape),
  ...Object.fromEntries(
    trained.map((each) => [each.name, new runtime.Tensor("float32", last[each.name]!, each.shape)]),
  ),
});
write(
  "end.safetensors",
  [
    ...stateTensors(last),
    tensor("images", first, x.shape),
    tensor("logits", said["logits"]!.data as Float32Array, [batch, classes]),
  ],
  {
    model: name,
    steps,
    classes,
    learningRate,
    weightDecay,
    momentum,
    labelSmoothing,
    imagesPerSecond: (batch * (steps - 1)) / seconds,
    peakBytes: 1024 * process.resourceUsage().maxRSS,
  },
);
