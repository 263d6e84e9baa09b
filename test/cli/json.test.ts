import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shatterHere } from "./shatter.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-json-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("--json", () => {
  test.each([
    ["at the end", ["model", "show", "linear", "--json"]],
    ["before an argument", ["model", "show", "--json", "linear"]],
    ["with -", ["model", "show", "--json", "-", "linear"]],
    ["before another option", ["model", "show", "linear", "--json", "--classes", "10"]],
  ])("prints instead of words: %s", async (_, words) => {
    expect(JSON.parse((await shatterHere(words)).stdout)).toMatchObject({ name: "linear", classes: 10 });
  });

  test.each([
    ["before an argument", "a.json", (file: string) => ["model", "show", "--json", file, "linear"]],
    ["after all", "b.json", (file: string) => ["model", "show", "linear", "--json", file]],
    [
      "of any name where there are no arguments",
      "models",
      (file: string) => ["model", "list", "--json", file],
    ],
  ])("writes a file beside words: %s", async (_, name, words) => {
    const file = join(folder, name);
    const { code, stdout } = await shatterHere(words(file));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(linear|mlp).*\d/s);
    expect(readFileSync(file, "utf8")).toContain('"name": "linear"');
  });

  test("says where it cannot write", async () => {
    const { code, stderr } = await shatterHere(["model", "list", "--json", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write ${folder}: there is a folder of that name`);
  });
});
