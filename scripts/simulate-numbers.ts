/**
 * How often a test of numbers is wrong: whole tests, trained for real, on targets that inputs say nothing of, and on some that they
 * do.
 *
 *   node scripts/simulate-numbers.ts [--tests 200] [--seeds 10] [--out records/DATE_regression]
 *
 * Each test has data of its own: 120 training and 60 test rows of five normal columns.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomStream } from "../src/base/random.ts";
import { wilsonInterval } from "../src/base/shares.ts";
import { type Dataset, type Splits, takeExamples } from "../src/data/dataset.ts";
import { findModel } from "../src/nn/models.ts";
import { runTest } from "../src/paper/randomization-test.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { runHere } from "../src/run/runner.ts";
import { openEngine } from "../src/train/engine.ts";
import { paperRecipe } from "../src/train/recipe.ts";

const { values: flags } = parseArgs({
  options: { tests: { type: "string" }, seeds: { type: "string" }, out: { type: "string" } },
});
const [tests, seeds] = [Number(flags.tests ?? 200), Number(flags.seeds ?? 10)];

type Random = ReturnType<typeof randomStream>;

interface Kind {
  readonly what: string;
  readonly model: string;
  readonly learnable: boolean;
  readonly target: (inputs: readonly number[], random: Random) => number;
  readonly epochs: number;
  /** Rows a group, alike but for a little noise, with one target; 1 unless told. */
  readonly size?: number;
}

const KINDS: readonly Kind[] = [
  {
    what: "normal noise, linear",
    model: "linear",
    learnable: false,
    target: (_, random) => random.normal(),
    epochs: 30,
  },
  {
    what: "skewed noise (exponential of a normal), linear",
    model: "linear",
    learnable: false,
    target: (_, random) => Math.exp(random.normal()),
    epochs: 30,
  },
  {
    what: "normal noise in groups of four, linear",
    model: "linear",
    learnable: false,
    target: (_, random) => random.normal(),
    epochs: 30,
    size: 4,
  },
  {
    what: "a sum of inputs and noise (R squared 0.5 can be had), linear",
    model: "linear",
    learnable: true,
    target: (inputs, random) => inputs[0]! + inputs[1]! + Math.SQRT2 * random.normal(),
    epochs: 30,
  },
  {
    what: "normal noise, mlp-1x512",
    model: "mlp-1x512",
    learnable: false,
    target: (_, random) => random.normal(),
    epochs: 60,
  },
  {
    what: "skewed noise, mlp-1x512",
    model: "mlp-1x512",
    learnable: false,
    target: (_, random) => Math.exp(random.normal()),
    epochs: 60,
  },
];

const [TRAIN, TEST, COLUMNS] = [120, 60, 5];

function draw({ target, size = 1 }: Kind, seed: number): Splits {
  const random = randomStream(seed, "simulate-numbers");
  const rows = Array.from({ length: (TRAIN + TEST) / size }, (_, group) => {
    const center = Array.from({ length: COLUMNS }, () => random.normal());
    const y = target(center, random);
    return Array.from({ length: size }, () => ({
      inputs: center.map((x) => (size > 1 ? x + 0.1 * random.normal() : x)),
      y,
      group,
    }));
  }).flat();
  const values = Float64Array.from(new Set(rows.map(({ y }) => y))).sort();
  const places = new Map(Array.from(values, (value, at) => [value, at]));
  const all: Dataset = {
    name: "simulated",
    inputs: Float32Array.from(rows.flatMap(({ inputs }) => inputs)),
    shape: [rows.length, COLUMNS],
    labels: Int32Array.from(rows, ({ y }) => places.get(y)!),
    classNames: ["y"],
    values,
    ...(size > 1 && { groups: Int32Array.from(rows, ({ group }) => group) }),
  };
  const part = (from: number, to: number): Dataset =>
    takeExamples(
      all,
      Array.from({ length: to - from }, (_, at) => from + at),
    );
  return { train: part(0, TRAIN), test: part(TRAIN, TRAIN + TEST) };
}

const engine = await openEngine(runtime, "cpu", 1);
const told = [];
for (const kind of KINDS) {
  const counts = { learns: 0, doesNotLearn: 0, alarms: 0, memorizes: 0, pBelow5: 0, lowP: 0 };
  const began = performance.now();
  for (let test = 0; test < tests; test++) {
    const splits = draw(kind, test);
    const model = findModel(kind.model);
    const subject = { model, splits };
    const { verdict, trials } = await runTest(
      {
        model: kind.model,
        inputs: ["true"],
        corrupt: [0, 1],
        seeds,
        firstSeed: 100 * test,
        recipe: {
          ...paperRecipe,
          preprocess: "standardize",
          batch: 40,
          learningRate: 0.03,
          learningRateDecay: 1,
          epochs: kind.epochs,
          evaluate: { every: kind.epochs, test: "all" },
        },
        escalations: 0,
      },
      {
        ...subject,
        source: { name: "simulated" },
        runner: runHere(engine, async () => subject),
        provenance: {} as never,
      },
    );
    const failed = trials.find(({ error }) => error !== undefined);
    if (failed) throw new Error(failed.error);
    const { learning, leak, capacity } = verdict;
    counts.learns += Number(learning.answer === "learns");
    counts.doesNotLearn += Number(learning.answer === "does-not-learn");
    counts.alarms += Number(leak.suspected === true);
    counts.lowP += Number((leak.pValue ?? 1) <= 0.05);
    counts.memorizes += Number(capacity.answer === "memorises");
    counts.pBelow5 += Number((learning.permutation?.pValue ?? 1) <= 1 / (seeds + 1));
  }
  const share = (count: number) => ({ count, interval: wilsonInterval(count, tests) });
  const row = {
    what: kind.what,
    tests,
    seeds,
    learns: share(counts.learns),
    doesNotLearn: share(counts.doesNotLearn),
    memorizes: share(counts.memorizes),
    labelAlarms: share(counts.alarms),
    labelCheckBelow5: share(counts.lowP),
    permutationLeast: share(counts.pBelow5),
    seconds: (performance.now() - began) / 1000,
  };
  told.push(row);
  console.log(JSON.stringify(row));
  if (flags.out === undefined) continue;
  await mkdir(flags.out, { recursive: true });
  await writeFile(join(flags.out, "simulated.json"), `${JSON.stringify(told, null, 2)}\n`);
}
