/**
 * The example workflow: what it says is YAML of the form that GitHub reads, and its commands do what they say.
 */

import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { MAIN } from "./cli/shatter.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
}

const document = parseDocument(
  readFileSync(new URL("../examples/pipeline/randomization-test.yml", import.meta.url), "utf8"),
);
const steps: readonly Step[] = document.toJS().jobs.shatter.steps;
const commandOf = (name: string): string => steps.find((step) => step.name === name)!.run!;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-pipeline-example-"));
  // As npm would install it: the package of the repository brings the command.
  const bin = join(folder, "node_modules", ".bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name":"somebodys-model","private":true}');
  writeFileSync(join(bin, "shatter"), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, "shatter"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Run a step as GitHub does: `bash -e`. */
async function run(command: string) {
  const env = { ...process.env, GITHUB_STEP_SUMMARY: join(folder, "summary.md") };
  try {
    const done = await promisify(execFile)("bash", ["-eo", "pipefail", "-c", command], { cwd: folder, env });
    return { code: 0, ...done };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe("the example workflow", () => {
  test("is YAML without a warning, and every step says what it does", () => {
    expect([document.errors, document.warnings]).toEqual([[], []]);
    const { on, permissions } = document.toJS();
    expect(Object.keys(on)).toEqual(["pull_request"]);
    expect(permissions).toEqual({ contents: "read", "pull-requests": "write" });
    for (const step of steps)
      expect([step.run, step.uses].filter((what) => what !== undefined)).toHaveLength(1);
    expect(commandOf("Install")).toBe("npm ci");
    // What shows a result does so where an expectation is not met, too.
    for (const step of steps.slice(4)) expect(step.if).toContain("!cancelled()");
  });

  test("tests, and shows and keeps what came out", async () => {
    const tested = await run(commandOf("Test"));
    expect(tested.code, tested.stderr).toBe(0);
    expect(await run(commandOf("Show"))).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, "summary.md"), "utf8")).toContain("**All of 6 expectations met.**");
    expect(readFileSync(join(folder, "shatter-report", "junit.xml"), "utf8")).toContain(
      'tests="6" failures="0"',
    );
    expect(existsSync(join(folder, "shatter-report", "index.html"))).toBe(true);
    expect(commandOf("Comment")).toContain("--body-file shatter-report/comment.md");
    // What a comment in it promises.
    const replayed = await run("npx --no -- shatter replay shatter-report --quiet");
    expect(replayed.stdout).toContain("equal, byte for byte.");
  });

  test("fails where an expectation is not met, and has its files all the same", async () => {
    const harder = commandOf("Test").replace("test-accuracy>0.85", "test-accuracy>0.999");
    const tested = await run(harder.replaceAll("shatter-report", "unmet-report"));
    expect(tested.code).toBe(3);
    expect(tested.stderr).toContain("expected test-accuracy>0.999, got 0.");
    expect(readFileSync(join(folder, "unmet-report", "comment.md"), "utf8")).toContain(
      "**1 of 6 expectations not met.**",
    );
  });
});
