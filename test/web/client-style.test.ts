/**
 * @file The page's style sheet has the colours of the report.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SERIES_COLORS } from "../../src/report/experiment/series-look.ts";

const sheet = readFileSync(join(import.meta.dirname, "..", "..", "src", "page", "style.css"), "utf8");

test.each(
  SERIES_COLORS.light.map((light, index) => [index + 1, light, SERIES_COLORS.dark[index]!] as const),
)("line %i has the colours of the report, in light and in dark", (number, light, dark) => {
  expect(sheet).toContain(`--series-${number}: light-dark(${light}, ${dark});`);
});

test("the page asks for nothing from elsewhere", () => {
  expect(sheet).not.toMatch(/url\(|@import/);
});
