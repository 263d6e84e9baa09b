import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";

test("the recorded command gives a shell the arguments it was given", () => {
  const args = [
    "test",
    "--json",
    "my results/a b.json",
    "it's",
    '$HOME "x" `id` \\ !',
    "*",
    "~",
    "",
    "a\nb",
    "{1,2}",
  ];
  const print = `shatter() { for a in "$@"; do printf '%s\\0' "$a"; done; }; ${commandLine(args)}`;
  expect(execFileSync("sh", ["-c", print], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(args);
  expect(commandLine(["test", "--n", "100", "--corrupt", "0,1"])).toBe("shatter test --n 100 --corrupt 0,1");
});

test("the recorded command holds no password", () => {
  for (const url of [
    "postgres://me:hunter2@db/lab",
    "postgres://me:hunter2 and@db/lab",
    "postgres://db/lab?user=me&password=hunter2",
    "host=db password='a hunter2'",
  ])
    for (const args of [["--database-url", url], [`--database-url=${url}`]])
      expect(commandLine(["run", "table-1", ...args])).not.toContain("hunter2");
});
