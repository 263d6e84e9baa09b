/**
 * @file Every figure of the fixtures as a picture: an SVG beside this file, to be looked at where it changes.
 */

import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { drawCurves } from "../../../src/report/chart/curve-chart.ts";
import { figureOfPlot } from "../../../src/report/chart/figure.ts";
import type { DrawOptions } from "../../../src/report/chart/frame.ts";
import type { Drawn } from "../../../src/report/names.ts";
import { pngOf } from "../../../src/report/node/png.ts";
import { drawTestFigure, testFigures } from "../../../src/report/test/figures.ts";
import { experiment, figure1a, figure1b, figure1c, sweep } from "../experiment/fixture.ts";
import { allKinds, blankDocument, followed, HOSTILE, testResult, trial } from "../fixture.ts";
import { theory } from "../theory/fixture.ts";

const optionsOf = (options: Partial<DrawOptions>): DrawOptions => ({
  document: blankDocument(),
  theme: "file",
  ...options,
});

const drawPlots = (drawn: Drawn, options: Partial<DrawOptions> = {}): string[] =>
  drawn.plots.map((plot) => drawCurves(figureOfPlot(plot, drawn), optionsOf(options)));

const drawTest = (result: ReturnType<typeof testResult>, options: Partial<DrawOptions> = {}): string[] =>
  testFigures(result).map((figure) => drawTestFigure(figure, optionsOf(options)));

/** A test of every kind of trial, some followed apart, one escalated. */
const everyKind = () =>
  testResult([
    ...[0, 1, 2].flatMap((seed) => [followed(0.2, seed), followed(0.5, seed)]),
    ...allKinds(3).filter(({ labels: { nominal } }) => nominal === 0 || nominal === 1),
    trial({ nominal: 1, escalation: 1 }),
  ]);

/** Every figure by its name. */
const pictures: readonly (readonly [name: string, draw: (options?: Partial<DrawOptions>) => string])[] = [
  ...testFigures(everyKind()).map(
    (figure) =>
      [`test-${figure.name}`, (options = {}) => drawTestFigure(figure, optionsOf(options))] as const,
  ),
  ...[figure1a(), figure1b(), figure1c(), sweep(), theory()].map(
    (drawn) => [drawn.plots[0]!.name, (options = {}) => drawPlots(drawn, options)[0]!] as const,
  ),
];

/** One element a line, so that a change can be read. */
const inLines = (svg: string): string => `${svg.replaceAll("><", ">\n<")}\n`;

describe.each(pictures)("the picture %s", (name, draw) => {
  test("is as it was", async () => {
    await expect(inLines(draw())).toMatchFileSnapshot(`pictures/${name}.svg`);
    expect(draw()).toBe(draw());
  });

  test.each([
    "page",
    "file",
  ] as const)("is well-formed SVG that needs nothing else, on a %s", async (theme) => {
    for (const width of [360, 720]) {
      const svg = draw({ theme, width });
      // librsvg reads XML strictly.
      expect((await sharp(Buffer.from(svg)).metadata()).format).toBe("svg");
      expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|url\(|href| id=/);
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  test("has colors of its own in a file, and those of the style sheet on a page", () => {
    expect(draw()).not.toMatch(/currentColor|var\(/);
    expect(draw()).toContain('fill="#ffffff"');
    expect(draw({ theme: "page" }).match(/(?:fill|stroke)="#[0-9a-f]+"/g)).toBeNull();
  });
});

/** A plot with the given lines, each of some points. */
const plotOf = (...lines: readonly (readonly (number | null)[])[]): Drawn =>
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
  test("marks no corners of a line that has no markers", () => {
    const marked = plotOf([1, 2, 3]);
    const [plot] = marked.plots;
    const bare = { ...marked, plots: [{ ...plot!, series: [{ ...plot!.series[0]!, markers: false }] }] };
    expect(drawPlots(marked)[0]!.length).toBeGreaterThan(drawPlots(bare)[0]!.length);
  });

  test("tells ours from the paper's by dashes and hollow marks, in a legend", () => {
    const [svg] = drawPlots(figure1c());
    for (const label of ["ours", "paper", "inception", "alexnet", "mlp-1x512", "chance"]) {
      expect(svg).toContain(`>${label}</text>`);
    }
    const dashed = [...svg!.matchAll(/stroke-dasharray="5 4"/g)];
    expect(dashed.length).toBeGreaterThanOrEqual(3);
    expect(drawPlots(sweep())[0]).not.toContain(">paper</text>");
  });

  test("draws one point, and says where there is none", () => {
    expect(drawPlots(plotOf([0.5]))[0]).not.toMatch(/NaN|No trial/);
    for (const empty of [plotOf(), plotOf([]), plotOf([null, null])]) {
      expect(drawPlots(empty)[0]).toContain("No trial has a value to draw yet.");
      expect(drawPlots(empty)[0]).not.toContain("NaN");
    }
    const { history, ...first } = trial();
    const one = testResult([{ ...first, epochs: 1, history: history.slice(0, 1) }]);
    for (const svg of drawTest(one, { width: 360 })) expect(svg).not.toContain("NaN");
  });

  test("keeps both ends of names that are too long for the legend", () => {
    const [svg] = drawPlots(sweep(), { theme: "page", width: 360 });
    const labels = [...svg!.matchAll(/>(recipe\.[^<]*…[^<]*)<\/text>/g)].map(([, label]) => label);
    expect(new Set(labels).size).toBe(12);
  });

  test("lets hostile names be names", async () => {
    const result = figure1c();
    const plots = result.plots.map((plot) => ({
      ...plot,
      title: HOSTILE,
      guides: [{ label: HOSTILE, y: 0.5 }],
      series: plot.series.map((one) => ({ ...one, title: HOSTILE })),
    }));
    const named = { model: { name: HOSTILE }, dataset: { name: HOSTILE } };
    for (const svg of [
      ...drawPlots({ ...result, plots, source: HOSTILE }),
      ...drawTest(testResult(allKinds(2), named)),
    ]) {
      expect(svg).not.toContain("<script");
      expect(svg.match(/<\/svg>/g)).toHaveLength(1);
      await sharp(Buffer.from(svg)).metadata();
    }
  });
});

describe("pngOf", () => {
  test("gives a picture of twice the size, with text in it", async () => {
    const [svg] = drawPlots(figure1b());
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
