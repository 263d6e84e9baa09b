/**
 * @file The program that is disturbed: plans the experiment and works for its lab, as `shatter run` and `shatter worker`
 * do, with checkpoints and leases as short as they can be. It says what happens on its standard output.
 *
 *   node scripts/faults/worker.ts '{"lab": ..., "databaseUrl": ..., "checkpoints": ..., ...}'
 */

import { DataError } from "../../src/base/errors.ts";
import { isSettled, openLab } from "../../src/lab/open.ts";
import { openShelf } from "../../src/lab/shelf.ts";
import { work } from "../../src/lab/worker.ts";
import { openProcessPool } from "../../src/run/node/pool.ts";
import { programOn, provenanceOf } from "../../src/run/node/provenance.ts";
import { planFaulted, type Size } from "./experiment.ts";

/** What the program is told. */
export interface WorkerOrder {
  readonly lab: string;
  readonly databaseUrl?: string | undefined;
  /** Folder of checkpoints: each worker's own, as if it were a machine of its own. */
  readonly checkpoints: string;
  readonly size: Size;
  readonly jobs: number;
  readonly leaseSeconds: number;
  readonly checkpointSeconds: number;
}

/** What the program says. */
export type WorkerSays =
  | { readonly type: "ready" }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "warning"; readonly text: string; readonly trial?: string }
  | { readonly type: "started"; readonly trial: string }
  | { readonly type: "resumed"; readonly trial: string; readonly epochs: number }
  | { readonly type: "epoch"; readonly trial: string; readonly epoch: number }
  | { readonly type: "ended"; readonly trial: string; readonly status: string }
  | { readonly type: "over"; readonly isInterrupted: boolean };

/** Exit code of a worker that could not begin, and said why. */
export const REFUSED = 75;

const say = (message: WorkerSays): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

async function main(order: WorkerOrder): Promise<void> {
  const interrupt = new AbortController();
  process.on("SIGTERM", () => interrupt.abort());
  const onWarning = (text: string): void => say({ type: "warning", text });
  let isReady = false;
  try {
    const { lab: folder, databaseUrl, checkpoints, size, jobs, leaseSeconds, checkpointSeconds } = order;
    const timing = { heartbeatSeconds: leaseSeconds, watchSeconds: 1 };
    const planned = await planFaulted(size);
    await using lab = await openLab({ lab: folder, databaseUrl, timing, onWarning });
    await lab.plan(planned);
    const kept = { folder: checkpoints, seconds: checkpointSeconds };
    await using runner = await openProcessPool({ jobs, device: "cpu", threads: 1, checkpoints: kept });
    isReady = true;
    say({ type: "ready" });
    const { database, queue, contents } = lab;
    await work({
      database,
      queue,
      contents,
      runner,
      device: "cpu",
      threads: 1,
      signal: interrupt.signal,
      onWarning,
      provenance: provenanceOf("cpu", 1, jobs, null),
      shelf: openShelf(database, {
        folder: checkpoints,
        program: programOn("cpu"),
        seconds: checkpointSeconds,
      }),
      whenIdle: async () => ((await isSettled(database)) ? "over" : "wait"),
      onEvent: (event) => {
        if (event.type === "ended")
          say({ type: "ended", trial: event.trial.id, status: event.result.status });
        if (event.type !== "trial") return;
        const { id: trial } = event.trial;
        const { event: what } = event;
        if (what.type === "started") say({ type: "started", trial });
        if (what.type === "resumed") say({ type: "resumed", trial, epochs: what.epochs });
        if (what.type === "epoch") say({ type: "epoch", trial, epoch: what.row.epoch });
        if (what.type === "warning") say({ type: "warning", trial, text: what.text });
      },
    });
    say({ type: "over", isInterrupted: interrupt.signal.aborted });
  } catch (error) {
    // Refusals at the start are answers; whatever comes later is a fault of ours.
    if (isReady || !(error instanceof DataError)) throw error;
    say({ type: "refused", error: error.message });
    process.exitCode = REFUSED;
  }
}

if (import.meta.main) await main(JSON.parse(process.argv[2]!));
