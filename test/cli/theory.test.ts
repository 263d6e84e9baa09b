import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runtime } from "../../src/run/node/runtime.ts";
import { type TheoryResult, theoryResultSchema } from "../../src/theory/theory-result.ts";
import { shatter, shatterHere } from "./shatter.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-theory-"));
});
afterEach(() => rm(folder, { recursive: true }));

const GAUSSIAN = ["theory", "expressivity", "--data", "gaussian", "--d", "7"];

/** A document without what differs from run to run. */
const lasting = ({ provenance: _, ...rest }: TheoryResult) => rest;

describe("shatter theory expressivity", () => {
  test("prints findings, tables and the claim, and writes a report and a model", async () => {
    const [out, onnx] = [join(folder, "report"), join(folder, "network.onnx")];
    const run = await shatterHere([...GAUSSIAN, "--n", "40", "--out", out, "--onnx", onnx]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain(
      "40 samples in 7 dimensions are represented with 87 weights, exactly 2n + d",
    );
    expect(run.stdout).toMatch(/reproduced +16 /);
    expect(run.stderr).toContain(`report: ${join(out, "index.html")}`);
    expect(await readdir(out)).toContain("error-by-n.svg");
    const session = await runtime.InferenceSession.create(new Uint8Array(await readFile(onnx)));
    const { values } = await session.run({
      inputs: new runtime.Tensor("float32", new Float32Array(3 * 7), [3, 7]),
    });
    expect(values!.dims).toEqual([3]);
    const again = join(folder, "again");
    const redrawn = await shatterHere(["report", out, "--out", again, "--format", "svg,md"]);
    expect(redrawn.code, redrawn.stderr).toBe(0);
    const picture = "size-by-depth.svg";
    expect(await readFile(join(again, picture))).toEqual(await readFile(join(out, picture)));
  });

  test("prints the same document twice, as JSON alone", async () => {
    const args = [
      ...GAUSSIAN,
      "--n",
      "12",
      "--labels",
      "regression",
      "--json",
      "--quiet",
      "--format",
      "json",
    ];
    const runs = await Promise.all(
      ["a", "b"].map((name) => shatterHere([...args, "--seed", "5", "--out", join(folder, name)])),
    );
    const [one, other] = runs.map(({ stdout }) => theoryResultSchema.parse(JSON.parse(stdout)));
    expect(lasting(one!)).toEqual(lasting(other!));
    expect(one!.settings).toMatchObject({ data: "gaussian", n: 12, d: 7, labels: "regression", seed: 5 });
    expect(one!.numbers).toMatchObject({ weights: 2 * 12 + 7, float32Right: 1 });
    expect(one!.provenance.command).toContain("theory expressivity");
    expect(await readdir(join(folder, "a"))).toEqual(["result.json"]);
    expect(runs[0]!.stderr).not.toContain("projections");
  });

  test.each([
    [["--data", "cifar11"], 'unknown dataset "cifar11"'],
    [["--data", "shapes", "--d", "3"], "expected d only with gaussian points; shapes has its own"],
    [["--data", "gaussian", "--labels", "true"], "they have none"],
    [["--data", "gaussian", "--n", "100000"], "expected n of at most 60000, got 100000"],
    [["--n", "0"], 'expected a whole number of at least 1, got "0"'],
  ])("refuses %j", async (args, message) => {
    const run = await shatterHere(["theory", "expressivity", "--out", folder, ...args]);
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(2);
  });

  test("leaves another document alone", async () => {
    const out = join(folder, "other");
    await shatterHere([...GAUSSIAN, "--n", "2", "--out", out, "--format", "json", "--quiet"]);
    const run = await shatterHere([
      "run",
      "figure-1c",
      "--scale",
      "smoke",
      "--lab",
      join(folder, "lab"),
      "--out",
      out,
    ]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('expected schema "shatter/experiment@1", got "shatter/theory@1"');
  });

  test("ends with 130 when it is interrupted, and writes nothing", async () => {
    const out = join(folder, "cut");
    const run = await shatter([...GAUSSIAN, "--n", "3000", "--out", out], {
      onStart: (child) => child.stderr!.once("data", () => child.kill("SIGINT")),
    });
    expect(run.code, run.stderr).toBe(130);
    expect(run.stderr).toContain("interrupted");
    expect(await readdir(out)).toEqual([]);
  });
});
