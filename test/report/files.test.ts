import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { csvParse } from "d3-dsv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { writeFiles, writeReport } from "../../src/report/node/write.ts";
import { type AnyResult, parseResult } from "../../src/report/parse-result.ts";
import { figure1b, table1 } from "./experiment/fixture.ts";
import { testResult } from "./fixture.ts";
import { theory } from "./theory/fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-report-"));
});

afterEach(() => rm(folder, { recursive: true }));

const fileOf = (name: string) => readFile(join(folder, name), "utf8");

const documents: readonly (readonly [what: string, result: AnyResult, files: readonly string[]])[] = [
  [
    "a test",
    testResult(),
    [
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
    ],
  ],
  [
    "an experiment",
    figure1b(),
    [
      "claims.md",
      "figure-1b-points.csv",
      "figure-1b.csv",
      "figure-1b.md",
      "figure-1b.png",
      "figure-1b.svg",
      "figure-1b.tex",
      "index.html",
      "result.json",
    ],
  ],
  [
    "a theory",
    theory(),
    [
      "claims.md",
      "index.html",
      "residual-points.csv",
      "residual.png",
      "residual.svg",
      "result.json",
      "sizes.csv",
      "sizes.md",
      "sizes.tex",
    ],
  ],
];

describe("writeReport", () => {
  test.each(
    documents,
  )("makes the folder and leaves the whole files of %s, the page first", async (_, result, names) => {
    const { files } = await writeReport(result, join(folder, "a", "b"));
    expect((await readdir(join(folder, "a", "b"))).sort()).toEqual(names);
    expect(files.map((file) => basename(file)).sort()).toEqual(names);
    expect(files[0]).toBe(join(folder, "a", "b", "index.html"));
    expect(parseResult(await fileOf("a/b/result.json"), "result.json")).toEqual(result);
  });

  test("writes the points of plots", async () => {
    await writeReport(figure1b(), folder, ["csv"]);
    const points = csvParse(await fileOf("figure-1b-points.csv"));
    expect(points).toHaveLength(3 * 11 + 11);
    expect(points[0]).toMatchObject({ series: "inception", source: "paper", x: "0", y: "1", n: "" });
    expect(points.find(({ source, x }) => source === "ours" && x === "1")).toMatchObject({ y: "", n: "1" });
  });

  test("writes numbers of any size, for people, machines and LaTeX", async () => {
    await writeReport(theory(), folder, ["md", "csv", "tex"]);
    expect(await fileOf("sizes.md")).toContain("| 1,000 | 1.5 GiB | 3.25×10⁻¹² | 219.5 ± 2.5 | 220 | −0.5 |");
    expect(await fileOf("sizes.csv")).toContain("1000,1610612736,3.25e-12,219.5,217,222,3,220,-0.5,");
    expect(await fileOf("sizes.tex")).toContain("3.25$\\times$10$^{-12}$");
  });

  test("writes the formats that are wanted", async () => {
    await writeReport(table1(), folder, ["tex"]);
    await writeReport(table1(), folder, ["tex", "md"]);
    expect((await readdir(folder)).sort()).toEqual(["claims.md", "table-1.md", "table-1.tex"]);
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
