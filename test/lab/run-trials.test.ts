import { describe, expect, test } from "vitest";
import { conditionAt } from "../../src/lab/experiments/scales.ts";
import type { TestEvent } from "../../src/lab/randomization-test.ts";
import { type PlannedTrial, runTrials } from "../../src/lab/run-trials.ts";
import type { TrialRunner } from "../../src/lab/runner.ts";
import type { StoredTrial } from "../../src/lab/trial-result.ts";
import { provenance, row, trialOf } from "./experiments/fixture.ts";

/** Trials of the same condition, a seed each. */
const plan = (count: number): Promise<PlannedTrial[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, seed) => {
      const { spec, result } = await trialOf(conditionAt({ scale: "smoke" }, "mlp-1x512"), [row(1, 1, 0.5)], {
        seed,
      });
      return { id: result.id, spec, escalation: 0, source: { name: "shapes" } };
    }),
  );

/** A runner whose trials end at once, or as `fail` says; it writes down the seeds it was given. */
function runnerThat(fail: (seed: number) => "failed" | "stopped" | undefined, jobs = 1) {
  const seeds: number[] = [];
  const runner: TrialRunner = {
    jobs,
    async run({ seed }, _, onEvent) {
      seeds.push(seed);
      const status = fail(seed);
      if (status) return { status, error: "for a test" };
      onEvent({ type: "started" });
      onEvent({
        type: "done",
        outcome: {
          ...{ status: "done", epochs: 1, steps: 2, fit: true, epochsToFit: 1, epochsTo95: 1 },
          ...{ best: null, trainLoss: 0, trainAccuracy: 1, testAccuracy: 0.5, testAccuracyCorrupted: 0.5 },
          ...{ confusion: [], parametersHash: "" },
        },
      });
      return undefined;
    },
    async [Symbol.asyncDispose]() {},
  };
  return { runner, seeds };
}

/** A store in memory. */
function memory(known: readonly StoredTrial[] = []) {
  const kept = new Map(known.map((trial) => [trial.result.id, trial]));
  return {
    kept,
    read: async (id: string) => kept.get(id),
    write: async (trial: StoredTrial) => void kept.set(trial.result.id, trial),
  };
}

describe("running trials", () => {
  test("keeps what ended by itself, and only that", async () => {
    const store = memory();
    const { runner } = runnerThat((seed) => (seed === 1 ? "failed" : undefined));
    const { ended, unkept } = await runTrials(await plan(3), { store, runner, provenance });
    expect(ended.map(({ result }) => result.status)).toEqual(["done", "failed", "done"]);
    expect([...store.kept.values()].map(({ spec }) => spec.seed)).toEqual([0, 2]);
    expect(unkept).toEqual([]);
  });

  test("does not repeat what another process has kept meanwhile", async () => {
    const [first, second] = await plan(2);
    const known = await trialOf(conditionAt({ scale: "smoke" }, "mlp-1x512"), [row(1, 1, 0.5)]);
    const store = memory([{ schema: "shatter/trial-result@1", ...known, provenance }]);
    const { runner, seeds } = runnerThat(() => undefined);
    const { ended } = await runTrials([first!, second!], { store, runner, provenance });
    expect(seeds).toEqual([1]);
    expect(ended).toHaveLength(2);
  });

  test("begins nothing new once a result could not be kept, and hands it back", async () => {
    const store = { ...memory(), write: () => Promise.reject(new Error("the disk is full")) };
    const { runner, seeds } = runnerThat(() => undefined);
    const { unkept } = await runTrials(await plan(5), { store, runner, provenance });
    expect(seeds).toEqual([0]);
    expect(unkept).toMatchObject([{ error: "the disk is full", trial: { spec: { seed: 0 } } }]);
  });

  test("begins nothing new once it is interrupted", async () => {
    const interrupt = new AbortController();
    const { runner, seeds } = runnerThat((seed) => {
      if (seed === 1) interrupt.abort();
      return seed === 1 ? "stopped" : undefined;
    });
    const store = memory();
    const { ended } = await runTrials(await plan(4), { store, runner, provenance, signal: interrupt.signal });
    expect(seeds).toEqual([0, 1]);
    expect(ended.map(({ result }) => result.status)).toEqual(["done", "stopped"]);
    expect(store.kept.size).toBe(1);
  });

  test("runs as many at once as the runner takes, and reports each", async () => {
    let most = 0;
    let running = 0;
    const { runner } = runnerThat(() => undefined, 3);
    const slow: TrialRunner = {
      ...runner,
      async run(...args) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        return runner.run(...args);
      },
    };
    const events: TestEvent["type"][] = [];
    const onEvent = ({ type }: TestEvent) => events.push(type);
    await runTrials(await plan(7), { store: memory(), runner: slow, provenance, onEvent });
    expect(most).toBe(3);
    expect(events.filter((type) => type === "ended")).toHaveLength(7);
  });
});
