/**
 * @file The style sheet of the pages has the colors and fonts of the report.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rootTokens } from "../../src/report/html/tokens.ts";

const read = (path: string): string =>
  readFileSync(join(import.meta.dirname, "..", "..", "src", path), "utf8");
const sheet = read("page/look.css");

test("the look has the colors and fonts of the report, in light and in dark", () => {
  const tokens = rootTokens().match(/--[\w-]+: [^;]+;/g)!;
  expect(tokens.length).toBeGreaterThan(20);
  for (const token of tokens) expect(sheet).toContain(token);
});

test.each([
  "page/look.css",
  "page/style.css",
  "play/style.css",
])("%s asks for nothing from elsewhere", (path) => {
  expect(read(path)).not.toMatch(/url\(|@import/);
});
