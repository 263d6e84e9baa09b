import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { testResultSchema } from "../../src/paper/test-result.ts";
import { writeFiles, writeReport } from "../../src/report/node/write.ts";
import { testResult } from "./fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-report-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe("writeReport", () => {
  test("makes the folder and leaves whole files, the page first", async () => {
    const { files } = await writeReport(testResult(), join(folder, "a", "b"));
    const names = await readdir(join(folder, "a", "b"));
    expect(names.sort()).toEqual(files.map((file) => basename(file)).sort());
    expect(names).toEqual([
      "accuracy-by-corruption.svg",
      "accuracy-curves.svg",
      "history.csv",
      "index.html",
      "learning-and-memorising.svg",
      "result.json",
      "summary.csv",
      "summary.md",
      "training-curves.svg",
      "trials.csv",
    ]);
    expect(files[0]).toBe(join(folder, "a", "b", "index.html"));
  });

  test("writes the result as it was", async () => {
    const result = testResult();
    await writeReport(result, folder);
    const read: unknown = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
    expect(testResultSchema.parse(read)).toEqual(result);
  });

  test("replaces its own files and leaves others alone", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeReport(testResult([]), folder);
    await writeReport(testResult(), folder);
    expect(await readFile(join(folder, "notes.txt"), "utf8")).toBe("mine");
    expect(await readFile(join(folder, "index.html"), "utf8")).toContain("It learns from true labels");
  });

  test("says why it cannot write, and what to do", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    const written = writeReport(testResult([]), join(file, "report"));
    await expect(written).rejects.toThrow(DataError);
    await expect(written).rejects.toThrow(
      `cannot write ${file}/report: a part of the path is a file (ENOTDIR); choose another folder, or move the file away`,
    );
  });

  test("writes each file whatever became of the others, and names the first that failed", async () => {
    await mkdir(join(folder, "taken.md"));
    const written = writeFiles(folder, [
      ["result.json", () => "{}"],
      ["taken.md", () => "text"],
      ["broken.svg", () => Promise.reject(new Error("no such glyph"))],
      ["index.html", () => "page"],
    ]);
    await expect(written).rejects.toThrow(
      `cannot write ${join(folder, "taken.md")}: there is a folder of that name (EISDIR); choose another name, or move that one away (and 1 more of 4 files)`,
    );
    expect((await readdir(folder)).sort()).toEqual(["index.html", "result.json", "taken.md"]);
  });
});
