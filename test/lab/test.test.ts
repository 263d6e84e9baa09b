/**
 * @file A randomization test in a lab: round by round, as without one, and followed by whoever opens the lab.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openLab } from "../../src/lab/open.ts";
import { runRandomizationTest, type TestOptions } from "../../src/lab/test.ts";
import type { TestResult } from "../../src/paper/test-result.ts";
import { newDatabase } from "../store/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-test-in-lab-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A test that escalates twice: nothing is fitted at such a rate. */
const asked = {
  data: "shapes",
  n: 100,
  testN: 50,
  model: "linear",
  recipe: { epochs: 1, batch: 32, learningRate: 1e-6 },
  escalations: 2,
  jobs: 1,
  threads: 1,
} as const satisfies TestOptions;

/** A result without what differs from run to run. */
const withoutTimes = ({ provenance: _, trials, ...rest }: TestResult) => ({
  ...rest,
  trials: trials.map((trial) => ({ ...trial, seconds: 0 })),
});

const alone = withoutTimes(await runRandomizationTest(asked));

test.each(["in a folder", "on a server"])("a test in a lab %s is the one without", async (where) => {
  const place = {
    lab: join(folder, where),
    databaseUrl: where === "on a server" ? await newDatabase("test") : undefined,
  };
  expect(alone.trials.map(({ escalation }) => escalation)).toEqual([0, 0, 1, 1, 2, 2]);

  // Interrupted in its second round, it says what it has; whoever opens the lab sees as much.
  const interrupt = new AbortController();
  const cut = await runRandomizationTest({
    ...asked,
    lab: place,
    signal: interrupt.signal,
    onEvent: (event) => {
      if (event.type === "ended" && event.trial.escalation === 1) interrupt.abort();
    },
  });
  expect(cut.provenance.interrupted).toBe(true);
  expect(cut.trials.map(({ status }) => status)).toEqual(["done", "done", "done", "stopped"]);
  const read = async () => {
    await using lab = await openLab(place);
    const rows = await lab.database.tables.selectFrom("experiments").select("id").execute();
    expect(rows).toHaveLength(1);
    return await lab.document(rows[0]!.id);
  };
  expect((await read()).trials).toHaveLength(3);

  // Run again it goes on, and ends as if nothing had been.
  let reused = 0;
  const whole = await runRandomizationTest({
    ...asked,
    lab: place,
    onReused: (trials) => {
      reused = trials;
    },
  });
  expect(reused).toBe(3);
  expect(withoutTimes(whole)).toEqual(alone);
  const document = await read();
  expect(document.trials.map(({ result }) => ({ ...result, seconds: 0 }))).toEqual(alone.trials);
  expect(`${document.question} ${document.notes.join(" ")}`).toBe(
    `Does this recipe learn, or does it memorize? ${alone.verdict.text}`,
  );
  expect(document.tables[0]!.rows).toHaveLength(6);
});
