import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { emptyLab } from "./store/databases.ts";

const FOLDER = fileURLToPath(new URL("../examples/", import.meta.url));

/** What each example must say at its end. */
const LAST_WORDS: Record<string, RegExp> = {
  "01-randomize.ts": /ok {4}gaussian pixels seed 0: /,
  "02-fit-random-labels.ts": /train 1, test 0\.\d+/,
  "03-differentiate-a-graph.ts": /Float32Array\(3\) \[ 0, 0\.5, 0\.5 \]/,
  "06-lab.ts": /its test error rises steadily|linear fits at least/,
  "07-expressivity.ts": /500 of 500 random labels right/,
  "08-implicit.ts":
    /from zero it is 0\.0000 away, from elsewhere 0\.\d{4}: the 0\.\d{4} that no example sees/,
  "09-kernel.ts": /True labels: 0 training errors.* Random labels: 0 training errors/,
  "10-your-own.ts": /can memorise labels that are pure chance.* On true labels it learns/,
  "11-model-file.ts": /4 tensors are trained, for 10 classes\nThis recipe can memorise/,
  "12-prepare.ts": /outside: ALARM: .* the labels and inputs of test rows.*inside: passed: /s,
  "04-test-in-ten-lines.ts": /This recipe can memorise/,
};

const folder = mkdtempSync(join(tmpdir(), "shatter-example-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the examples", () => {
  test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".ts")))("%s runs", async (name) => {
    const args = name === "06-lab.ts" ? [await emptyLab(folder)] : [];
    const { stdout } = await promisify(execFile)(process.execPath, [`${FOLDER}${name}`, ...args]);
    expect(stdout).toMatch(LAST_WORDS[name]!);
  });
});
