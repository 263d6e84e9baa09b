/**
 * Checkpoints that travel through the database of a lab: from the machine that made them to the one that goes on.
 */

import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openShelf } from "../../src/lab/shelf.ts";
import { newestFile, openCheckpoints } from "../../src/run/node/checkpoints.ts";
import { checkpointsOf } from "../../src/store/checkpoints.ts";
import type { Database } from "../../src/store/database.ts";
import { keepExperiment } from "../../src/store/experiments.ts";
import { checkpointOf, TRIAL } from "../run/checkpoint-fixture.ts";
import { onServer, type Place } from "../store/databases.ts";
import { beginOne, experimentOf, trialOf } from "../store/rows.ts";

const PROGRAM = "the test";

describe("a shelf of checkpoints", () => {
  let where: Place;
  let database: Database;
  let folder: string;
  let token: string;
  let machines = 0;
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);

  beforeAll(async () => {
    where = await onServer();
    database = await where.open("lab");
    folder = mkdtempSync(join(tmpdir(), "shatter-shelf-"));
    await keepExperiment(database.tables, experimentOf("one"), [trialOf(TRIAL)]);
    token = await beginOne(database.tables, TRIAL);
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await where[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    warnings.length = 0;
    await database.tables.deleteFrom("checkpoints").execute();
  });

  /** A machine of its own: a folder, the checkpoints in it, and its shelf. */
  function machine(mostBytes?: number) {
    const here = join(folder, `machine-${machines++}`);
    const shelf = openShelf(database, { folder: here, program: PROGRAM, seconds: 0, mostBytes });
    return { here, shelf, local: openCheckpoints({ folder: here, seconds: 0 }, PROGRAM) };
  }

  /** Make checkpoints at some steps on a machine, and keep each. */
  async function keepSteps(...steps: number[]): Promise<void> {
    const { shelf, local } = machine();
    for (const step of steps) {
      await local.write(checkpointOf(step), warn);
      expect(await shelf.keep(TRIAL, token, true, warn)).toBe(true);
    }
  }

  test("brings the farthest one to another machine, byte for byte", async () => {
    const made = machine();
    await made.local.write(checkpointOf(3), warn);
    await made.shelf.keep(TRIAL, token, true, warn);
    const other = machine();
    await other.shelf.fetch(TRIAL, warn);
    expect(readFileSync(newestFile(other.here, TRIAL))).toEqual(readFileSync(newestFile(made.here, TRIAL)));
    expect(warnings).toEqual([]);
  });

  test("leaves one alone that is farther than the database's", async () => {
    await keepSteps(3);
    const other = machine();
    await other.local.write(checkpointOf(4), warn);
    await other.shelf.fetch(TRIAL, warn);
    expect((await other.local.read(TRIAL, warn))!.step).toBe(4);
  });

  test("refuses a copy whose bytes are not those of its hash, and brings the one before", async () => {
    await keepSteps(3, 5);
    await database.queue.executeSql(
      "update shatter.checkpoints set bytes = set_byte(bytes, 600, get_byte(bytes, 600) # 1) where step = 5",
    );
    const other = machine();
    await other.shelf.fetch(TRIAL, warn);
    expect((await other.local.read(TRIAL, warn))!.step).toBe(3);
    expect(warnings).toEqual([
      expect.stringMatching(/in the database: expected \d+ bytes of SHA-256 .*it is removed/),
    ]);
    expect((await checkpointsOf(database.tables, TRIAL)).map(({ step }) => step)).toEqual([3]);
  });

  test("brings none where every copy was cut short", async () => {
    await keepSteps(3);
    await database.queue.executeSql("update shatter.checkpoints set bytes = substr(bytes, 1, 500)");
    const other = machine();
    await other.shelf.fetch(TRIAL, warn);
    expect(await other.local.read(TRIAL, warn)).toBeUndefined();
    expect(await checkpointsOf(database.tables, TRIAL)).toEqual([]);
  });

  test("keeps nothing of a file that is damaged, or larger than the database takes", async () => {
    const small = machine(500);
    await small.local.write(checkpointOf(3), warn);
    expect(await small.shelf.keep(TRIAL, token, true, warn)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/more than the 500 that go into the database/)]);
    const damaged = machine();
    await damaged.local.write(checkpointOf(3), warn);
    truncateSync(newestFile(damaged.here, TRIAL), 600);
    expect(await damaged.shelf.keep(TRIAL, token, true, warn)).toBe(true);
    expect(await checkpointsOf(database.tables, TRIAL)).toEqual([]);
  });
});
