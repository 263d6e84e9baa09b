import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawFigure } from "../../src/report/charts.ts";
import { figuresOf } from "../../src/report/figure.ts";
import type { DrawOptions } from "../../src/report/frame.ts";
import { colorOf, dashesOf } from "../../src/report/palette.ts";
import { allKinds, blankDocument, testResult, trial } from "./fixture.ts";

const HOSTILE = `"]]></svg><script>alert(1)</script>&amp; ' \u0000`;

const draw = (figures: ReturnType<typeof figuresOf>, options: Partial<DrawOptions> = {}): string[] =>
  figures.map((figure) => drawFigure(figure, { document: blankDocument(), theme: "file", ...options }));

describe("drawFigure", () => {
  const result = testResult([...allKinds(3), trial({ nominal: 1, escalation: 1 })]);

  test.each([
    "page",
    "file",
  ] as const)("writes well-formed SVG with a title and a description, on a %s", async (theme) => {
    for (const svg of draw(figuresOf(result), { theme })) {
      // librsvg reads XML strictly.
      expect((await sharp(Buffer.from(svg)).metadata()).format).toBe("svg");
      expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
    }
  });

  test("gives the same bytes each time", () => {
    expect(draw(figuresOf(result))).toEqual(draw(figuresOf(result)));
  });

  test("gives files a white ground and colours of their own", () => {
    for (const svg of draw(figuresOf(result))) {
      expect(svg).not.toMatch(/currentColor|var\(/);
      expect(svg).toContain('fill="#ffffff"');
    }
  });

  test("takes the colours of a page from its style sheet", () => {
    for (const svg of draw(figuresOf(result), { theme: "page" })) {
      expect(svg.match(/(?:fill|stroke)="#[0-9a-f]+"/g)).toBeNull();
    }
  });

  test("asks for nothing outside, and has no ids to collide", () => {
    for (const svg of draw(figuresOf(result))) {
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|href| id=/);
    }
  });

  test("lets hostile names be names", async () => {
    const hostile = testResult(allKinds(2), { model: { name: HOSTILE }, dataset: { name: HOSTILE } });
    for (const svg of draw(figuresOf(hostile))) {
      expect(svg).not.toContain("<script");
      expect(svg.match(/<\/svg>/g)).toHaveLength(1);
      await sharp(Buffer.from(svg)).metadata();
    }
  });

  test("draws a trial of one epoch", () => {
    const { history, ...first } = trial();
    const one = testResult([{ ...first, epochs: 1, history: history.slice(0, 1) }]);
    for (const svg of draw(figuresOf(one), { width: 360 })) expect(svg).not.toContain("NaN");
  });
});

describe("the palette", () => {
  const kinds = figuresOf(testResult()).flatMap((figure) => (figure.form === "pairs" ? figure.pairs : []));

  test.each(["light", "dark"] as const)("gives each kind a colour of its own, on %s ground", (scheme) => {
    const colors = kinds.map(({ kind }) => colorOf(kind, scheme));
    expect(new Set(colors).size).toBe(kinds.length);
    for (const color of colors)
      expect(contrast(color, scheme === "light" ? "#ffffff" : "#161718")).toBeGreaterThan(3);
  });

  test("gives each kind dashes of its own", () => {
    expect(new Set(kinds.map(({ kind }) => dashesOf(kind))).size).toBe(kinds.length);
  });
});

/** Contrast ratio of two colours `#rrggbb` (WCAG 2.2; drawings need 3). */
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
