import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { openProcessPool } from "../../src/lab/process-pool.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";

const SOURCE = { name: "shapes", n: 100, testN: 50 };
const HASH = await splitsHash(cropForRecipe(await loadDataset("shapes", SOURCE), paperRecipe));

const specOf = (seed: number, epochs: number): TrialSpec => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: HASH, train: 100, test: 50 },
  inputs: "true",
  corrupt: 0,
  model: "linear",
  recipe: { ...paperRecipe, epochs, fit: { ...paperRecipe.fit, stop: false } },
  seed,
});

describe("openProcessPool", () => {
  test("never runs more trials at once than it has jobs", async () => {
    await using pool = await openProcessPool({ jobs: 2, device: "cpu", threads: 1 });
    let running = 0;
    let most = 0;
    const failures = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((seed) =>
        pool.run(specOf(seed, 200), SOURCE, (event) => {
          if (event.type === "started") most = Math.max(most, ++running);
          if (event.type === "done") running--;
        }),
      ),
    );
    expect(failures).toEqual(Array(6).fill(undefined));
    expect(most).toBe(2);
  });

  test("stops a trial that was interrupted while its process was starting", async () => {
    await using pool = await openProcessPool({ jobs: 2, device: "cpu", threads: 1 });
    const interrupt = new AbortController();
    // The first trial gets the process that is there; the second one's has to be started.
    const ends = Promise.all(
      [0, 1].map((seed) => pool.run(specOf(seed, 1_000_000), SOURCE, () => {}, interrupt.signal)),
    );
    await wait(5);
    interrupt.abort();
    expect((await ends).map((failure) => failure?.status)).toEqual(["stopped", "stopped"]);
  });

  test("says that data are not those of the spec", async () => {
    await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
    const spec = { ...specOf(0, 1), dataset: { name: "shapes", hash: "0", train: 100, test: 50 } };
    const failure = await pool.run(spec, SOURCE, () => {});
    expect(failure).toMatchObject({ status: "failed" });
    expect(failure!.error).toContain("the files changed since the trial was planned");
  });
});
