import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { shatterHere } from "./shatter.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-cli-models-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LAB = join(folder, "lab");
const TEST = [
  "test",
  "--model",
  "linear",
  "--n",
  "60",
  "--test-n",
  "40",
  "--epochs",
  "1",
  "--escalations",
  "0",
];
const HOW = ["--lab", LAB, "--jobs", "1", "--threads", "1", "--quiet"];

test("the networks of a test are written, and of one that was done before it is said how to have them", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  const fresh = await shatterHere([...TEST, ...HOW, "--save-models", first]);
  expect(fresh.code).toBe(0);
  expect(fresh.stderr).toBe(`models: 2 networks in ${first}, listed in index.json\n`);
  expect(readdirSync(first)).toHaveLength(5);

  rmSync(join(LAB, "networks"), { recursive: true });
  const again = await shatterHere([...TEST, ...HOW, "--save-models", second]);
  const [count, missing] = again.stderr.split("\n");
  expect(count).toBe(`models: 0 networks in ${second}`);
  const [, command] = /; (shatter model export .*) trains it again, to the same bytes$/.exec(missing!) ?? [];
  const exported = await shatterHere([...command!.split(" ").slice(1), "--quiet"]);
  expect(exported).toMatchObject({ code: 0, stderr: "" });
  expect(exported.stdout).toMatch(
    /^True labels, seed 0: its parameters are those of the lab \(SHA-256 [0-9a-f]{64}\)\.\n/,
  );
  expect(readdirSync(second).sort()).toEqual([
    "index.json",
    "true-labels-seed-0.onnx",
    "true-labels-seed-0.safetensors",
  ]);
});

test("a trial that no lab has is refused, and nothing is left behind", async () => {
  const out = join(folder, "none");
  const { code, stderr } = await shatterHere([
    "model",
    "export",
    "00",
    "--lab",
    LAB,
    "--out",
    out,
    "--quiet",
  ]);
  expect(code).toBe(2);
  expect(stderr).toBe(`error: trial "00": expected the first digits of one trial of lab ${LAB}, got none\n`);
  expect(readdirSync(folder)).not.toContain("none");
});
