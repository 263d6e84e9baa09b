import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runRandomizationTest } from "../../src/lab/test.ts";
import type { ReplayResult } from "../../src/paper/replay-result.ts";
import type { TestResult } from "../../src/paper/test-result.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { theory } from "../report/theory/fixture.ts";
import { blobs, mine } from "../run/values.ts";
import { emptyLab, newDatabase } from "../store/databases.ts";
import { shatter, shatterHere } from "./shatter.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "shatter-replay-"));
  const args = [
    "--n",
    "60",
    "--test-n",
    "100",
    "--epochs",
    "2",
    "--escalations",
    "3",
    "--corrupt",
    "0,0.5,1",
  ];
  const path = join(folder, "result.json");
  const run = await shatterHere([
    ...["test", "--data", "digits", "--model", "mlp-1x512", ...args],
    ...["--batch", "32", "--labels", "permute", "--quiet", "--no-lab", "--json", path],
  ]);
  expect([run.code, run.stderr]).toEqual([0, ""]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const original = (): TestResult => JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));

/** Put a document into a folder of its own, changed. */
function changed(name: string, change: (document: TestResult) => void): string {
  const document = original();
  change(document);
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

/** A document of its first trial alone, with the id that goes with what the document says. */
async function withOwnId(file: string, document: TestResult): Promise<string> {
  const { name, hash, train, test: count } = document.dataset;
  const spec: TrialSpec = {
    ...{ schema: "shatter/trial@1", dataset: { name, hash, train, test: count }, inputs: "true", corrupt: 0 },
    ...{ model: document.model.name, recipe: document.recipe, seed: 0 },
  };
  const path = join(folder, `${file}.json`);
  const trials = [{ ...document.trials[0]!, id: await trialId(spec) }];
  writeFileSync(path, JSON.stringify({ ...document, trials }));
  return path;
}

const replayed = async (...args: string[]) => {
  const run = await shatterHere(["replay", ...args, "--quiet", "--json", "-"]);
  expect(run.stdout, run.stderr).not.toBe("");
  return { ...run, result: JSON.parse(run.stdout) as ReplayResult };
};

describe("shatter replay", () => {
  test("trains a test's trials again, escalated ones too, to the same bytes", async () => {
    const { code, result } = await replayed(folder);
    expect(code).toBe(0);
    const { trials } = original();
    expect(trials.some(({ escalation }) => escalation === 3)).toBe(true);
    expect(result).toMatchObject({ equal: trials.length, different: 0, failed: 0, notCompared: 0 });
    expect(result.trials.map(({ id }) => id)).toEqual(trials.map(({ id }) => id));
    for (const { comparison, changes } of result.trials) {
      expect(comparison).toEqual({
        ...{ data: true, outcome: true, history: true, parameters: true },
        ...{ fields: [], accuracy: 0, loss: 0 },
      });
      expect(changes).toEqual([]);
    }
    const published = JSON.parse(
      readFileSync(new URL("../../schema/replay@1.json", import.meta.url), "utf8"),
    );
    const validate = new Ajv2020({ strict: false }).compile(published);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  });

  test("says in words what differs, by how much, and what may explain it", async () => {
    const path = changed("different", ({ trials, provenance }) => {
      trials[0]!.testAccuracy! += 0.125;
      trials[1]!.history[1]!.trainLoss! += 0.5;
      provenance.version = "0.0.1";
      provenance.machine = "another one";
    });
    const run = await shatterHere(["replay", path]);
    expect(run.code).toBe(1);
    const { trials } = original();
    const lineOf = (id: string) => run.stdout.split("\n").find((line) => line.startsWith(id));
    expect(lineOf(trials[0]!.id)).toMatch(/True labels, seed 0 +DIFFERENT +equal +equal +0\.125 +0$/);
    expect(lineOf(trials[1]!.id)).toMatch(/ +equal +DIFFERENT +equal +0 +0\.5$/);
    const words = run.stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain(
      `2 of ${trials.length} trials differ: accuracies by up to 0.125; losses by up to 0.5 nats; the outcome in testAccuracy.`,
    );
    expect(words).toContain("may explain it: version 0.0.1, now 0.1.0; machine another one, now ");
  });

  test("replays one trial, and says where nothing explains that it differs", async () => {
    const { id } = original().trials[2]!;
    const path = changed("one", ({ trials }) => {
      trials[2]!.parametersHash = "00".repeat(32);
    });
    const json = join(folder, "one-replay.json");
    const run = await shatterHere(["replay", path, "--trial", id.slice(0, 8), "--json", json, "--quiet"]);
    expect(run.code).toBe(1);
    const result: ReplayResult = JSON.parse(readFileSync(json, "utf8"));
    expect(result.trials).toMatchObject([{ id, answer: "different", comparison: { parameters: false } }]);
    expect(run.stdout).toContain("Nothing that is known differs in how they were made");
    expect(run.stdout).toContain("1 of 1 trial differs");
  });

  test("compares no trial that did not come to its end, and says so", async () => {
    const path = changed("early", ({ trials }) => {
      Object.assign(trials[0]!, { status: "stopped", error: "interrupted" });
      Object.assign(trials[1]!, { status: "failed", error: "out of memory" });
      trials.splice(3);
    });
    const run = await shatterHere(["replay", path, "--quiet"]);
    expect(run.code).toBe(0);
    const words = run.stdout.replaceAll(/\s+/g, " ");
    expect(words).toContain("): it was stopped: interrupted.");
    expect(words).toContain("): it was failed: out of memory.");
    expect(words).toContain("The trial is equal, byte for byte.");
    const { id } = original().trials[0]!;
    const alone = await shatterHere(["replay", path, "--trial", id]);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain(
      `trial ${id}: it was stopped: interrupted, so there is nothing to compare with`,
    );
  });

  test("understands a document of before some fields of a recipe were there", async () => {
    const { augment: _, evaluate: __, ...recipe } = original().recipe;
    const path = await withOwnId("older", { ...original(), recipe: recipe as TestResult["recipe"] });
    const { code, result } = await replayed(path);
    expect([code, result.trials[0]!.answer]).toEqual([0, "equal"]);
    expect(result.trials[0]!.id).not.toBe(original().trials[0]!.id);
  });

  test("replays an experiment from its folder", async () => {
    const lab = await emptyLab(join(folder, "lab"));
    const tiny = [
      "--scale",
      "smoke",
      "--models",
      "linear",
      "--n",
      "64",
      "--epochs",
      "2",
      "--quiet",
      "--no-serve",
    ];
    const out = join(folder, "figure");
    const first = await shatterHere(["run", "figure-1c", ...tiny, "--lab", lab, "--out", out]);
    expect(first.code, first.stderr).toBe(0);
    const { code, result } = await replayed(out);
    expect(code).toBe(0);
    expect(result).toMatchObject({ equal: 3, different: 0, of: { schema: "shatter/experiment@1" } });
    // What the lab knows of each trial is compared, too.
    const { id } = result.trials[0]!;
    const inLab = await replayed(out, "--lab", lab, "--threads", "2", "--trial", id);
    expect(inLab.result).toMatchObject({ equal: 1, different: 0 });
    expect(inLab.result.trials[0]!.changes).toEqual([{ field: "threads", before: "1", now: "2" }]);
  });

  test("finds a model and data that were given as values in the lab they were run in", async () => {
    const lab = await emptyLab(join(folder, "values"));
    const document = await runRandomizationTest({
      ...{ data: blobs, model: mine, corrupt: [1], escalations: 0, lab: { lab } },
      recipe: { batch: 32, dropout: 0.25, epochs: 3, preprocess: "standardize" },
    });
    const path = join(folder, "values.json");
    writeFileSync(path, JSON.stringify(document));
    const { code, result } = await replayed(path, "--lab", lab);
    expect([code, result.equal]).toEqual([0, 1]);
    const alone = await shatterHere(["replay", path]);
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain("the document does not say all of its spec");
    expect(alone.stderr).toContain("name the lab it was run in with --lab");
    const elsewhere = await shatterHere(["replay", path, "--lab", await emptyLab(join(folder, "other"))]);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.stderr).toContain("does not have it either");
  });

  test("finds them on a server, with a folder that never saw them", async () => {
    const databaseUrl = await newDatabase();
    const [there, here] = [join(folder, "there"), join(folder, "here")];
    const document = await runRandomizationTest({
      ...{ data: blobs, model: mine, corrupt: [0.5], escalations: 0, lab: { lab: there, databaseUrl } },
      recipe: { batch: 32, epochs: 3, preprocess: "standardize" },
    });
    const path = join(folder, "server.json");
    writeFileSync(path, JSON.stringify(document));
    const { code, result } = await replayed(path, "--lab", here, "--database-url", databaseUrl);
    expect([code, result.equal]).toEqual([0, 1]);
  });

  test("takes a model's file by its hash, from the lab or as it is", async () => {
    const fileOf = (name: string) => new URL(`../fixtures/models/${name}.onnx`, import.meta.url).pathname;
    const lab = await emptyLab(join(folder, "onnx"));
    const path = join(folder, "onnx.json");
    const run = await shatterHere([
      ...["test", "--model", fileOf("resnet18"), "--data", "shapes", "--n", "60", "--test-n", "50"],
      ...["--epochs", "1", "--batch", "20", "--preprocess", "none", "--corrupt", "0.5", "--escalations", "0"],
      ...["--lab", lab, "--quiet", "--json", path],
    ]);
    expect(run.code, run.stderr).toBe(0);
    for (const where of [
      ["--lab", lab],
      ["--model", fileOf("resnet18")],
    ]) {
      const { code, result } = await replayed(path, ...where);
      expect([code, result.equal]).toEqual([0, 1]);
    }
    const other = await shatterHere(["replay", path, "--model", fileOf("resnet50")]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/resnet50\.onnx: expected the bytes of sha256:\w{64}, got sha256:/);
    const both = await shatterHere(["replay", path, "--model", fileOf("resnet18"), "--lab", lab]);
    expect(both.code).toBe(2);
    expect(both.stderr).toContain("--model: expected a model file or a lab, which has it, got both");
  });

  test("reports what was replayed when it is interrupted", async () => {
    const run = await shatter(["replay", folder, "--jobs", "1", "--json", "-"], {
      onStart(child) {
        child.stderr!.on("data", (chunk: Buffer) => {
          if (chunk.includes("[1/")) child.kill("SIGINT");
        });
      },
    });
    expect(run.code).toBe(130);
    const result: ReplayResult = JSON.parse(run.stdout);
    expect(result.trials[0]!.answer).toBe("equal");
    expect(result.trials.at(-1)).toMatchObject({ answer: "failed", comparison: null });
    expect(result.provenance.interrupted).toBe(true);
  });
});

describe("shatter replay, on bad input,", () => {
  test.each<[string, (document: TestResult) => unknown, number, string]>([
    ["a spec that is not its trial's", ({ trials }) => trials[0]!.seed++, 2, "does not say all of its spec"],
    [
      "other data",
      ({ dataset }) => Object.assign(dataset, { name: "mnist" }),
      2,
      "does not say all of its spec",
    ],
    [
      "no trial that ended",
      ({ trials }) => trials.map((one) => Object.assign(one, { status: "stopped" })),
      2,
      "expected a document with a trial that came to its end",
    ],
    ["what is no document of a test", (document) => Object.assign(document, { trials: 1 }), 1, "trials: "],
    [
      "a later version",
      (document) => Object.assign(document, { schema: "shatter/test@2" }),
      2,
      "newer version",
    ],
  ])("refuses %s", async (name, change, code, message) => {
    const path = changed(name.replaceAll(" ", "-"), change);
    const run = await shatterHere(["replay", path]);
    expect([run.code, run.stdout]).toEqual([code, ""]);
    expect(run.stderr).toContain(message);
  });

  test.each<[string, (document: TestResult) => unknown, number, string]>([
    [
      "other examples of that name",
      ({ dataset }) => Object.assign(dataset, { hash: "00".repeat(32) }),
      1,
      `data digits: expected the examples of hash ${"00".repeat(32)}, got `,
    ],
    ["data of no known name", ({ dataset }) => Object.assign(dataset, { name: "digitz" }), 2, '"digits"?'],
    [
      "a model of no known name",
      ({ model }) => Object.assign(model, { name: "mlp-1x51z" }),
      2,
      '"mlp-1x512"?',
    ],
    [
      "a model that was given as a value",
      ({ model }) => Object.assign(model, { name: `sha256:${"00".repeat(32)}` }),
      2,
      "was given as a value or as a file; name the lab that has it with --lab, or a model's file with --model",
    ],
  ])("refuses %s before anything is trained", async (name, change, code, message) => {
    const document = original();
    change(document);
    const run = await shatterHere(["replay", await withOwnId(name.replaceAll(" ", "-"), document)]);
    expect([run.code, run.stdout]).toEqual([code, ""]);
    expect(run.stderr).toContain(message);
  });

  test("refuses a theory, and says how it is computed again", async () => {
    const path = join(folder, "theory.json");
    writeFileSync(path, JSON.stringify(theory()));
    const run = await shatterHere(["replay", path]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("expected a test or an experiment, got a theory, which has no trials");
  });

  test.each([
    [["--trial", "zz"], "expected the first digits of one of"],
    [["--lab", "/nowhere"], "lab /nowhere: expected a lab, got a folder without one"],
    [["--threads", "0"], "expected a whole number of at least 1"],
  ])("refuses %j", async (args, message) => {
    const run = await shatterHere(["replay", folder, ...args]);
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toContain(message);
  });

  test("of data at a path wants to know where they are, and that they are the same", async () => {
    const [rows, other, path] = ["rows.csv", "other.csv", "own.json"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const text = Array.from({ length: 40 }, (_, at) => `${at % 7},${at % 3},${at % 2}\n`).join("");
    writeFileSync(rows, `a,b,kind\n${text}`);
    writeFileSync(other, `a,b,kind\n${text.replaceAll("6,", "5,")}`);
    const asked = [
      "--model",
      "linear",
      "--epochs",
      "1",
      "--escalations",
      "0",
      "--no-lab",
      "--quiet",
      "--json",
      path,
    ];
    expect((await shatterHere(["test", "--data", rows, "--target", "kind", ...asked])).code).toBe(0);
    expect((await shatterHere(["replay", path])).stderr).toMatch(
      /data-[0-9a-f]{8} are data at a path, .* say by --data where they are/,
    );
    const changed = await shatterHere(["replay", path, "--data", other, "--target", "kind", "--quiet"]);
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining("the files here are others")]);
    const same = await shatterHere(["replay", path, "--data", rows, "--target", "kind", "--quiet"]);
    expect([same.code, same.stderr]).toEqual([0, ""]);
    expect(same.stdout).toContain("All of 2 trials are equal, byte for byte.");
  });

  test("refuses what is not there", async () => {
    const run = await shatterHere(["replay", join(folder, "nothing")]);
    expect([run.code, run.stderr]).toEqual([
      2,
      `error: ${join(folder, "nothing")}: expected a result.json or its folder, got no such file\n`,
    ]);
  });
});
