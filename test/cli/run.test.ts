import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeArrays } from "../../scripts/formats.ts";
import { experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { openEmbedded } from "../../src/store/node/open.ts";
import { doneTrials } from "../../src/store/results.ts";
import { emptyLab } from "../store/databases.ts";
import { shatter, shatterHere } from "./shatter.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A figure's trials of one model, as small as they can be: three, of two epochs. */
const TINY = ["--scale", "smoke", "--models", "mlp-1x512", "--n", "64", "--epochs", "2"];

/** Run an experiment in a lab of its own. */
const runIn = (lab: string, ...args: string[]) => shatterHere(["run", ...args, "--lab", join(folder, lab)]);

const documentIn = (lab: string, name: string) =>
  experimentResultSchema.parse(JSON.parse(readFileSync(join(folder, lab, name, "result.json"), "utf8")));

/** Ids of the trials a lab has results of. */
async function trialsIn(lab: string): Promise<string[]> {
  await using database = await openEmbedded(join(folder, lab));
  return [...(await doneTrials(database.tables))].sort();
}

describe("shatter run", () => {
  test("trains an experiment once, and reads it into a document and tables", async () => {
    const first = await shatter(["run", "figure-1c", ...TINY, "--lab", join(folder, "once")]);
    expect(first.stderr).toContain("0 trials were in");
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("Test error by label corruption");
    expect(first.stdout).toMatch(/not tested +6 +Whatever the corruption/);
    expect(first.stdout).toMatch(/On shapes, and/);
    const document = documentIn("once", "figure-1c-custom");
    // What another lab could be made of, if this one's database were damaged.
    expect(readdirSync(join(folder, "once", "trials")).sort()).toEqual(
      document.trials.map(({ result }) => `${result.id}.json`).sort(),
    );
    expect(existsSync(join(folder, "once", "lab.json"))).toBe(true);
    expect(document.trials).toHaveLength(3);
    expect(await trialsIn("once")).toEqual(document.trials.map(({ result }) => result.id).sort());

    const again = await runIn("once", "figure-1c", ...TINY);
    expect(again.stderr).toContain("3 trials were in");
    expect(again.stderr).toContain("0 were run now");
    expect(again.stdout).toBe(first.stdout);
    // Figure 1b is about the same trials.
    const other = await runIn("once", "figure-1b", ...TINY, "--json", "-");
    expect(other.stderr).toContain("3 trials were in");
    expect(experimentResultSchema.parse(JSON.parse(other.stdout)).tables[0]!.name).toBe(
      "figure-1b-definitions",
    );
  });

  test("adds up what is run in parts", async () => {
    cpSync(join(folder, "once"), join(folder, "parts"), { recursive: true });
    const linear = TINY.map((arg) => (arg === "mlp-1x512" ? "linear" : arg));
    const run = await runIn("parts", "figure-1c", ...linear, "--quiet");
    expect(run.code).toBe(0);
    const { trials, notes } = documentIn("parts", "figure-1c-custom");
    expect(trials).toHaveLength(6);
    expect(notes[0]).toBe("Not measured: inception, alexnet.");
  });

  test("takes in the files of an older lab, and runs again what was damaged", async () => {
    const trials = join(folder, "older", "trials");
    mkdirSync(trials, { recursive: true });
    const { trials: known, provenance } = documentIn("once", "figure-1c-custom");
    for (const { spec, result } of known) {
      const document = { schema: "shatter/trial-result@1", spec, result, provenance };
      writeFileSync(join(trials, `${result.id}.json`), JSON.stringify(document));
    }
    const damaged = join(trials, `${known[0]!.result.id}.json`);
    writeFileSync(damaged, "{");
    const run = await runIn("older", "figure-1c", ...TINY, "--quiet");
    expect(run.stderr).toMatch(`warning: ${damaged}: expected JSON`);
    expect(run.stderr).toContain("2 trials were in");
    expect(run.stderr).toContain("1 were run now");
    expect(run.code).toBe(0);
    expect(await trialsIn("older")).toEqual(known.map(({ result }) => result.id).sort());
  });

  test("says what an experiment costs, and trains nothing into the lab", async () => {
    cpSync(join(folder, "once"), join(folder, "plan"), { recursive: true });
    const plan = ["figure-1c", ...TINY, "--plan", "--jobs", "1", "--threads", "1"];
    const done = await runIn("plan", ...plan);
    expect(done.stdout).toMatch(/mlp-1x512 +3 +3 +0 +0/);
    expect(done.stdout).toContain("All trials are done");
    const fresh = await runIn("plan-fresh", ...plan, "--json", "-");
    const { models } = JSON.parse(fresh.stdout);
    // 64 images are one incomplete batch; three trials of two epochs.
    expect(models).toMatchObject([{ model: "mlp-1x512", trials: 3, done: 0, steps: 6 }]);
    expect(models[0].seconds).toBeGreaterThan(0);
    expect(models[0].memory).toBeGreaterThan(2e8);
    expect(existsSync(join(folder, "plan-fresh"))).toBe(false);
  });

  test("reads what a lab has, and trains nothing, when asked to", async () => {
    cpSync(join(folder, "once"), join(folder, "reading"), { recursive: true });
    const run = await runIn("reading", "figure-1c", ...TINY, "--seeds", "2", "--no-train");
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("3 trials were in");
    expect(await trialsIn("reading")).toHaveLength(3);
  });

  test("makes no lab to read one", async () => {
    const lab = join(folder, "nowhere");
    for (const command of [
      ["run", "figure-1c", ...TINY, "--no-train"],
      ["gc"],
      ["cancel", "figure-1c-smoke"],
    ]) {
      const run = await shatterHere([...command, "--lab", lab]);
      expect(run.stderr).toContain(`lab ${lab}: expected a lab, got a folder without one, or none`);
      expect(run.code).toBe(2);
    }
    expect((await shatterHere(["status", "--lab", lab])).stdout).toContain("The lab is empty");
    expect(existsSync(lab)).toBe(false);
  });

  test("runs a grid from a file", async () => {
    const file = join(folder, "sweep.yaml");
    writeFileSync(
      file,
      "data: shapes\nn: 64\ntestN: 50\nmodel: linear\ncorrupt: [0, 1]\nseeds: 2\nrecipe: {epochs: 2}\n",
    );
    const out = join(folder, "sweep-result");
    await emptyLab(join(folder, "files"));
    const run = await runIn("files", file, "--quiet", "--out", out);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("Every cell of the grid");
    const { name, scale, trials } = experimentResultSchema.parse(
      JSON.parse(readFileSync(join(out, "result.json"), "utf8")),
    );
    expect([name, scale, trials.length]).toEqual(["sweep", "custom", 4]);
  });

  test("runs an experiment of the paper on images at a path, and tests no claim of it there", async () => {
    const splits = await loadDataset("shapes", { n: 40, testN: 20 });
    const path = await writeArrays(splits, join(folder, "own"));
    const asked = ["table-1", "--scale", "smoke", "--models", "mlp-1x512", "--epochs", "1", "--data", path];
    const first = await shatter(["run", ...asked, "--lab", join(folder, "owned"), "--no-serve"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain("networks see the middle 28 x 28 of 32 x 32 pixels");
    expect(first.stdout).toMatch(/On arrays\.npz, and not on the paper's CIFAR-10/);
    const { trials, notes, claims } = documentIn("owned", "table-1-custom");
    expect(trials.map(({ spec }) => spec.dataset)).toEqual(
      trials.map(() =>
        expect.objectContaining({ name: expect.stringMatching(/^data-/), train: 40, test: 20 }),
      ),
    );
    expect(notes).toContain("Changed on the command line: data arrays.npz, 1 epoch.");
    expect(claims.every(({ outcome }) => outcome === "not tested")).toBe(true);
    // The lab alone is enough to read it again.
    const again = await runIn("owned", ...asked, "--no-train", "--quiet", "--out", join(folder, "again"));
    expect(again.stderr).toContain("3 trials were in");
  });

  test("leaves the results of two files of one name beside each other, in any script", async () => {
    const results = ["a", "b"].map((name, index) => {
      mkdirSync(join(folder, name));
      const file = join(folder, name, "学习.YAML");
      // As an editor of Windows may write it.
      const text = `\ufeffdata: shapes\nn: ${64 + index}\ntestN: 50\nmodel: linear\n`;
      writeFileSync(file, index === 0 ? text : Buffer.from(text, "utf16le"));
      return file;
    });
    await emptyLab(join(folder, "scripts"));
    for (const file of results) {
      const { code, stderr } = await runIn("scripts", file, "--quiet", "--no-train");
      expect([code, stderr]).toEqual([0, expect.stringContaining("result: ")]);
    }
    const names = readdirSync(join(folder, "scripts")).filter((name) => name.startsWith("学习"));
    expect(names).toEqual(["学习-custom", expect.stringMatching(/^学习-custom-[0-9a-f]{6}$/)]);
    const ids = names.map((name) => documentIn("scripts", name).id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[1]).toBe(names[1]);
  });

  test("has a lab to itself, and tells a second process who has it", async () => {
    cpSync(join(folder, "once"), join(folder, "owned"), { recursive: true });
    await using database = await openEmbedded(join(folder, "owned"));
    expect(database.kind).toBe("pglite");
    const run = await shatter(["run", "figure-1c", ...TINY, "--lab", join(folder, "owned")]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      `process ${process.pid} has it open; wait for it, end it, choose another --lab, or share a PostgreSQL by --database-url`,
    );
  });

  test("keeps what is done when interrupted, and goes on from there", async () => {
    const args = ["figure-1c", ...TINY, "--jobs", "1"].map((arg) => (arg === "64" ? "3000" : arg));
    const lab = await emptyLab(join(folder, "interrupted"));
    const interrupted = await shatter(["run", ...args, "--lab", lab], {
      onStart: (child) => {
        let seen = "";
        const onText = (chunk: Buffer): void => {
          seen += chunk;
          if (!seen.includes("[1/3]")) return;
          child.stderr!.off("data", onText);
          child.kill("SIGINT");
        };
        child.stderr!.on("data", onText);
      },
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain("interrupted: the trials done so far are kept");
    const { trials, provenance } = documentIn("interrupted", "figure-1c-custom");
    expect(provenance.interrupted).toBe(true);
    expect(trials).toHaveLength(1);
    expect(await trialsIn("interrupted")).toHaveLength(1);
  });
});

describe("shatter run refuses", () => {
  test.each([
    ["an unknown experiment", ["tabel-1"], 'unknown experiment "tabel-1"; did you mean "table-1"?'],
    ["a file that is not there", ["nope.yaml"], "nope.yaml: expected an experiment file, got no such file"],
    ["a model without a row", ["table-1", "--models", "linear"], "--models: table-1 has no trials of it"],
    [
      "a priority that no database keeps",
      ["figure-1c", "--priority", "99999999999"],
      "expected a whole number of at least -1000 and at most 2147483647",
    ],
    ["zero epochs", ["table-1", "--epochs", "0"], 'expected a whole number of at least 1, got "0"'],
  ])("%s", async (_, args, message) => {
    const run = await runIn("refused", ...args);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });

  test("rows of a table for the paper's experiments, unknown names, and options of no data", async () => {
    const path = join(folder, "rows.csv");
    writeFileSync(path, "a,label\n1,0\n2,1\n3,0\n4,1\n");
    const rows = await runIn("none", "table-1", "--data", path);
    expect(rows.code).toBe(2);
    expect(rows.stderr).toMatch(
      /table-1, as all experiments of the paper, is about images, .* got rows of 1 columns; if rows are images, say --shape/,
    );
    expect((await runIn("none", "table-1", "--data", "mnits")).stderr).toContain('did you mean "mnist"?');
    expect((await runIn("none", "table-1", "--size", "32")).stderr).toContain("--size is for data at a path");
  });

  test("to let options say what a file says", async () => {
    const file = join(folder, "own.yaml");
    writeFileSync(file, "data: shapes\nmodel: linear\n");
    const run = await runIn("refused", file, "--eval-every", "2");
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(
      `--eval-every: expected only with an experiment of the paper; say it in ${file}`,
    );
  });

  test("to replace a result of another version", async () => {
    const out = join(folder, "newer");
    mkdirSync(out);
    writeFileSync(join(out, "result.json"), '{"schema": "shatter/experiment@2"}');
    const run = await runIn("refused", "figure-1c", ...TINY, "--out", out);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('expected schema "shatter/experiment@1", got "shatter/experiment@2"');
    expect(readFileSync(join(out, "result.json"), "utf8")).toBe('{"schema": "shatter/experiment@2"}');
  });

  test("to train where nothing could be kept", async () => {
    writeFileSync(join(folder, "a-file"), "");
    const run = await runIn("a-file", "figure-1c", ...TINY);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/result: expected a folder to write to, got .*a-file/);
  });
});

test("a full disk is refused where a lab begins", async () => {
  // A file system of its own needs rights that not every machine gives; scripts/faults.ts fills one in midst of training.
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "shatter", disk], { stdio: "ignore" });
  } catch {
    return;
  }
  try {
    const run = await shatter(["run", "figure-1c", ...TINY, "--jobs", "1", "--lab", disk]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/cannot be opened \(the disk is full; free some space/);
  } finally {
    execFileSync("umount", [disk]);
  }
});
