import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { childrenOf, signalAll } from "../../scripts/faults/processes.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { openProcessPool } from "../../src/run/node/pool.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import type { TrialEvent } from "../../src/train/trial.ts";
import { idxFile } from "../data/fixtures.ts";

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
        pool.run(specOf(seed, 20), SOURCE, (event) => {
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

  test.skipIf(process.platform !== "linux")(
    "ends a trial whose process was killed before it began",
    async () => {
      for (const milliseconds of [0, 2, 5]) {
        const before = new Set(childrenOf(process.pid));
        await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
        const idle = childrenOf(process.pid).filter((pid) => !before.has(pid));
        signalAll(idle, "SIGKILL");
        await wait(milliseconds);
        // Either it was seen in time that the process is gone, and another one ran the trial, or it is said.
        const failure = await pool.run(specOf(0, 1), SOURCE, () => {});
        expect(failure?.error ?? "was killed by SIGKILL").toContain("was killed by SIGKILL");
      }
    },
  );

  test("says that data are not those of the spec", async () => {
    await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
    const spec = { ...specOf(0, 1), dataset: { name: "shapes", hash: "0", train: 100, test: 50 } };
    const failure = await pool.run(spec, SOURCE, () => {});
    expect(failure).toMatchObject({ status: "failed" });
    expect(failure!.error).toContain("the files changed since the trial was planned");
  });

  test("reads data that came after it had asked for them in vain", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "shatter-late-"));
    onTestFinished(() => rm(dataDir, { recursive: true }));
    await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
    const spec = { ...specOf(0, 1), dataset: { name: "mnist", hash: "0", train: 1, test: 1 } };
    const run = () => pool.run(spec, { name: "mnist", dataDir }, () => {});
    expect((await run())?.error).toContain("train-images-idx3-ubyte");
    for (const split of ["train", "t10k"]) {
      await writeFile(join(dataDir, `${split}-images-idx3-ubyte`), idxFile([1, 28, 28], Array(784).fill(7)));
      await writeFile(join(dataDir, `${split}-labels-idx1-ubyte`), idxFile([1], [4]));
    }
    expect((await run())?.error).toContain("the files changed since the trial was planned");
  });
});

describe("openProcessPool with checkpoints", () => {
  // Never due by time: what there is was left on the way out.
  const seconds = 1_000_000;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "shatter-pool-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (keepDone = false) =>
    openProcessPool({
      jobs: 1,
      device: "cpu",
      threads: 1,
      checkpoints: { folder, seconds, keepDone },
    });

  /** Run a trial, interrupting it when it has trained the given epoch. */
  async function run(pool: Awaited<ReturnType<typeof open>>, spec: TrialSpec, interruptAfter = Infinity) {
    const interrupt = new AbortController();
    const events: TrialEvent[] = [];
    const onEvent = (event: TrialEvent): void => {
      events.push(event);
      if (event.type === "epoch" && event.row.epoch === interruptAfter) interrupt.abort();
    };
    const failure = await pool.run(spec, SOURCE, onEvent, interrupt.signal);
    const rows = events.flatMap((event) => (event.type === "epoch" ? [event.row] : []));
    const last = events.at(-1)!;
    return { failure, events, rows, outcome: last.type === "done" ? last.outcome : undefined };
  }

  test("leaves a checkpoint when interrupted, goes on from it, and removes it at the end", async () => {
    const spec = specOf(0, 200);
    await using plain = await openProcessPool({ jobs: 1, device: "cpu", threads: 1 });
    const whole = await run(plain, spec);
    {
      await using pool = await open();
      const { failure, events } = await run(pool, spec, 5);
      expect(failure).toEqual({ status: "stopped", error: "interrupted" });
      // In the same process, which was not killed.
      expect(events.at(-1)).toMatchObject({ type: "checkpoint" });
      const again = await run(pool, spec, 10);
      expect(again.failure).toEqual({ status: "stopped", error: "interrupted" });
    }
    expect((await readdir(folder)).sort()).toEqual(
      [`${await trialId(spec)}.previous.safetensors`, `${await trialId(spec)}.safetensors`].sort(),
    );
    {
      await using pool = await open();
      const { events, rows, outcome } = await run(pool, spec);
      const resumed = events.find((event) => event.type === "resumed")!;
      expect(resumed.epochs).toBeGreaterThanOrEqual(10);
      expect(resumed.seconds).toBeGreaterThan(0);
      expect({ rows, outcome }).toEqual({ rows: whole.rows, outcome: whole.outcome });
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test("keeps the outcome of a trial that is done, if told", async () => {
    const [done, other] = [specOf(0, 3), specOf(1, 200)];
    {
      await using pool = await open(true);
      await run(pool, done);
      await run(pool, other, 5);
    }
    expect(await readdir(folder)).toHaveLength(2);
    {
      await using pool = await open(true);
      const { events, rows } = await run(pool, done);
      expect(events.map(({ type }) => type)).not.toContain("progress");
      expect(rows).toHaveLength(3);
      await run(pool, other);
    }
    expect(await readdir(folder)).toHaveLength(2);
  });

  test("warns of a damaged checkpoint and trains", async () => {
    const spec = specOf(0, 3);
    const path = join(folder, `${await trialId(spec)}.safetensors`);
    await writeFile(path, "nonsense");
    await using pool = await open();
    const { events, rows } = await run(pool, spec);
    const warning = events.find((event) => event.type === "warning")!;
    expect(warning.text).toContain(`checkpoint ${path} cannot be used`);
    expect(rows).toHaveLength(3);
  });

  test("refuses a folder that cannot be written to", async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, "not a folder");
    await expect(open()).rejects.toThrow(`checkpoints: expected a folder to write to, got ${folder}: EEXIST`);
  });
});
