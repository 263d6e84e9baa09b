/**
 * @file No result is lost because something it goes to is full, closed or taken.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseResult } from "../../src/report/parse-result.ts";
import { MAIN } from "./shatter.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-publish-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Run a line of a shell in which `$S` is the command; `EXIT` tells its exit code where a pipe hides it. */
function shell(line: string): { code: string; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line.replaceAll("EXIT", '; echo "$?" > code')], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", TMPDIR: folder, S: `${process.execPath} ${MAIN}` },
    encoding: "utf8",
  });
  const code = line.includes("EXIT") ? readFileSync(join(folder, "code"), "utf8").trim() : String(status);
  return { code, stdout, stderr };
}

const TEST =
  "$S test --data shapes --n 100 --test-n 50 --batch 32 --model linear --epochs 2 --corrupt 0 --escalations 0 --jobs 1 --lab kept";
const reads = (path: string) => parseResult(readFileSync(join(folder, path), "utf8"), path).schema;

describe.runIf(process.platform === "linux")("shatter test", () => {
  test("keeps its trials, tries every output, and says what failed", () => {
    // Everything but the report is full.
    const full = shell(`${TEST} --json /dev/full --report report > /dev/full`);
    expect(full.code).toBe("1");
    expect(full.stderr).toContain("--json: cannot write /dev/full: the disk is full (ENOSPC)");
    expect(full.stderr).toContain("cannot write stdout: the disk is full (ENOSPC)");
    expect(full.stderr).toContain("the same command, run again, trains nothing that is done");
    expect(reads("report/result.json")).toBe("shatter/test@1");
    expect(readdirSync(join(folder, "kept", "trials"))).toHaveLength(1);

    // Whoever was to read the result is not there.
    const unread = shell(`(${TEST} --json - EXIT) | true`);
    expect(unread.code).toBe("1");
    expect(unread.stderr).toContain("1 trial of this test: done before, in kept");
    const [, sheltered] = /the result is in (\S+result\.json)/.exec(unread.stderr) ?? [];
    expect(parseResult(readFileSync(sheltered!, "utf8"), "").schema).toBe("shatter/test@1");

    // A reader of words has seen enough; the files are there.
    const seen = shell(`(${TEST} --json result.json EXIT) 2>&1 | head -1`);
    expect(seen.code).toBe("0");
    expect(reads("result.json")).toBe("shatter/test@1");
  });

  test("refuses what cannot be written before it trains", () => {
    mkdirSync(join(folder, "taken"));
    const { code, stderr } = shell(`${TEST} --json taken`);
    expect(code).toBe("1");
    expect(stderr).toBe(
      `error: --json: cannot write ${join(folder, "taken")}: there is a folder of that name (EISDIR); choose another name, or move that one away\n`,
    );
  });
});

test.runIf(process.platform === "linux")(
  "shatter theory and shatter data say what could not be written",
  () => {
    const theory = shell(
      "$S theory expressivity --data gaussian --n 3 --format json --out theory --onnx /dev/full",
    );
    expect(theory.code).toBe("1");
    expect(theory.stderr).toContain("--onnx: cannot write /dev/full: the disk is full (ENOSPC)");
    expect(theory.stdout).toContain("Theorem 1");
    expect(reads("theory/result.json")).toBe("shatter/theory@1");

    const data = shell("$S data list > /dev/full");
    expect(data.code).toBe("1");
    expect(data.stderr).toMatch(/^error: cannot write stdout: the disk is full/);
  },
);
