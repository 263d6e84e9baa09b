import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { theoryResultSchema } from "../../src/theory/theory-result.ts";
import { shatterHere } from "./shatter.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-theory-"));
afterAll(() => rmSync(folder, { recursive: true }));

const theory = (...args: string[]) => shatterHere(["theory", ...args, "--quiet"], { cwd: folder });

describe("shatter theory", () => {
  test.each([
    [
      "implicit",
      ["--data", "gaussian", "--n", "20", "--d", "60"],
      "From zero descent ends at the minimum-norm",
    ],
    [
      "rademacher",
      ["--n", "20", "--draws", "2", "--model", "linear", "--epochs", "5"],
      "linear on 20 examples: the complexity is at least r =",
    ],
    [
      "stability",
      ["--n", "20", "--replacements", "2", "--epochs", "2", "--test-n", "20"],
      "replacing one of 20",
    ],
  ])("%s prints its findings and writes its document", async (name, args, finding) => {
    const { code, stdout } = await theory(name, ...args, "--out", name, "--format", "json,html");
    expect(code).toBe(0);
    expect(stdout).toContain(finding);
    const document = JSON.parse(readFileSync(join(folder, name, "result.json"), "utf8"));
    expect(theoryResultSchema.parse(document).name).toBe(name);
    expect(document.provenance.command).toContain(`shatter theory ${name}`);
  });

  test.each([
    ["implicit --data gaussian --d 1", "expected fewer examples than values in each (n < d)"],
    ["implicit --l2 NaN", 'expected a number in [0, 1000000000], got "NaN"'],
    ["implicit --method adam", 'unknown method "adam"'],
    ["rademacher --draws 1", "--draws: expected at least 2, got 1: one draw of signs has no interval"],
    ["rademacher --n 1", "--n: expected at least 2, got 1"],
    ["rademacher --model mlp-1x51z", 'unknown model "mlp-1x51z"; did you mean "mlp-1x512"?'],
    ["stability --epochs 0", 'expected a whole number of at least 1, got "0"'],
    ["stability --n 1", "--n: expected at least 2, got 1"],
  ])("refuses %s", async (line, message) => {
    const { code, stderr } = await theory(...line.split(" "));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
