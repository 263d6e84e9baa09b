/**
 * @file One worker that really trains: what the trial's own process adds to the time outside training.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLab } from "../../src/lab/open.ts";
import { runWorker } from "../../src/lab/run.ts";
import { planGrid } from "./grid.ts";
import type { Server } from "./server.ts";

/** What came out, by the database's clock and the trials' own. */
export interface TrainingMeasurement {
  readonly trials: number;
  /** Mean time of a trial, from its first step of preparation to its last evaluation, in seconds. */
  readonly trialSeconds: number;
  /** Share of the worker's time outside that, without the start of the worker. */
  readonly outside: number;
}

/** Let one worker train some trials, one at a time. */
export async function measureTraining(server: Server, trials: number): Promise<TrainingMeasurement> {
  const databaseUrl = await server.create("training");
  const folder = mkdtempSync(join(tmpdir(), "shatter-bench-lab-"));
  try {
    await using lab = await openLab({ lab: folder, databaseUrl });
    await lab.plan(await planGrid(trials, "training", { n: 5000, epochs: 40 }));
    await runWorker({
      databaseUrl,
      checkpoints: join(folder, "checkpoints"),
      jobs: 1,
      threads: 1,
      untilIdle: true,
      lease: 60,
      signal: new AbortController().signal,
    });
    const rows = await lab.database.tables
      .selectFrom("attempts")
      .innerJoin("results", "results.trial_id", "attempts.trial_id")
      .select(["started_at", "ended_at", "seconds"])
      .where("state", "=", "done")
      .orderBy("started_at")
      .execute();
    if (rows.length !== trials) throw new Error(`expected ${trials} trials to be done, got ${rows.length}`);
    const seconds = rows.reduce((total, row) => total + row.seconds, 0);
    const wall = (Number(rows.at(-1)!.ended_at) - Number(rows[0]!.started_at)) / 1000;
    return { trials, trialSeconds: seconds / trials, outside: 1 - seconds / wall };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
