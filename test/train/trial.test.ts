import { describe, expect, test, vi } from "vitest";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import type { TrialYield } from "../../src/train/events.ts";
import { MOST_CONFUSED } from "../../src/train/outcome.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { rowsOf } from "../../src/train/step.ts";
import { runTrial, type TrialOutcome } from "../../src/train/trial.ts";

const SPLITS: Splits = cropForRecipe(shapes(200, 100), paperRecipe);
const HASH = await splitsHash(SPLITS);

/** A trial on 200 small images, with 2 epochs unless told. */
const specOf = (recipe: Partial<Recipe>, facts: Partial<TrialSpec> = {}): TrialSpec => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: HASH, train: 200, test: 100 },
  inputs: "true",
  corrupt: 1,
  model: "mlp-1x512",
  recipe: { ...paperRecipe, epochs: 2, ...recipe },
  seed: 4,
  ...facts,
});

/** Engines by their threads. */
const ENGINES = { 1: await openEngine(runtime, "cpu", 1), 2: await openEngine(runtime, "cpu", 2) };

async function eventsOf(spec: TrialSpec, threads: keyof typeof ENGINES = 1): Promise<TrialYield[]> {
  return Array.fromAsync(runTrial(spec, { model: findModel(spec.model), splits: SPLITS }, ENGINES[threads]));
}

const outcomeOf = (events: readonly TrialYield[]): TrialOutcome => {
  const last = events[events.length - 1]!;
  if (last.type !== "done") throw new Error(`expected done, got ${last.type}`);
  return last.outcome;
};

describe("runTrial", () => {
  test("gives the same events and bytes again, with one thread and with two", async () => {
    const spec = specOf({ dropout: 0.2, weightDecay: 1e-3 }, { model: "mlp-3x512" });
    const first = await eventsOf(spec, 1);
    expect(await eventsOf(spec, 1)).toEqual(first);
    expect(await eventsOf(spec, 2)).toEqual(first);
  });

  test("gives other bytes with another seed", async () => {
    const hashes = await Promise.all(
      [4, 5].map(async (seed) => outcomeOf(await eventsOf(specOf({}, { seed }))).parametersHash),
    );
    expect(new Set(hashes).size).toBe(2);
  });

  test("gives the same bytes however much larger than the data a batch is, without the memory of one", async () => {
    const hashes = await Promise.all(
      [4096, 2 ** 31 - 1].map(
        async (batch) => outcomeOf(await eventsOf(specOf({ epochs: 1, batch }))).parametersHash,
      ),
    );
    expect(hashes[1]).toBe(hashes[0]);
    // Of these, no row is left out: that would change bytes.
    expect([100, 128, 4096].map((batch) => rowsOf({ batch }, 64))).toEqual([100, 128, 4096]);
    expect([5000, 9000].map((count) => rowsOf({ batch: 200_000 }, count))).toEqual([5120, 9088]);
  });

  test("takes all examples at once: another spec, and the bytes of a batch of as many", async () => {
    const left = async (batch: Recipe["batch"]) => outcomeOf(await eventsOf(specOf({ epochs: 3, batch })));
    const all = await left("all");
    expect(all).toEqual(await left(200));
    expect(all.steps).toBe(3);
    expect(rowsOf({ batch: "all" }, 5000)).toBe(5000);
  });

  test("runs the engine as often for rates that change in every step as for one that holds", async () => {
    const runsOf = async (recipe: Partial<Recipe>): Promise<number> => {
      let runs = 0;
      const open: Engine["open"] = async (model) => {
        const session = await ENGINES[1].open(model);
        const { run } = session;
        vi.spyOn(session, "run").mockImplementation((...given) => {
          runs++;
          return run.apply(session, given);
        });
        return session;
      };
      const fit = { accuracy: 1, loss: 0, stop: false };
      // 30 steps.
      const spec = specOf({ batch: 20, epochs: 3, fit, ...recipe });
      const subject = { model: findModel(spec.model), splits: SPLITS };
      const events = await Array.fromAsync(runTrial(spec, subject, { ...ENGINES[1], open }));
      expect(outcomeOf(events).steps).toBe(30);
      return runs;
    };
    const holding = await runsOf({ learningRateDecay: 1 });
    const changing: Partial<Recipe>[] = [
      { learningRateDecay: "cosine", learningRateWarmup: 5 },
      { learningRateDecay: "cosine", nesterov: true, clipNorm: 1 },
      { learningRateDecay: "cosine", optimizer: "adamw" },
    ];
    expect(await Promise.all(changing.map(runsOf))).toEqual([holding, holding, holding]);
    // So it would be, were the rate not known to change.
    expect(await runsOf({ learningRateDecay: 0.9, learningRateDecayEvery: 2 })).toBe(holding + 12);
  });

  test("tells the loss of smoothed labels while it trains, and that of labels as they are when it measures", async () => {
    const fit = { accuracy: 1, loss: 0, stop: false };
    const recipe = { batch: 200, epochs: 2, learningRate: 1e-9, fit };
    const rowsOfTrial = async (labelSmoothing?: number) =>
      (await eventsOf(specOf({ ...recipe, labelSmoothing }))).flatMap((event) =>
        event.type === "epoch" ? [event.row] : [],
      );
    const [plain, smoothed] = [await rowsOfTrial(), await rowsOfTrial(0.5)];
    expect(smoothed.map(({ fitLoss }) => fitLoss)).toEqual(plain.map(({ fitLoss }) => fitLoss));
    // Half of each label is spread over all classes, of which the network knows nothing yet.
    expect(plain[1]!.trainLoss).toBeCloseTo(plain[0]!.fitLoss!, 4);
    expect(Math.abs(smoothed[1]!.trainLoss! - plain[1]!.trainLoss!)).toBeGreaterThan(1e-3);
  });

  test("fits random labels, says when, and stops", async () => {
    const events = await eventsOf(specOf({ epochs: 100, batch: 32 }));
    const { status, fit, epochs, epochsToFit, epochsTo95, trainAccuracy, steps } = outcomeOf(events);
    expect({ status, fit }).toEqual({ status: "done", fit: true });
    expect(epochsToFit).toBe(epochs);
    expect(epochsTo95).toBeLessThanOrEqual(epochs);
    expect(trainAccuracy).toBe(1);
    expect(steps).toBe(epochs * 7);
    expect(events.filter((event) => event.type === "epoch")).toHaveLength(epochs);
  });

  test("trains on after everything is fitted, if told", async () => {
    const fit = { accuracy: 0, loss: 0, stop: false };
    expect(outcomeOf(await eventsOf(specOf({ epochs: 3, fit })))).toMatchObject({
      epochs: 3,
      epochsToFit: 1,
    });
  });

  test("ends as diverged when the loss explodes", async () => {
    const outcome = outcomeOf(await eventsOf(specOf({ learningRate: 1e6, epochs: 20 })));
    expect(outcome).toMatchObject({ status: "diverged", fit: false });
    expect(outcome.epochs).toBeLessThan(20);
    // A loss that is not finite is null: JSON has no word for it.
    if (outcome.trainLoss !== null) expect(outcome.trainLoss).toBeGreaterThan(1000 * Math.log(10));
  });

  test("ends as diverged when a network of pools and convolutions explodes", async () => {
    const recipe = { learningRate: 1e6, epochs: 3, batch: 100 };
    expect(outcomeOf(await eventsOf(specOf(recipe, { model: "alexnet" })))).toMatchObject({
      status: "diverged",
    });
  });

  test("counts its confusion over the whole test set", async () => {
    const { confusion, testAccuracy } = outcomeOf(await eventsOf(specOf({})));
    expect(confusion!.flat().reduce((total, cell) => total + cell, 0)).toBe(100);
    const hits = confusion!.reduce((total, row, label) => total + row[label]!, 0);
    expect(hits / 100).toBeCloseTo(testAccuracy, 12);
  });

  test("counts what is right alone, of more classes than all that is confused is kept of", async () => {
    const classNames = Array.from({ length: MOST_CONFUSED + 1 }, (_, label) => String(label));
    const of = (split: Dataset): Dataset => ({ ...split, classNames });
    const splits = { train: of(SPLITS.train), test: of(SPLITS.test) };
    const dataset = { name: "shapes", hash: await splitsHash(splits), train: 200, test: 100 };
    const spec = specOf({ epochs: 1 }, { corrupt: 0, dataset });
    const events = await Array.fromAsync(
      runTrial(spec, { model: findModel(spec.model), splits }, ENGINES[1]),
    );
    const { confusion, hits, testAccuracy, topFive } = outcomeOf(events);
    expect(confusion).toBeNull();
    expect(hits!.length).toBe(MOST_CONFUSED + 1);
    expect(hits!.reduce((total, count) => total + count, 0) / 100).toBeCloseTo(testAccuracy, 12);
    expect(topFive!.test).toBeGreaterThanOrEqual(testAccuracy);
  });

  test.each(["sgd", "adam"] as const)("learns true labels with %s", async (optimizer) => {
    const recipe = {
      optimizer,
      learningRate: optimizer === "adam" ? 1e-3 : 0.01,
      epochs: 30,
      batch: 32,
      nesterov: true,
    };
    const { trainAccuracy } = outcomeOf(await eventsOf(specOf(recipe, { corrupt: 0 })));
    expect(trainAccuracy).toBeGreaterThan(0.9);
  });

  test("refuses data that are not those of the spec", async () => {
    const spec = specOf({}, { dataset: { name: "shapes", hash: "0", train: 200, test: 100 } });
    await expect(eventsOf(spec)).rejects.toThrow("the files changed since the trial was planned");
  });
});

describe("openEngine", () => {
  test.each(["cuda", "webgpu"] as const)("says how to get %s where it is not", async (device) => {
    await openEngine(runtime, device, 1).then(
      () => process.stderr.write(`${device} is there: its absence was not tested\n`),
      (error: Error) => {
        expect(error.name).toBe("EngineError");
        expect(error.message).toContain(`device ${device}: not available here`);
        expect(error.message).toContain("`device` cpu");
      },
    );
  });
});
