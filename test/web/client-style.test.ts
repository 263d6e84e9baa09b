/**
 * @file The style sheet of the pages has the colors of the report.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seriesColors } from "../../src/report/chart/looks.ts";

const read = (path: string): string =>
  readFileSync(join(import.meta.dirname, "..", "..", "src", path), "utf8");
const sheet = read("page/look.css");

test.each(seriesColors)("$variable has the colors of the report, in light and in dark", (color) => {
  expect(sheet).toContain(`${color.variable}: light-dark(${color.light}, ${color.dark});`);
});

test.each([
  "page/look.css",
  "page/style.css",
  "play/style.css",
])("%s asks for nothing from elsewhere", (path) => {
  expect(read(path)).not.toMatch(/url\(|@import/);
});
