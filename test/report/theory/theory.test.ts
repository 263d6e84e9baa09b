import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Window } from "happy-dom";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drawReport } from "../../../src/report/node/draw.ts";
import { writeTheory } from "../../../src/report/node/write-theory.ts";
import { parseResult } from "../../../src/report/parse-result.ts";
import { theoryPage } from "../../../src/report/theory/html.ts";
import { terminalTheory } from "../../../src/report/theory/terminal.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";
import { blankDocument } from "../fixture.ts";
import { theory } from "./fixture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-theory-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES = [
  ...["claims.md", "index.html", "residual-points.csv", "residual.png", "residual.svg"],
  ...["result.json", "sizes.csv", "sizes.md", "sizes.tex"],
];

describe("writeTheory", () => {
  test("leaves the page, tables, figures, claims and the document", async () => {
    const { files } = await writeTheory(theory(), folder);
    expect(files[0]).toBe(join(folder, "index.html"));
    expect((await readdir(folder)).sort()).toEqual(FILES);
    const text = await readFile(join(folder, "result.json"), "utf8");
    expect(theoryResultSchema.parse(JSON.parse(text))).toEqual(theory());
  });

  test("writes numbers of any size, for people, machines and LaTeX", async () => {
    await writeTheory(theory(), folder, ["md", "csv", "tex"]);
    const read = (name: string) => readFile(join(folder, name), "utf8");
    expect(await read("sizes.md")).toContain("| 1,000 | 1.5 GiB | 3.25×10⁻¹² | 219.5 ± 2.5 | 220 | −0.5 |");
    expect(await read("sizes.csv")).toContain("1000,1610612736,3.25e-12,219.5,217,222,3,220,-0.5,");
    expect(await read("sizes.tex")).toContain("3.25$\\times$10$^{-12}$");
  });

  test("can be drawn again from its document", async () => {
    const again = parseResult(JSON.stringify(theory()), "result.json");
    expect(again).toEqual(theory());
    await drawReport(again, folder, ["html", "svg"]);
    expect((await readdir(folder)).sort()).toEqual(["index.html", "residual.svg"]);
  });
});

describe("theoryPage", () => {
  const pageOf = (html: string) => {
    const window = new Window();
    window.document.write(html);
    return window.document;
  };

  test("says what it asks, what came out, how, and from what", () => {
    const page = pageOf(theoryPage(theory(), blankDocument(), FILES));
    const headings = [...page.querySelectorAll("h1, h2")].map((heading) => heading.textContent);
    expect(headings).toEqual([
      "A <kernel> of truth",
      ...["What came out", "Residual over n", "Sizes", "Claims of the paper", "How it was computed"],
      ...["What was chosen, and what differs from the paper", "Settings", "Provenance", "How to read this"],
      "Downloads",
    ]);
    const text = page.body.textContent;
    for (const part of [
      ...["Section 5, equation (3)", "Does it interpolate?", "It does: the residual is 3e−12."],
      ...["A second thing & more.", "Claim 17: reproduced", "onnxruntime-node 1.30.0 on cpu, 2 threads"],
      "Cholesky's method",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("seed");
    expect(text).not.toContain("trial");
  });

  test("draws its figure with nothing from elsewhere, and links the files that are there", () => {
    const html = theoryPage(theory(), blankDocument(), ["residual.svg"]);
    expect(html).toContain('<a href="residual.svg">');
    expect(html).not.toContain('href="residual.png"');
    expect(html).toContain("10⁻¹²");
    expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|<script|<link| src=/);
  });

  test("says that it was interrupted", () => {
    const result = theory();
    const stopped = { ...result, provenance: { ...result.provenance, interrupted: true } };
    expect(theoryPage(stopped, blankDocument())).toContain("This computation was interrupted");
    expect(terminalTheory(stopped, { color: false })).toContain("Interrupted: some numbers are missing.");
  });
});

describe("terminalTheory", () => {
  test("has findings first, then the table, the claim and the method, and colour only if asked", () => {
    const text = terminalTheory(theory(), { color: false, width: 100 });
    const places = [
      "What came out",
      "It does: the residual",
      "219.5 ± 2.5",
      "reproduced",
      "Method",
      "Notes",
    ].map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(text).toContain("± is the 95 % interval; n is the number of repetitions.");
    expect(text).not.toContain("\u001b");
    expect(terminalTheory(theory(), { color: true })).toContain("\u001b[32m");
  });
});
