/**
 * @file The page's style sheet has the colors and fonts of the report.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rootTokens } from "../../src/report/html/tokens.ts";

const sheet = readFileSync(join(import.meta.dirname, "..", "..", "src", "page", "style.css"), "utf8");

test("every variable that the sheet uses is declared, by it or by the tokens of reports", () => {
  const declared = new Set(`${rootTokens()}${sheet}`.match(/--[\w-]+(?=:)/g));
  for (const [, used] of sheet.matchAll(/var\((--[\w-]+)/g)) expect(declared).toContain(used);
});

test("the page asks for nothing from elsewhere", () => {
  expect(sheet).not.toMatch(/url\(|@import/);
});
