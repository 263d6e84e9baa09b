/**
 * @file How long it takes to plan a grid and to put its trials into the queue, the first time and again.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLab } from "../../src/lab/open.ts";
import { planGrid } from "./grid.ts";
import type { Server } from "./server.ts";

/** Seconds of one planning. */
export interface Planning {
  /** From the file's text to trials with their ids. */
  readonly plan: number;
  /** From trials to rows and jobs. */
  readonly enqueue: number;
}

/** A grid that was planned into a new lab, and planned again. */
export interface PlanMeasurement {
  readonly database: "PGlite" | "PostgreSQL";
  readonly trials: number;
  readonly first: Planning;
  readonly again: Planning;
  /** Again, as another experiment that shares every trial with the first. */
  readonly shared: Planning;
}

/** Measure planning in a new lab: on a server if one is given, else in a folder. */
export async function measurePlanning(trials: number, server?: Server): Promise<PlanMeasurement> {
  const folder = mkdtempSync(join(tmpdir(), "shatter-bench-lab-"));
  try {
    const databaseUrl = server && (await server.create("planning"));
    await using lab = await openLab({ lab: folder, databaseUrl });
    const once = async (name: string): Promise<Planning> => {
      const began = performance.now();
      const planned = await planGrid(trials, name);
      const middle = performance.now();
      const started = await lab.plan(planned);
      const ended = performance.now();
      if (started.trials !== trials)
        throw new Error(`expected ${trials} trials in the lab, got ${started.trials}`);
      return { plan: (middle - began) / 1000, enqueue: (ended - middle) / 1000 };
    };
    return {
      database: server ? "PostgreSQL" : "PGlite",
      trials,
      first: await once("grid"),
      again: await once("grid"),
      shared: await once("twin"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
