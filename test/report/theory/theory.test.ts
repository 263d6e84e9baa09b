import { describe, expect, test } from "vitest";
import { theoryPage } from "../../../src/report/theory/page.ts";
import { terminalTheory } from "../../../src/report/theory/terminal.ts";
import { blankDocument, outsideOf, readPage } from "../fixture.ts";
import { theory } from "./fixture.ts";

describe("theoryPage", () => {
  test("says what it asks, what came out, how, and from what", () => {
    const page = readPage(theoryPage(theory(), blankDocument()));
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
    expect(outsideOf(html)).toBeNull();
  });

  test("says that it was interrupted", () => {
    const result = theory();
    const stopped = { ...result, provenance: { ...result.provenance, interrupted: true } };
    expect(theoryPage(stopped, blankDocument())).toContain("This computation was interrupted");
    expect(terminalTheory(stopped, { color: false })).toContain("Interrupted: some numbers are missing.");
  });
});

describe("terminalTheory", () => {
  test("has findings first, then the table, the claim and the method, and color only if asked", () => {
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
