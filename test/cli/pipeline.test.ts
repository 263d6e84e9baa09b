import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testResultSchema } from "../../src/paper/test-result.ts";
import { shatterHere } from "./shatter.ts";

const SMALL = [
  ...["test", "--data", "digits", "--model", "linear", "--n", "60", "--test-n", "100", "--epochs", "2"],
  ...["--escalations", "0", "--quiet", "--no-lab"],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-pipeline-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("shatter test, in a pipeline,", () => {
  test("exits with 0 where all is as expected, and says so in its files", async () => {
    const [junit, markdown] = [join(folder, "a", "met.xml"), join(folder, "a", "met.md")];
    const conditions = "no-copies,train-accuracy >= 0, random-test-accuracy<1,copies<1";
    const run = await shatterHere([
      ...SMALL,
      ...["--expect", conditions, "--junit", junit, "--markdown", markdown],
    ]);
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const xml = readFileSync(junit, "utf8");
    expect(xml).toContain('tests="4" failures="0" errors="0" skipped="0"');
    expect(xml).toContain('name="train-accuracy&#62;=0"');
    const comment = readFileSync(markdown, "utf8");
    expect(comment).toContain("**All of 4 expectations met.**");
    expect(comment).toContain("shatter test --data digits --model linear --n 60");
  });

  test("exits with 3 where something is not, with a line for each, once files and result are there", async () => {
    const [junit, json] = [join(folder, "unmet.xml"), join(folder, "unmet.json")];
    const conditions = "memorizes,no-copies,test-accuracy>0.99,slowdown>0";
    const args = [...SMALL, "--expect", conditions, "--junit", junit, "--json", json];
    const run = await shatterHere(args);
    expect(run.code).toBe(3);
    const { verdict } = testResultSchema.parse(JSON.parse(readFileSync(json, "utf8")));
    const accuracy = verdict.learning.testAccuracy!.mean;
    expect(run.stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^expected "memorises", but the verdict is inconclusive, /),
      `expected test-accuracy>0.99, got ${Number(accuracy.toPrecision(4))} (1 seed)`,
      "expected slowdown>0, but it was not measured: no seed fitted both true and random labels within the epochs that were asked for",
    ]);
    expect(run.stdout).toContain("Verdict");
    expect(readFileSync(junit, "utf8")).toContain('tests="4" failures="3"');
  });

  test("runs a preparation of one's own, and exits with 3 where it uses test rows", async () => {
    const [prepare, json] = [join(folder, "scale.mjs"), join(folder, "prepared.json")];
    writeFileSync(
      prepare,
      "export const prepare = ({ inputs, shape }) => { const sum = inputs.reduce((all, one) => all + one); return { inputs: Float32Array.from(inputs, (one) => one / sum), shape }; };",
    );
    const asked = ["--prepare", prepare, "--permutations", "1", "--expect", "no-pipeline-leak"];
    const run = await shatterHere([...SMALL, ...asked, "--json", json]);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('expected "no-pipeline-leak", but')]);
    const { verdict } = testResultSchema.parse(JSON.parse(readFileSync(json, "utf8")));
    expect(verdict.pipeline).toMatchObject({
      module: { name: "scale.mjs" },
      suspected: true,
      permutations: 1,
      follows: { testLabels: false, testInputs: true, inBoth: 0 },
    });
    expect(verdict.lookedAt).toContain("test rows that scale.mjs uses for training");
  });

  test("has answers in JUnit where nothing is expected", async () => {
    const junit = join(folder, "answers.xml");
    const run = await shatterHere([...SMALL, "--junit", junit]);
    expect(run.code).toBe(0);
    expect(readFileSync(junit, "utf8")).toMatch(/tests="5" failures="0" errors="0" skipped="[234]"/);
  });

  test.each([
    [["--expect", "test-accuracy"], 2, "--expect test-accuracy: expected a comparison in quotes"],
    [["--expect", "learns,tset-accuracy>0.5"], 2, 'did you mean "test-accuracy"?'],
    [["--expect", "test-accuracy>50"], 2, "in [0, 1], a share and no percentage"],
    [["--junit", "/dev/null/x.xml"], 1, "--junit: "],
    [["--markdown", "/dev/null/x.md"], 1, "--markdown: "],
  ])("%j exits with %d before anything is trained", async (args, code, message) => {
    const run = await shatterHere([...SMALL, ...args]);
    expect([run.code, run.stdout]).toEqual([code, ""]);
    expect(run.stderr).toContain(message);
  });
});
