/**
 * @file docs/models.md names every operator that is read.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownOperators } from "../../src/import/trace.ts";

test("the documentation names every operator that is read", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "models.md"), "utf8");
  expect(text.replaceAll(/\s+/g, " ")).toContain(knownOperators.join(", "));
});
