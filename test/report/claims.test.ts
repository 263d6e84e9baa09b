import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { claims } from "../../src/document/claims.ts";
import { markdownClaims } from "../../src/report/claims.ts";
import { experiment, table1 } from "./experiment/fixture.ts";

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

test("every claim is judged by something, and stands in the checklist", () => {
  const sources = globSync("src/{paper,theory}/**/*.ts").map((file) => readFileSync(file, "utf8"));
  const judged = sources.flatMap((text) =>
    [...text.matchAll(/judgeClaim\(\s*(\d+)/g)].map(([, number]) => number),
  );
  expect(new Set(judged)).toEqual(new Set(Object.keys(claims)));
  const checklist = readFileSync("docs/claims.md", "utf8");
  for (const number of judged) expect(checklist).toMatch(new RegExp(`\\b${number}\\b`));
});
