/**
 * @file Kills trials at random instants, damages some of their checkpoints, runs them again until they end, and
 * compares what they left with an uninterrupted run, bit for bit.
 *
 *   node scripts/interrupt.ts [runs] [seed]            30 runs, seed 0; exits with 1 if any differs
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, type Json, sha256 } from "../src/base/json.ts";
import { type RandomStream, randomStream } from "../src/base/random.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { cropForRecipe, splitsHash } from "../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../src/train/recipe.ts";
import type { TrialSpec } from "../src/train/spec.ts";
import { newestCheckpoint, runTrialProcess, type TrialReport } from "../test/run/interrupted.ts";

const SOURCE = { name: "shapes", n: 100, testN: 50 };
const HASH = await splitsHash(cropForRecipe(await loadDataset("shapes", SOURCE), paperRecipe));

const adam = { optimizer: "adam", learningRate: 1e-3 } as const;
const adamw = { optimizer: "adamw", learningRate: 1e-3, weightDecay: 0.05 } as const;
const CASES: readonly (readonly [name: string, model: string, recipe: Partial<Recipe>])[] = [
  ["linear, SGD with momentum", "linear", { epochs: 150 }],
  ["linear, Adam", "linear", { epochs: 150, ...adam }],
  ["MLP, SGD with momentum", "mlp-1x512", { epochs: 15 }],
  [
    "MLP, Nesterov, dropout, weight decay",
    "mlp-1x512",
    { epochs: 15, nesterov: true, dropout: 0.3, weightDecay: 1e-3 },
  ],
  ["MLP, Adam, dropout", "mlp-1x512", { epochs: 15, dropout: 0.3, ...adam }],
  [
    "MLP, AdamW, warm-up, cosine, clipped",
    "mlp-1x512",
    { epochs: 15, ...adamw, learningRateWarmup: 40, learningRateDecay: "cosine", clipNorm: 1 },
  ],
  ["MLP, measured every 4 epochs in part", "mlp-1x512", { epochs: 15, evaluate: { every: 4, test: 20 } }],
];

const specOf = (model: string, recipe: Partial<Recipe>): TrialSpec => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: HASH, train: 100, test: 50 },
  inputs: "true",
  corrupt: 0.5,
  model,
  recipe: { ...paperRecipe, batch: 16, fit: { ...paperRecipe.fit, stop: false }, ...recipe },
  seed: 3,
});

/** Hash of everything that must not depend on interruptions: history, outcome, hashes of data and parameters. */
const digest = async ({ rows, outcome, dataHash }: TrialReport): Promise<string> =>
  (await sha256(canonicalJson({ rows, outcome, dataHash } as unknown as Json))).slice(0, 12);

/** Damage a file in one of the ways in which disks do; says which. */
function damage(path: string, random: RandomStream): string {
  const bytes = readFileSync(path);
  const at = random.below(Math.max(1, bytes.length));
  const kind = ["cut off", "one bit", "zeros", "empty"][random.below(4)]!;
  if (kind === "cut off") writeFileSync(path, bytes.subarray(0, at));
  if (kind === "one bit") writeFileSync(path, bytes.with(at, bytes[at]! ^ (1 << random.below(8))));
  if (kind === "zeros") writeFileSync(path, bytes.fill(0, at));
  if (kind === "empty") writeFileSync(path, "");
  return kind;
}

const [runs = 30, seed = 0] = process.argv.slice(2).map(Number);
const wholes = new Map<string, { digest: string; milliseconds: TrialReport["milliseconds"] }>();
const totals = { same: 0, kills: 0, damaged: 0, resumed: 0 };

console.log(
  "run  case                                   killed after (ms)              damaged          went on from   bytes",
);
for (let run = 0; run < runs; run++) {
  const [name, model, recipe] = CASES[run % CASES.length]!;
  const spec = specOf(model, recipe);
  let whole = wholes.get(name);
  if (!whole) {
    const report = (await runTrialProcess({ spec, source: SOURCE }))!;
    whole = { digest: await digest(report), milliseconds: report.milliseconds };
    wholes.set(name, whole);
  }
  const random = randomStream(seed, "interruptions", run);
  const folder = mkdtempSync(join(tmpdir(), "shatter-interrupt-"));
  const checkpoints = { folder, seconds: [0, 0.05, 0.3][random.below(3)]! };
  const kills: number[] = [];
  const damages: string[] = [];
  let report: TrialReport | undefined;
  const most = 1 + random.below(4);
  while (!report && kills.length < most) {
    // One kill in four at any instant of a process's life, the others while it trains.
    const since = random.below(4) === 0 ? "start" : "training";
    const { start, training } = whole.milliseconds;
    const span = since === "start" ? start + training : training;
    const milliseconds = Math.round(random.uniform() * span);
    report = await runTrialProcess({ spec, source: SOURCE, checkpoints }, { since, milliseconds });
    if (!report) {
      kills.push(milliseconds + (since === "training" ? Math.round(start) : 0));
      const newest = newestCheckpoint(folder);
      if (newest !== undefined && random.below(3) === 0) damages.push(damage(newest, random));
    } else if (kills.length === 0) {
      // It ended before it was to be killed, faster than the run before: once more, with what is known now.
      whole.milliseconds = report.milliseconds;
      report = undefined;
    }
  }
  report ??= (await runTrialProcess({ spec, source: SOURCE, checkpoints }))!;
  rmSync(folder, { recursive: true });

  const isSame = (await digest(report)) === whole.digest;
  totals.same += Number(isSame);
  totals.kills += kills.length;
  totals.damaged += damages.length;
  totals.resumed += Number(report.from !== null);
  const from = report.from ? `${report.from.epochs}, step ${report.from.step}` : "the beginning";
  console.log(
    [
      String(run + 1).padStart(3),
      name.padEnd(37),
      kills.join(", ").padEnd(29),
      damages.join(", ").padEnd(15),
      from.padEnd(13),
      isSame ? "same" : "DIFFERENT",
    ].join("  "),
  );
}
console.log(
  `\n${totals.same} of ${runs} runs ended with the bytes of an uninterrupted one: ${totals.kills} kills, ${totals.damaged} damaged checkpoints, ${totals.resumed} runs whose last process went on from a checkpoint`,
);
process.exitCode = totals.same === runs ? 0 : 1;
