import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { figure1b } from "../report/experiment/fixture.ts";
import { testResult } from "../report/fixture.ts";
import { shatterHere } from "./shatter.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a result, whatever it holds. */
function resultFolder(document: unknown): string {
  const path = join(folder, "lab");
  mkdirSync(path);
  writeFileSync(
    join(path, "result.json"),
    typeof document === "string" ? document : JSON.stringify(document),
  );
  return path;
}

describe("shatter report", () => {
  test("draws an experiment beside its result, and leaves that alone", async () => {
    const path = resultFolder({ ...figure1b(), later: "kept" });
    const before = statSync(join(path, "result.json")).mtimeMs;
    const { code, stdout, stderr } = await shatterHere(["report", path]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.split("\n")[0]).toBe(join(path, "index.html"));
    expect(readdirSync(path)).toContain("figure-1b.png");
    expect(statSync(join(path, "result.json")).mtimeMs).toBe(before);
  });

  test("draws in another folder, in some formats, and copies the result as it is", async () => {
    const document = { ...figure1b(), later: "kept" };
    const path = resultFolder(document);
    const out = join(folder, "paper");
    const run = await shatterHere([
      "report",
      join(path, "result.json"),
      ...["--out", out],
      ...["--format", "tex,json"],
    ]);
    expect(run.code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(["figure-1b.tex", "result.json"]);
    expect(JSON.parse(readFileSync(join(out, "result.json"), "utf8"))).toEqual(document);
  });

  test("draws a test too, in every format", async () => {
    const path = resultFolder(testResult());
    const { code } = await shatterHere(["report", path]);
    expect(code).toBe(0);
    expect(readdirSync(path)).toEqual(
      expect.arrayContaining([
        "index.html",
        "summary.md",
        "summary.tex",
        "training-curves.png",
        "trials.csv",
      ]),
    );
  });

  test.each<[string, unknown, number, string]>([
    ["a newer schema", { schema: "shatter/experiment@2" }, 2, "newer version of Shatter"],
    [
      "no schema",
      {},
      2,
      'expected schema "shatter/test@1" or "shatter/experiment@1" or "shatter/theory@1" or "shatter/audit@1", got none',
    ],
    ["broken JSON", '{\n"schema": "shatter/test@1",\n', 1, "line 3"],
  ])("refuses %s", async (_, document, exitCode, message) => {
    const { code, stderr, stdout } = await shatterHere(["report", resultFolder(document)]);
    expect([code, stdout]).toEqual([exitCode, ""]);
    expect(stderr).toContain(join(folder, "lab", "result.json"));
    expect(stderr).toContain(message);
  });

  test("refuses what is not there, and formats it does not know", async () => {
    const absent = await shatterHere(["report", join(folder, "nothing")]);
    expect([absent.code, absent.stderr]).toEqual([
      2,
      `error: ${join(folder, "nothing")}: expected a result.json or its folder, got no such file\n`,
    ]);
    const empty = await shatterHere(["report", folder]);
    expect([empty.code, empty.stderr.includes("expected a result to draw, got no such file")]).toEqual([
      2,
      true,
    ]);
    const unknown = await shatterHere(["report", folder, "--format", "pgn"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "png"');
  });
});
