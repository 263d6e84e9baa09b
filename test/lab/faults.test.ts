/**
 * The fault run, short: `npm run faults` brings a hundred faults about, and more kinds of them.
 */

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Disk, openDisk } from "../../scripts/faults/disk.ts";
import type { Size } from "../../scripts/faults/experiment.ts";
import { openLedger } from "../../scripts/faults/ledger.ts";
import { runRound } from "../../scripts/faults/round.ts";
import { type FaultedServer, openServerOfOurOwn } from "../../scripts/faults/server.ts";
import { randomStream } from "../../src/base/random.ts";
import { emptyLab } from "../store/databases.ts";

const size: Size = { models: ["linear"], seeds: 2, examples: 300, epochs: 80 };

let disk: Disk;
let server: FaultedServer;
beforeAll(async () => {
  disk = openDisk(300);
  server = await openServerOfOurOwn();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  disk[Symbol.dispose]();
});

test.skipIf(process.platform !== "linux")(
  "an experiment among faults has the results of an undisturbed one, each once",
  async () => {
    const random = randomStream(0, "faults of a test");
    const ledger = openLedger();
    const common = { size, disk, random, ledger, mostGapSeconds: 0.3 };
    const whole = await runRound({ ...common, name: "whole", server, plan: [], reference: undefined });
    expect(whole.wrongs).toEqual([]);
    expect(whole.hashes.size).toBe(4);
    const reference = whole.hashes;

    const onServer = [
      "connections reset",
      "PostgreSQL killed",
      "trial's process killed",
      "worker told to end",
    ];
    const there = await runRound({ ...common, name: "there", server, plan: onServer, reference });
    expect(there.wrongs).toEqual([]);

    await emptyLab(join(disk.folder, "here"));
    const inFolder = ["checkpoint damaged", "owner killed"];
    const here = await runRound({ ...common, name: "here", plan: inFolder, reference });
    expect(here.wrongs).toEqual([]);

    // A round whose trials ended before its first fault would show nothing.
    expect(ledger.faults().length).toBeGreaterThanOrEqual(3);
  },
  120_000,
);
