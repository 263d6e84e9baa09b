import { describe, expect, test } from "vitest";
import { percent } from "../../src/base/percent.ts";

describe("percent", () => {
  test.each([
    [0, "0.0 %"],
    [0.0004, "0.040 %"],
    [0.000123, "0.012 %"],
    [0.0006, "0.1 %"],
    // The same number by two ways of adding up.
    [0.0955, "9.6 %"],
    [0.1 - 0.0045, "9.6 %"],
    [0.978, "97.8 %"],
    [0.9994, "99.9 %"],
    [0.9995, "99.95 %"],
    [0.9997, "99.97 %"],
    [0.99999, "99.99 %"],
    [1, "100.0 %"],
  ])("writes %d as %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });
});
