import { describe, expect, test } from "vitest";
import { findModel } from "../../src/nn/models.ts";
import type { TestRequest } from "../../src/paper/plan.ts";
import { runTest } from "../../src/paper/randomization-test.ts";
import { testResultSchema } from "../../src/paper/test-result.ts";
import { loadDataset, openLibrary } from "../../src/run/node/library.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { RunEvent } from "../../src/run/record.ts";
import { runHere } from "../../src/run/runner.ts";
import { openEngine } from "../../src/train/engine.ts";
import { cropForRecipe } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";

const SOURCE = { name: "shapes", n: 200, testN: 100 };
const SPLITS = cropForRecipe(await loadDataset("shapes", SOURCE), paperRecipe);
const PROVENANCE = {
  version: "0",
  commit: null,
  engine: "onnxruntime-node",
  device: "cpu",
  threads: 1,
  jobs: 1,
  node: process.version,
  machine: "this one",
  command: null,
  started: "2026-01-01T00:00:00.000Z",
};

/** Run a test in this process; `onEvent` may interrupt it. */
async function run(facts: Partial<TestRequest>, onEvent?: (event: RunEvent, interrupt: () => void) => void) {
  await using runner = runHere(await openEngine(runtime, "cpu", 1), openLibrary().subject);
  const request: TestRequest = {
    model: "linear",
    inputs: ["true"],
    corrupt: [1],
    seeds: 1,
    firstSeed: 0,
    recipe: { ...paperRecipe, epochs: 3, batch: 32 },
    escalations: 0,
    ...facts,
  };
  const interrupt = new AbortController();
  const result = await runTest(request, {
    source: SOURCE,
    model: findModel(request.model),
    splits: SPLITS,
    runner,
    provenance: PROVENANCE,
    signal: interrupt.signal,
    onEvent: (event) => onEvent?.(event, () => interrupt.abort()),
  });
  return testResultSchema.parse(result);
}

describe("runTest", () => {
  test("escalates labels that are not fitted, true ones until they are learned", async () => {
    const recipe = { ...paperRecipe, epochs: 1, learningRate: 1e-6 };
    const { trials, verdict } = await run({ corrupt: [0, 1], escalations: 3, recipe });
    expect(
      trials.map(({ labels, escalation, epochsAllowed }) => [labels.nominal, escalation, epochsAllowed]),
    ).toEqual([
      [0, 0, 1],
      [1, 0, 1],
      [0, 1, 2],
      [1, 1, 2],
      [0, 2, 4],
      [1, 2, 4],
      [0, 3, 4],
      [1, 3, 4],
    ]);
    expect(trials.map(({ learningRate }) => learningRate)).toEqual([...new Array(6).fill(1e-6), 3e-6, 3e-6]);
    // At such a rate nothing moves, and nothing is said.
    expect([verdict.capacity.answer, verdict.learning.answer]).toEqual(["inconclusive", "inconclusive"]);
  });

  test("lowers the learning rate after divergence", async () => {
    const recipe = { ...paperRecipe, epochs: 2, learningRate: 1e8 };
    const { trials } = await run({ escalations: 1, recipe });
    expect(trials.map(({ status }) => status)).toEqual(["diverged", "diverged"]);
    expect(trials[1]!.learningRate).toBeCloseTo(1e8 / 3, 0);
  });

  test("keeps the history of a trial that is interrupted, and starts no other", async () => {
    const { trials, provenance } = await run({ seeds: 2 }, (event, interrupt) => {
      if (event.type === "trial" && event.event.type === "epoch" && event.event.row.epoch === 2) interrupt();
    });
    expect(provenance.interrupted).toBe(true);
    expect(trials.map(({ status }) => status)).toEqual(["stopped", "stopped"]);
    expect(trials[0]).toMatchObject({ epochs: 2, error: "interrupted" });
    expect(trials[0]!.trainAccuracy).toBe(trials[0]!.history[1]!.trainAccuracy);
    expect(trials[1]!.history).toEqual([]);
  });

  test("reports each randomization check once, whichever trial came first", async () => {
    const { conformance } = await run({ corrupt: [0, 1], inputs: ["true", "gaussian"] });
    const names = conformance.map(({ randomization, check }) => `${randomization}: ${check}`);
    expect(new Set(names).size).toBe(names.length);
    expect([...names].sort()).toEqual(names);
  });

  test("keeps within a budget of steps, the same trials and bytes each time", async () => {
    const budget = { asked: "400 steps", steps: 400, secondsPerStep: null };
    const request = { corrupt: [0, 1], seeds: "auto", budget, escalations: 3 } as const;
    const recipe = { ...paperRecipe, epochs: 500, batch: 50 };
    const [first, second] = [await run({ ...request, recipe }), await run({ ...request, recipe })];
    // Six trials of four steps an epoch: half of the budget is eight epochs of each.
    expect(first.recipe.epochs).toBe(8);
    const used = first.trials.reduce((total, { steps }) => total + steps, 0);
    expect(used).toBeLessThanOrEqual(400);
    expect(first.verdict.budget).toMatchObject({ steps: 400, used });
    expect(first.verdict.text).toContain(`Budget: ${used} steps of 400 used (400 steps)`);
    const bytes = ({ trials }: typeof first) => trials.map(({ id, parametersHash }) => [id, parametersHash]);
    expect(bytes(second)).toEqual(bytes(first));
  });
});
