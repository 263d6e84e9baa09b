import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { csvParse } from "d3-dsv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { experimentResultSchema } from "../../../src/paper/experiment-result.ts";
import { markdownClaims } from "../../../src/report/experiment/claims.ts";
import { namedPlots, namedTables } from "../../../src/report/experiment/names.ts";
import { writeExperiment } from "../../../src/report/node/write-experiment.ts";
import { experiment, figure1b, table1 } from "./fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-experiment-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe("writeExperiment", () => {
  test("makes the folder and leaves whole files, the page first", async () => {
    const { files } = await writeExperiment(figure1b(), join(folder, "a", "b"));
    const names = await readdir(join(folder, "a", "b"));
    expect(names.sort()).toEqual(files.map((file) => basename(file)).sort());
    expect(names).toEqual([
      "claims.md",
      "figure-1b-points.csv",
      "figure-1b.csv",
      "figure-1b.md",
      "figure-1b.png",
      "figure-1b.svg",
      "figure-1b.tex",
      "index.html",
      "result.json",
    ]);
    expect(files[0]).toBe(join(folder, "a", "b", "index.html"));
  });

  test("writes the result as it was, and the points of its plots", async () => {
    const result = figure1b();
    await writeExperiment(result, folder);
    const read: unknown = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
    expect(experimentResultSchema.parse(read)).toEqual(result);
    const points = csvParse(await readFile(join(folder, "figure-1b-points.csv"), "utf8"));
    expect(points).toHaveLength(3 * 11 + 11);
    expect(points[0]).toMatchObject({ series: "inception", source: "paper", x: "0", y: "1", n: "" });
    expect(points.find(({ source, x }) => source === "ours" && x === "1")).toMatchObject({ y: "", n: "1" });
  });

  test("writes the formats that are wanted, and replaces its own files only", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    await writeExperiment(table1(), folder, ["tex"]);
    await writeExperiment(table1(), folder, ["tex", "md"]);
    expect((await readdir(folder)).sort()).toEqual(["claims.md", "notes.txt", "table-1.md", "table-1.tex"]);
  });

  test("says why it cannot write", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(writeExperiment(experiment(), join(folder, "file", "report"))).rejects.toThrow(DataError);
  });
});

describe("the names of files", () => {
  const table = (name: string) => ({ name, title: "", caption: "", columns: [], rows: [] });
  const axis = { label: "", unit: "text" as const, domain: null };
  const plot = (name: string) => ({ ...table(name), x: axis, y: axis, guides: [], series: [] });
  const stems = (...names: readonly string[]) =>
    namedTables(experiment({ tables: names.map(table) })).map(({ stem }) => stem);

  test("are those of tables and plots, which may be the same", () => {
    const result = experiment({ tables: [table("figure-1c")], plots: [plot("figure-1c")] });
    expect(namedTables(result)[0]!.stem).toBe("figure-1c");
    expect(namedPlots(result)[0]!.stem).toBe("figure-1c");
  });

  test("leave no folder, and are never empty", () => {
    expect(stems("../../etc/passwd", "a b/c", "", "...", "ü")).toEqual([
      "etc-passwd",
      "a-b-c",
      "unnamed",
      "unnamed-2",
      "unnamed-3",
    ]);
  });

  test("are not another file's", () => {
    expect(stems("Claims", "index", "a", "A")).toEqual(["Claims-2", "index-2", "a", "A-2"]);
    const result = experiment({ tables: [table("a-points")], plots: [plot("a")] });
    expect(namedTables(result)[0]!.stem).toBe("a-points-2");
  });
});

describe("markdownClaims", () => {
  test("has each claim with its outcome and evidence", () => {
    const text = markdownClaims(table1());
    expect(text).toContain("3 claims of the paper: 1 reproduced, 1 not reproduced, 1 not tested.");
    expect(text).toContain(
      "## Claim 8: reproduced\n\nWithout regularizers the models still generalise.\n\nmlp",
    );
  });

  test("says so where there is none", () => {
    expect(markdownClaims(experiment())).toBe(
      "# Claims: Does weight decay keep an MLP from memorising?\n\nThis experiment tests no claim of the paper.\n",
    );
  });
});
