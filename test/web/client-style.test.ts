/**
 * @file The page's style sheet has the colors of the report.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seriesColors } from "../../src/report/chart/looks.ts";

const sheet = readFileSync(join(import.meta.dirname, "..", "..", "src", "page", "style.css"), "utf8");

test.each(seriesColors)("$variable has the colors of the report, in light and in dark", (color) => {
  expect(sheet).toContain(`${color.variable}: light-dark(${color.light}, ${color.dark});`);
});

test("the page asks for nothing from elsewhere", () => {
  expect(sheet).not.toMatch(/url\(|@import/);
});
