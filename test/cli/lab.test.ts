/**
 * A lab's life by its commands: interrupted on a laptop, moved to a server, finished there by workers, and read.
 */

import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { csvParse } from "d3-dsv";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { openServer } from "../../src/store/node/open.ts";
import type { TrialsAnswer } from "../../src/web/api.ts";
import { emptyLab, newDatabase } from "../store/databases.ts";
import { shatter, shatterHere } from "./shatter.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-lab-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

/** How long is waited for another process, and how often is looked, in milliseconds. */
const PATIENTLY = { timeout: 120_000, interval: 100 };

/** A short trial, and one of some seconds. */
const TWO = "data: shapes\nn: 1000\ntestN: 200\nmodel: mlp-1x512\nrecipe: {epochs: [1, 30]}\n";

/** Run those two in a lab. */
const runTwo = (lab: string, ...args: string[]): string[] => {
  if (!existsSync(at("two.yaml"))) writeFileSync(at("two.yaml"), TWO);
  return ["run", at("two.yaml"), "--jobs", "1", "--threads", "1", "--lab", at(lab), ...args];
};
const ID = /two-custom-[0-9a-f]{6}/;

const documentIn = (lab: string, name = "two-custom") =>
  experimentResultSchema.parse(JSON.parse(readFileSync(join(at(lab), name, "result.json"), "utf8")));

/** What trials left that their specs decide. */
const outcomesIn = (lab: string) =>
  documentIn(lab)
    .trials.map(({ result: { seconds: _, ...outcome } }) => outcome)
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Start them in a lab, and interrupt them in the midst of the second, as their dashboard shows it. */
async function interrupted(lab: string): Promise<void> {
  const run = await shatter(runTwo(lab, "--port", "0"), {
    onStart: (child) => {
      child.stderr!.on("data", async (chunk: Buffer) => {
        const [, address] = /dashboard: (\S+)/.exec(`${chunk}`) ?? [];
        if (address === undefined) return;
        for (;;) {
          const { trials } = (await (await fetch(`${address}api/trials`)).json()) as TrialsAnswer;
          const isDone = trials.some(({ state }) => state === "done");
          if (isDone && trials.some(({ state, epoch, share }) => state === "running" && epoch + share > 0))
            break;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        child.kill("SIGINT");
      });
    },
  });
  expect(run.code).toBe(130);
}

describe("a lab", () => {
  test("moves from a folder to a server in the midst of its work, and loses nothing", async () => {
    for (const lab of ["whole", "laptop"]) await emptyLab(at(lab));
    expect((await shatter(runTwo("whole"))).code).toBe(0);
    await interrupted("laptop");

    const status = await shatterHere(["status", "--lab", at("laptop"), "--json"]);
    const { experiments, workers } = JSON.parse(status.stdout);
    expect(experiments[0]).toMatchObject({
      id: expect.stringMatching(ID),
      states: { done: 1, waiting: 1, running: 0, quarantined: 0, cancelled: 0 },
    });
    expect(workers).toEqual([]);

    const exported = await shatterHere(["export", "--lab", at("laptop"), "--out", at("bundle")]);
    expect(exported.stdout).toMatch(/1 experiment, 1 finished trial, 1 trial to run, 1 checkpoint/);
    expect(csvParse(readFileSync(join(at("bundle"), "trials.csv"), "utf8"))[0]).toMatchObject({
      model: "mlp-1x512",
      status: "done",
    });
    const env = { DATABASE_URL: await newDatabase(), SHATTER_CHECKPOINTS: at("machine") };
    const imported = await shatterHere(["import", at("bundle"), "--lab", folder], { env });
    expect(imported.stdout).toMatch(/taken in: 1 experiment, 1 finished trial, 1 trial to run, 1 checkpoint/);

    // Another machine: it has nothing but the address of the database.
    const worker = await shatter(["worker", "--jobs", "1", "--threads", "1", "--until-idle"], { env });
    expect(worker.code).toBe(0);
    expect(worker.stderr).toContain("1 trials were finished here");
    expect(worker.stderr).toMatch(/was interrupted, goes on after \d+ epoch/);

    const read = await shatterHere(runTwo("read", "--no-train"), { env });
    expect(read.stderr).toContain("2 trials were in");
    expect(outcomesIn("read")).toEqual(outcomesIn("whole"));
  });

  test("is worked on by a run and a worker at once, each trial by one of them", async () => {
    const env = { DATABASE_URL: await newDatabase() };
    const small = "--scale smoke --models mlp-1x512 --n 512 --epochs 8 --seeds 3 --jobs 1 --threads 1";
    const run = shatter(["run", "figure-1c", ...small.split(" "), "--lab", at("both")], { env });
    await waitForTrials(env.DATABASE_URL);
    const worker = await shatter(["worker", "--jobs", "1", "--threads", "1", "--until-idle"], {
      env: { ...env, SHATTER_CHECKPOINTS: at("other-machine") },
    });
    expect((await run).code).toBe(0);
    expect(worker.code).toBe(0);
    const database = await openServer(env.DATABASE_URL);
    const rows = await database.tables
      .selectFrom("attempts")
      .innerJoin("results", "results.trial_id", "attempts.trial_id")
      .select(["worker_id", "attempts.trial_id", "attempts.state"])
      .execute();
    await database[Symbol.asyncDispose]();
    expect(rows.map(({ state }) => state)).toEqual(Array(9).fill("done"));
    expect(new Set(rows.map(({ worker_id }) => worker_id)).size).toBe(2);
    expect(documentIn("both", "figure-1c-custom").trials).toHaveLength(9);
  });

  test("lets trials be cancelled and wanted again, and throws away what nothing goes on from", async () => {
    cpSync(at("laptop"), at("cancelled"), { recursive: true });
    const lab = ["--lab", at("cancelled")];
    const [id] = JSON.parse((await shatterHere(["status", ...lab, "--json"])).stdout).experiments.map(
      (experiment: { id: string }) => experiment.id,
    );
    expect((await shatterHere(["cancel", id, ...lab])).stdout).toContain("1 trial was cancelled");
    const [checkpoint] = readdirSync(join(at("cancelled"), "checkpoints"));
    writeFileSync(join(at("cancelled"), "checkpoints", "not-ours.txt"), "");
    const dry = await shatterHere(["gc", "--dry-run", ...lab]);
    expect(dry.stdout).toContain(`${checkpoint}  `);
    expect(dry.stdout).toMatch(/its trial is cancelled\n(.*\n)*\d+ checkpoints? would be removed/);
    expect(existsSync(join(at("cancelled"), "checkpoints", checkpoint!))).toBe(true);
    expect((await shatterHere(["gc", ...lab])).stdout).toMatch(/checkpoints? removed/);
    expect(readdirSync(join(at("cancelled"), "checkpoints"))).toEqual(["not-ours.txt"]);
    expect((await shatterHere(["retry", id, ...lab, "--json"])).stdout).toBe('{"trials":1}\n');
    expect((await shatterHere(["status", ...lab])).stdout).toMatch(/two-custom-\w+ +0 +1 +0 +1 +0 +0/);
  });
});

test("a lab that a run has open is asked by its dashboard", async () => {
  const lab = ["--lab", await emptyLab(at("open"))];
  const run = shatter(runTwo("open", "--port", "0"));
  const owner = join(at("open"), "owner.json");
  await vi.waitUntil(
    () => existsSync(owner) && JSON.parse(readFileSync(owner, "utf8")).address !== null,
    PATIENTLY,
  );
  const status = await vi.waitUntil(async () => {
    const said = JSON.parse((await shatterHere(["status", ...lab, "--json"])).stdout);
    return said.workers.length > 0 && said;
  }, PATIENTLY);
  expect(status.workers).toMatchObject([{ jobs: 1 }]);
  const { id } = status.experiments[0]!;
  expect((await shatterHere(["cancel", "nope", ...lab])).stderr).toContain('experiment "nope"');
  const cancelled = JSON.parse((await shatterHere(["cancel", id, ...lab, "--json"])).stdout);
  expect(cancelled.trials).toBeGreaterThan(0);
  expect((await run).stderr).toMatch(/dashboard: http:\/\/127\.0\.0\.1:\d+\//);
  const after = JSON.parse((await shatterHere(["status", ...lab, "--json"])).stdout).experiments[0].states;
  expect(after).toMatchObject({ waiting: 0, running: 0 });
  expect(after.cancelled).toBeGreaterThan(0);
  expect(existsSync(owner)).toBe(false);
});

test("an owner that asks for a token gets that of $SHATTER_TOKEN", async () => {
  const lab = ["--lab", await emptyLab(at("closed"))];
  let child: ChildProcess | undefined;
  const token = new Promise<string>((resolve) => {
    void shatter(["serve", "--token", ...lab, "--port", "0"], {
      onStart: (serving) => {
        child = serving;
        serving.stdout!.on("data", (chunk) => {
          const [, shown] = /token=([\w-]+)/.exec(`${chunk}`) ?? [];
          if (shown !== undefined) resolve(shown);
        });
      },
    });
  });
  const ask = (SHATTER_TOKEN: string) =>
    shatterHere(["status", ...lab, "--json"], { env: { SHATTER_TOKEN } });
  try {
    const answer = await ask(await token);
    expect(JSON.parse(answer.stdout).experiments).toEqual([]);
    expect(await ask("")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("asks for a token; put"),
    });
    const wrong = { code: 2, stderr: expect.stringContaining("takes another token than $SHATTER_TOKEN") };
    expect(await ask("wrong")).toMatchObject(wrong);
  } finally {
    child?.kill("SIGTERM");
  }
});

describe("a lab's commands refuse", () => {
  beforeAll(async () => {
    await emptyLab(at("empty"));
  });

  test.each([
    ["a worker without a server", ["worker"], 2, "expected --database-url or $DATABASE_URL"],
    [
      "an unknown experiment",
      ["cancel", "nope"],
      2,
      'experiment "nope": expected one of this lab (it has none yet)',
    ],
    [
      "an unknown trial",
      ["retry", "0123456789abcdef"],
      2,
      'trial "0123456789abcdef": expected a trial of this lab',
    ],
    [
      "a mixture",
      ["cancel", "nope", "0123456789abcdef"],
      2,
      "expected one experiment or any number of trials",
    ],
    [
      "a URL of something else",
      ["status", "--database-url", "mysql://u:hunter2@h/d"],
      1,
      "begins with postgres://",
    ],
  ])("%s", async (_, args, code, message) => {
    const lab = args[0] === "worker" ? [] : ["--lab", at("empty")];
    const run = await shatterHere([...args, ...lab]);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toContain("hunter2");
  });

  test("a folder that is no export, and makes no lab for it", async () => {
    const run = await shatterHere(["import", ".", "--lab", at("none")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("no such file (an export that was interrupted?)");
    expect(existsSync(at("none"))).toBe(false);
  });

  test("an export that was tampered with, and take nothing in", async () => {
    cpSync(at("bundle"), at("tampered"), { recursive: true });
    const path = join(at("tampered"), "lab.json");
    const bundle = JSON.parse(readFileSync(path, "utf8"));
    bundle.open[0].spec.seed = 99;
    writeFileSync(path, JSON.stringify(bundle));
    const run = await shatterHere(["import", at("tampered"), "--lab", at("empty")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`expected the spec of trial ${bundle.open[0].id}, got that of`);
    expect((await shatterHere(["status", "--lab", at("empty")])).stdout).toContain("The lab is empty");
  });

  test("to export into a folder that has something in it", async () => {
    const run = await shatterHere(["export", "--lab", at("empty"), "--out", at("bundle")]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("--out: expected an empty folder or none");
  });
});

/** Wait until a lab has been planned. */
async function waitForTrials(address: string): Promise<void> {
  await vi.waitFor(async () => {
    // While another process makes the tables, it may be refused.
    await using database = await openServer(address);
    await database.tables.selectFrom("trials").select("id").limit(1).executeTakeFirstOrThrow();
  }, PATIENTLY);
}
