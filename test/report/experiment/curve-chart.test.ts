import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { ExperimentResult } from "../../../src/paper/experiment-result.ts";
import { drawCurves } from "../../../src/report/experiment/curve-chart.ts";
import { figureOfPlot } from "../../../src/report/experiment/plot-figure.ts";
import { oursLook, paperLook, SERIES_COLORS } from "../../../src/report/experiment/series-look.ts";
import type { DrawOptions } from "../../../src/report/frame.ts";
import { pngOf } from "../../../src/report/png.ts";
import { blankDocument } from "../fixture.ts";
import { experiment, figure1a, figure1b, figure1c, sweep } from "./fixture.ts";

const draw = (result: ExperimentResult, options: Partial<DrawOptions> = {}): string[] =>
  result.plots.map((plot) =>
    drawCurves(figureOfPlot(plot, result), { document: blankDocument(), theme: "file", ...options }),
  );

const all = { figure1a, figure1b, figure1c, sweep };

/** A plot with the given lines, each of some points. */
const plotOf = (...lines: readonly (readonly (number | null)[])[]): ExperimentResult =>
  experiment({
    plots: [
      {
        name: "p",
        title: "P",
        caption: "",
        x: { label: "Epoch", unit: "epochs", domain: null },
        y: { label: "Loss", unit: "nats", domain: null },
        guides: [],
        series: lines.map((values, index) => ({
          title: `line ${index}`,
          points: values.map((y, x) => ({ x, y, low: null, high: null, n: 1 })),
          paper: [],
        })),
      },
    ],
  });

describe("drawCurves", () => {
  test.each(Object.entries(all))("writes %s as well-formed SVG that needs nothing else", async (_, make) => {
    for (const svg of draw(make())) {
      expect((await sharp(Buffer.from(svg)).metadata()).format).toBe("svg");
      expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|href| id=/);
      expect(svg).not.toMatch(/NaN|undefined|currentColor|var\(/);
    }
  });

  test("marks no corners of a line that has no markers", () => {
    const marked = plotOf([1, 2, 3]);
    const [plot] = marked.plots;
    const bare = { ...marked, plots: [{ ...plot!, series: [{ ...plot!.series[0]!, markers: false }] }] };
    const [before, after] = [marked, bare].map((result) => draw(result)[0]!);
    expect(before!.length).toBeGreaterThan(after!.length);
    expect(figureOfPlot(bare.plots[0]!, bare).curves[0]).toMatchObject({ markers: false });
  });

  test("gives the same bytes each time", () => {
    expect(draw(figure1c())).toEqual(draw(figure1c()));
  });

  test("takes the colours of a page from its style sheet", () => {
    const [svg] = draw(figure1c(), { theme: "page", width: 360 });
    expect(svg!.match(/(?:fill|stroke)="#[0-9a-f]+"/g)).toBeNull();
    expect(svg).toContain("var(--series-1)");
  });

  test("tells ours from the paper's by dashes and hollow marks, in a legend", () => {
    const [svg] = draw(figure1c());
    for (const label of ["ours", "paper", "inception", "alexnet", "mlp-1x512", "chance"]) {
      expect(svg).toContain(`>${label}</text>`);
    }
    const dashed = [...svg!.matchAll(/stroke-dasharray="5 4"/g)];
    expect(dashed.length).toBeGreaterThanOrEqual(3);
  });

  test("says nothing of the paper where it has no curve", () => {
    expect(draw(sweep())[0]).not.toContain(">paper</text>");
  });

  test("draws one point, and says where there is none", () => {
    expect(draw(plotOf([0.5]))[0]).not.toMatch(/NaN|No trial/);
    for (const empty of [plotOf(), plotOf([]), plotOf([null, null])]) {
      expect(draw(empty)[0]).toContain("No trial has a value to draw yet.");
      expect(draw(empty)[0]).not.toContain("NaN");
    }
  });

  test("keeps both ends of names that are too long for the legend", () => {
    const [svg] = draw(sweep(), { theme: "page", width: 360 });
    const labels = [...svg!.matchAll(/>(recipe\.[^<]*…[^<]*)<\/text>/g)].map(([, label]) => label);
    expect(new Set(labels).size).toBe(12);
  });

  test("lets hostile names be names", async () => {
    const hostile = `"]]></svg><script>alert(1)</script>&amp; \u0000`;
    const result = figure1c();
    const plots = result.plots.map((plot) => ({
      ...plot,
      title: hostile,
      guides: [{ label: hostile, y: 0.5 }],
      series: plot.series.map((one) => ({ ...one, title: hostile })),
    }));
    const [svg] = draw({ ...result, plots, source: hostile });
    expect(svg).not.toContain("<script");
    await sharp(Buffer.from(svg!)).metadata();
  });
});

describe("the looks of lines", () => {
  const looks = Array.from({ length: 12 }, (_, index) => oursLook("#000000", index));

  test("are twelve without their colours", () => {
    expect(new Set(looks.map(({ symbol, turn }) => `${symbol} ${turn}`)).size).toBe(12);
  });

  test("are solid and filled for ours, dashed and hollow for the paper's", () => {
    expect(oursLook("#000000", 3)).toMatchObject({ dashes: "", symbol: "diamond" });
    expect(paperLook("#000000", 3)).toMatchObject({ dashes: "5 4", symbol: "diamond", hollow: true });
  });

  test.each(["light", "dark"] as const)("have colours to tell apart, on %s ground", (scheme) => {
    const colors = SERIES_COLORS[scheme];
    for (const color of colors) {
      expect(contrast(color, scheme === "light" ? "#ffffff" : "#161718"), color).toBeGreaterThan(3);
    }
    expect(new Set(colors).size).toBe(12);
  });
});

describe("pngOf", () => {
  test("gives a picture of twice the size, with text in it", async () => {
    const [svg] = draw(figure1b());
    const { width, height, format } = await sharp(await pngOf(svg!)).metadata();
    expect([width, format]).toEqual([1440, "png"]);
    // The title stands in the first 60 rows; without fonts they would be white.
    const { channels } = await sharp(await pngOf(svg!))
      .extract({ left: 0, top: 0, width: 1440, height: 60 })
      .stats();
    expect(channels[0]!.stdev).toBeGreaterThan(10);
    expect(height).toBeGreaterThan(600);
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
