import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { cutOff, newestCheckpoint, runTrialProcess, type TrialReport } from "./interrupted.ts";

const SOURCE = { name: "shapes", n: 100, testN: 50 };
const HASH = await splitsHash(cropForRecipe(await loadDataset("shapes", SOURCE), paperRecipe));

const specOf = (model: string, recipe: Partial<Recipe>): TrialSpec => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: HASH, train: 100, test: 50 },
  inputs: "true",
  corrupt: 1,
  model,
  recipe: { ...paperRecipe, batch: 16, fit: { ...paperRecipe.fit, stop: false }, ...recipe },
  seed: 1,
});

/** What must not depend on interruptions. */
const resultOf = (report: TrialReport) => ({
  rows: report.rows,
  outcome: report.outcome,
  dataHash: report.dataHash,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-interrupt-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a trial whose processes are killed at random instants", () => {
  test.each([
    ["SGD with momentum", "linear", { epochs: 150 }],
    ["Adam", "linear", { epochs: 150, optimizer: "adam", learningRate: 1e-3 }],
    ["dropout", "mlp-1x512", { epochs: 12, dropout: 0.3 }],
  ] as const)("ends with the same bytes: %s", async (name, model, recipe) => {
    const order = { spec: specOf(model, recipe), source: SOURCE };
    const checkpoints = { folder, seconds: 0.1 };
    const whole = (await runTrialProcess(order))!;
    const random = randomStream(0, `interruptions of ${name}`);
    const instant = (): number => random.uniform() * whole.milliseconds.training;
    let report: TrialReport | undefined;
    for (let kill = 0; kill < 2 && !report; kill++) {
      report = await runTrialProcess(
        { ...order, checkpoints },
        { since: "training", milliseconds: instant() },
      );
    }
    // A loss of power may take the end of the newest file with it.
    const newest = newestCheckpoint(folder);
    if (newest !== undefined) cutOff(newest, random.uniform());
    report ??= await runTrialProcess({ ...order, checkpoints });
    expect(resultOf(report!)).toEqual(resultOf(whole));
    expect(await readdir(folder)).toEqual([]);
  });
});
