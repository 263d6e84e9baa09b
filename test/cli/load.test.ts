/**
 * @file What is loaded to answer `--version` and `--help`: nothing that trains, draws, stores or serves.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Tells at exit, on stderr, every module that was loaded. */
const TELL_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  process.on("exit", () => process.stderr.write(JSON.stringify(loaded)));
`)}`;

/** The packages a command loads, and how many files of Shatter. */
function loadedBy(args: readonly string[]): { packages: string[]; own: number; code: number | null } {
  const run = spawnSync(process.execPath, ["--import", TELL_MODULES, MAIN, ...args], { encoding: "utf8" });
  const loaded: string[] = JSON.parse(run.stderr);
  const names = loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const own = loaded.filter((url) => url.includes("/src/")).length;
  return { packages: [...new Set(names)], own, code: run.status };
}

describe("a command line loads what it needs", () => {
  test.each([
    [["--version"]],
    [["--help"]],
    [["theory", "--help"]],
  ])("%j: the parser of options alone", (args) => {
    const { packages, own, code } = loadedBy(args);
    expect(code).toBe(0);
    expect(packages).toEqual(["commander"]);
    expect(own).toBeLessThan(10);
  });
});
