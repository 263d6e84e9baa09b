/**
 * How often the verdict is wrong: whole tests, trained for real, on data whose answer is known.
 *
 *   node scripts/simulate-verdicts.ts [--tests 200] [--out records/DATE_verdicts]
 *
 * For each kind of data so many tests are run with data of their own, by `runTest` on ONNX Runtime: planned, randomized,
 * checked, escalated and judged as any other. A decided answer that is not the true one is false; "inconclusive" where
 * the truth could be told is missed. Intervals are Wilson's, 95 %. Ten minutes on two cores.
 */

import { fork } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomStream } from "../src/base/random.ts";
import { wilsonInterval } from "../src/base/shares.ts";
import { type Dataset, type Splits, takeExamples } from "../src/data/dataset.ts";
import { findModel } from "../src/nn/models.ts";
import type { TestRequest } from "../src/paper/plan.ts";
import { runTest } from "../src/paper/randomization-test.ts";
import { commit, machine } from "../src/run/node/provenance.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { runHere, type TrialRunner } from "../src/run/runner.ts";
import { type Engine, openEngine } from "../src/train/engine.ts";
import { paperRecipe } from "../src/train/recipe.ts";
import type { Verdict } from "../src/verdict/schema.ts";

/**
 * What is true of a kind of data and model: null where it cannot be known after so little training, so that only
 * "does not" would be false; `either` where both may be so.
 */
interface Truth {
  readonly learns: boolean | null | "either";
  readonly memorizes: boolean | null;
  /** Whether true labels reach the training on random ones. */
  readonly leaks: boolean;
}

interface Kind {
  readonly what: string;
  readonly truth: Truth;
  readonly splits: (seed: number) => Splits;
  readonly request?: Partial<Omit<TestRequest, "recipe">>;
  readonly recipe?: Partial<TestRequest["recipe"]>;
  /** Probability that a "random" label of the faulty pipeline is redrawn at all. */
  readonly redrawn?: number;
}

/** Draws the label and the inputs of an example. */
type Draw = (random: ReturnType<typeof randomStream>) => readonly [label: number, inputs: readonly number[]];

function sample(name: string, count: number, classes: number, seed: number, draw: Draw): Dataset {
  const random = randomStream(seed, `simulate-${name}`);
  const drawn = Array.from({ length: count }, () => draw(random));
  return {
    name,
    inputs: Float32Array.from(drawn.flatMap(([, inputs]) => inputs)),
    shape: [count, drawn[0]![1].length],
    labels: Int32Array.from(drawn, ([label]) => label),
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
  };
}

const both =
  (draw: Draw, classes: number, n: number, testN: number) =>
  (seed: number): Splits => ({
    train: sample("train", n, classes, seed, draw),
    test: sample("test", testN, classes, seed, draw),
  });

const noise = (random: ReturnType<typeof randomStream>, size = 10): number[] =>
  Array.from({ length: size }, () => random.normal());

/** Clouds about one axis a class, `distance` away from the middle; `shares` are those of the classes. */
const clouds =
  (shares: readonly number[], distance: number): Draw =>
  (random) => {
    let left = random.uniform();
    const label = Math.min(shares.length - 1, shares.findIndex((share) => (left -= share) < 0) >>> 0);
    return [
      label,
      noise(random, Math.max(10, shares.length)).map((x, at) => x + (at === label ? distance : 0)),
    ];
  };

/** Labels that know nothing of the inputs. */
const blind =
  (shares: readonly number[]): Draw =>
  (random) => {
    const [label] = clouds(shares, 0)(random);
    return [label, noise(random)];
  };

/** A thousand classes, each a direction of its own, and noise about it. */
const directions = (signal: number): Draw => {
  const stream = randomStream(1, "simulate-directions");
  const means = Array.from({ length: 1000 }, () => noise(stream, 24));
  return (random) => {
    const label = random.below(1000);
    return [label, noise(random, 24).map((x, at) => signal * means[label]![at]! + x)];
  };
};

const xor: Draw = (random) => {
  const inputs = noise(random, 4);
  return [Number(inputs[0]! > 0 !== inputs[1]! > 0), inputs];
};

const even = (classes: number): number[] => new Array<number>(classes).fill(1 / classes);
const MLP = { model: "mlp-1x512" } as const;

/** The test set is a part of the training set, and labels are noise: what is known is known by heart. */
const testInTraining = (seed: number): Splits => {
  const { train } = both(blind(even(2)), 2, 120, 1)(seed);
  return {
    train,
    test: takeExamples(
      train,
      Array.from({ length: 100 }, (_, index) => index),
    ),
  };
};

const KINDS: readonly Kind[] = [
  {
    what: "two balanced classes, far apart",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds(even(2), 3), 2, 100, 200),
  },
  {
    what: "two balanced classes that overlap (78 % can be known)",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds(even(2), 1.1), 2, 120, 400),
  },
  {
    what: "ten balanced classes",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds(even(10), 3), 10, 200, 200),
  },
  {
    what: "two classes of noise",
    truth: { learns: false, memorizes: true, leaks: false },
    splits: both(blind(even(2)), 2, 100, 2000),
  },
  {
    what: "ten classes of noise, three seeds",
    truth: { learns: false, memorizes: true, leaks: false },
    splits: both(blind(even(10)), 10, 120, 1000),
    request: { seeds: 3 },
  },
  {
    what: "99 : 1, far apart",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds([0.99, 0.01], 6), 2, 400, 2000),
  },
  {
    what: "99 : 1, noise",
    truth: { learns: false, memorizes: true, leaks: false },
    splits: both(blind([0.99, 0.01]), 2, 400, 12_000),
    recipe: { evaluate: { every: 10, test: 100 } },
  },
  {
    what: "90 : 10, of which 96 % can be known, three seeds",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds([0.9, 0.1], 3), 2, 200, 400),
    request: { seeds: 3 },
  },
  {
    what: "a thousand classes",
    truth: { learns: true, memorizes: null, leaks: false },
    splits: both(directions(1.5), 1000, 800, 600),
    recipe: { epochs: 6, evaluate: { every: 3, test: 100 } },
    request: { escalations: 0 },
  },
  {
    what: "a thousand classes of noise",
    truth: { learns: false, memorizes: null, leaks: false },
    splits: both(directions(0), 1000, 200, 600),
    recipe: { epochs: 40, evaluate: { every: 4, test: 100 } },
    request: { escalations: 0 },
  },
  {
    what: "exclusive or, a linear model",
    // A line that cuts one quarter off is right more often than not, so a little may be learned.
    truth: { learns: "either", memorizes: false, leaks: false },
    splits: both(xor, 2, 200, 1000),
    request: { model: "linear" },
    recipe: { epochs: 40 },
  },
  {
    what: "exclusive or, an MLP",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(xor, 2, 200, 200),
    recipe: { learningRate: 0.1, epochs: 150, evaluate: { every: 4, test: 100 } },
  },
  {
    what: "noise, the test set in training",
    truth: { learns: false, memorizes: true, leaks: false },
    splits: testInTraining,
  },
  {
    what: "two classes far apart, one epoch at a tiny rate",
    truth: { learns: null, memorizes: null, leaks: false },
    splits: both(clouds(even(2), 3), 2, 100, 200),
    recipe: { epochs: 1, learningRate: 1e-6 },
  },
  {
    what: "ten classes, half of the true labels reach the random ones",
    truth: { learns: null, memorizes: true, leaks: true },
    splits: both(clouds(even(10), 4), 10, 200, 500),
    redrawn: 0.5,
  },
  {
    what: "two classes, ten seeds, three in ten true labels reach the random ones",
    truth: { learns: null, memorizes: true, leaks: true },
    splits: both(clouds(even(2), 3), 2, 80, 200),
    request: { seeds: 10 },
    redrawn: 0.7,
  },
  {
    what: "two classes far apart, ten seeds",
    truth: { learns: true, memorizes: true, leaks: false },
    splits: both(clouds(even(2), 3), 2, 80, 200),
    request: { seeds: 10 },
  },
];

/** Run one test of a kind. */
async function verdictOf(kind: Kind, seed: number, engine: Engine): Promise<Verdict> {
  const splits = kind.splits(seed);
  const recipe = { preprocess: "none", epochs: 80, batch: 32, learningRate: 0.05, ...kind.recipe } as const;
  const request: TestRequest = {
    inputs: ["true"],
    corrupt: [0, 1],
    seeds: 1,
    firstSeed: 100 * seed,
    escalations: 3,
    ...MLP,
    ...kind.request,
    recipe: { ...paperRecipe, ...recipe },
  };
  const subject = { model: findModel(request.model), splits };
  const runner = runHere(engine, async () => subject);
  const faulty: TrialRunner = {
    ...runner,
    run: (spec, ...rest) =>
      runner.run(spec.corrupt === 1 ? { ...spec, corrupt: kind.redrawn ?? 1 } : spec, ...rest),
    [Symbol.asyncDispose]: async () => {},
  };
  const provenance = {
    version: "",
    commit: null,
    engine: "",
    device: "cpu",
    threads: 1,
    jobs: 1,
    node: "",
    machine: "",
    command: null,
    started: "",
  };
  const result = await runTest(request, {
    ...subject,
    source: { name: kind.what },
    runner: faulty,
    provenance,
  });
  const failed = result.trials.find(({ status }) => status === "failed");
  if (failed) throw new Error(`${kind.what}, seed ${seed}: ${failed.error}`);
  return result.verdict;
}

/** How many answers were right, missed and false. */
interface Tally {
  readonly right: number;
  readonly missed: number;
  readonly wrong: number;
}

function tally(answers: readonly (boolean | null)[], truth: Truth["learns"]): Tally {
  const count = (is: (answer: boolean | null) => boolean): number => answers.filter(is).length;
  const missed = count((answer) => answer === null);
  const isWrong = (answer: boolean): boolean =>
    truth === null ? !answer : truth !== "either" && answer !== truth;
  const wrong = count((answer) => answer !== null && isWrong(answer));
  return { missed, wrong, right: answers.length - missed - wrong };
}

/** A check that is silent says that nothing was seen: where something was, that is missed, and not false. */
const tallyAlarms = (answers: readonly (boolean | null)[], leaks: boolean): Tally =>
  tally(
    answers.map((answer) => (leaks && answer === false ? null : answer)),
    leaks,
  );

const answers = ["learning", "memorizing", "label check"] as const;

/** What a kind's tests say; sent by the child process. */
interface Outcome {
  readonly kind: number;
  readonly seconds: number;
  readonly tallies: Readonly<Record<(typeof answers)[number], Tally>>;
}

async function simulate(index: number, tests: number): Promise<Outcome> {
  const began = performance.now();
  const kind = KINDS[index]!;
  const engine = await openEngine(runtime, "cpu", 1);
  const verdicts: Verdict[] = [];
  for (let seed = 0; seed < tests; seed++) {
    verdicts.push(await verdictOf(kind, seed, engine));
  }
  const decided = {
    learns: true,
    memorises: true,
    "does-not-learn": false,
    "does-not-fit": false,
    inconclusive: null,
  };
  const { learns, memorizes, leaks } = kind.truth;
  return {
    kind: index,
    seconds: (performance.now() - began) / 1000,
    tallies: {
      learning: tally(
        verdicts.map(({ learning }) => decided[learning.answer]),
        learns,
      ),
      memorizing: tally(
        verdicts.map(({ capacity }) => decided[capacity.answer]),
        memorizes,
      ),
      "label check": tallyAlarms(
        verdicts.map(({ leak }) => leak.suspected),
        leaks,
      ),
    },
  };
}

const share = (count: number, of: number): string => {
  const [low, high] = wilsonInterval(count, of);
  return `${count} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %)`;
};

function report(outcomes: readonly Outcome[], tests: number, seconds: number): string {
  const lines = [...outcomes]
    .sort((a, b) => a.kind - b.kind)
    .flatMap(({ kind, tallies }) =>
      answers.map((answer) => {
        const { right, missed, wrong } = tallies[answer];
        const { learns, memorizes, leaks } = KINDS[kind]!.truth;
        const truth = { learning: learns, memorizing: memorizes, "label check": leaks }[answer];
        const told =
          truth === null
            ? "open"
            : truth === "either"
              ? "either"
              : answer === "label check"
                ? truth
                  ? "alarm"
                  : "silent"
                : truth
                  ? "yes"
                  : "no";
        const what = answer === answers[0] ? KINDS[kind]!.what : "";
        return `| ${what} | ${answer} | ${told} | ${right} | ${missed} | ${share(wrong, tests)} |`;
      }),
    );
  const total = (answer: (typeof answers)[number], what: keyof Tally): number =>
    outcomes.reduce((sum, { tallies }) => sum + tallies[answer][what], 0);
  const all = tests * outcomes.length;
  return `# How often the verdict is wrong

${outcomes.length} kinds of data, ${tests} tests each, trained for real by \`runTest\` (\`node scripts/simulate-verdicts.ts --tests ${tests}\`):
commit ${commit()}, ${machine()}, ${Math.round(seconds / 60)} min.

False in all: ${answers.map((answer) => `${answer} ${share(total(answer, "wrong"), all)}`).join(", ")}. The intervals
behind "learns" and "does not learn" are stated to be wrong in 5 % of tests at most, the label check in 0.1 %. *Missed*
is "inconclusive", or a silent check where there was something; *open* is where so little training cannot know, and
only "does not" would be false.

| data and model | answer | truth | right | missed | false, of ${tests} |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

const { values } = parseArgs({
  options: { tests: { type: "string", default: "200" }, out: { type: "string" }, kind: { type: "string" } },
});
const tests = Number(values.tests);

if (values.kind !== undefined) {
  process.once("disconnect", () => process.exit());
  process.send!(await simulate(Number(values.kind), tests));
} else {
  const began = performance.now();
  // The longest first, so that no core waits for one of them at the end.
  const longest = ["a thousand classes", "a thousand classes of noise"];
  const waiting = [...KINDS.keys()].sort(
    (a, b) => Number(longest.includes(KINDS[b]!.what)) - Number(longest.includes(KINDS[a]!.what)),
  );
  const outcomes: Outcome[] = [];
  const runKind = (kind: number): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = fork(import.meta.filename, ["--tests", String(tests), "--kind", String(kind)]);
      child.once("message", (outcome) => resolve(outcome as Outcome));
      child.once("exit", (code) => reject(new Error(`${KINDS[kind]!.what}: ended with ${code}`)));
    });
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
        const outcome = await runKind(kind);
        outcomes.push(outcome);
        process.stderr.write(
          `${KINDS[kind]!.what}: ${outcome.seconds.toFixed(0)} s ${JSON.stringify(outcome.tallies)}\n`,
        );
      }
    }),
  );
  const text = report(outcomes, tests, (performance.now() - began) / 1000);
  process.stdout.write(text);
  if (values.out !== undefined) {
    await mkdir(values.out, { recursive: true });
    await writeFile(join(values.out, "README.md"), text);
    await writeFile(join(values.out, "outcomes.json"), `${JSON.stringify(outcomes, null, 2)}\n`);
  }
}
