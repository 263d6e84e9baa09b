import { describe, expect, test } from "vitest";
import { kindColor, oursLook, paperLook, seriesColors } from "../../../src/report/chart/looks.ts";
import { kindOfTrial } from "../../../src/run/kinds.ts";
import { allKinds } from "../fixture.ts";

describe("the looks of lines", () => {
  const looks = Array.from({ length: 12 }, (_, index) => oursLook("#000000", index));

  test("are twelve without their colors", () => {
    expect(new Set(looks.map(({ symbol, turn }) => `${symbol} ${turn}`)).size).toBe(12);
  });

  test("are solid and filled for ours, dashed and hollow for the paper's", () => {
    expect(oursLook("#000000", 3)).toMatchObject({ dashes: "", symbol: "diamond" });
    expect(paperLook("#000000", 3)).toMatchObject({ dashes: "5 4", symbol: "diamond", hollow: true });
  });

  test.each([
    ["lines", seriesColors],
    ["kinds of trials", allKinds(1).map((trial) => kindColor(kindOfTrial(trial)))],
  ])("have colors to tell apart: %s", (_, colors) => {
    for (const [scheme, ground] of [
      ["light", "#ffffff"],
      ["dark", "#161718"],
    ] as const) {
      const shown = colors.map((color) => color[scheme]);
      for (const color of shown) expect(contrast(color, ground), color).toBeGreaterThan(3);
      expect(new Set(shown).size).toBe(colors.length);
    }
    expect(new Set(colors.map(({ variable }) => variable)).size).toBe(colors.length);
  });
});

/** Contrast ratio of two colors `#rrggbb` (WCAG 2.2; drawings need 3). */
function contrast(one: string, other: string): number {
  const luminance = (color: string): number => {
    const [red, green, blue] = [1, 3, 5].map((start) => {
      const share = Number.parseInt(color.slice(start, start + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
