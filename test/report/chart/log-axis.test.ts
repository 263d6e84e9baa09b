import { describe, expect, test } from "vitest";
import { drawCurves } from "../../../src/report/chart/curve-chart.ts";
import { figureOfPlot } from "../../../src/report/chart/figure.ts";
import { placeGuides } from "../../../src/report/chart/guides.ts";
import { logDomain, logEnds, logShare, logTick, logTicks } from "../../../src/report/chart/log-axis.ts";
import { blankDocument } from "../fixture.ts";
import { residualPlot } from "../theory/fixture.ts";

describe("logTicks", () => {
  test.each([
    [[1, 1e4], 6, [1, 10, 100, 1000, 10_000]],
    [[1e-12, 1], 6, [1e-12, 1e-9, 1e-6, 1e-3, 1]],
    [[3, 60], 6, [5, 10, 20, 50]],
    [[0.012, 0.03], 6, [0.02]],
    [[1e-300, 1e300], 4, [1e-300, 1, 1e300]],
  ])("are powers of ten, or steps within them, from %j", ([low, high], most, ticks) => {
    const got = logTicks([low!, high!], "number", most);
    expect(got.length).toBeLessThanOrEqual(Math.max(most + 1, ticks.length));
    if (low! > 1e-200) expect(got.map((tick) => Number(tick.toPrecision(12)))).toEqual(ticks);
    for (const tick of got) expect(tick >= low! * 0.999 && tick <= high! * 1.001).toBe(true);
  });

  test("are powers of two for bytes", () => {
    expect(logTicks([1000, 2 ** 31], "bytes", 4)).toEqual([2 ** 12, 2 ** 18, 2 ** 24, 2 ** 30]);
    expect(logTick(2 ** 30, "bytes")).toBe("1\u00a0GiB");
  });

  test.each([
    [1, "number", "1"],
    [1000, "count", "1,000"],
    [1e7, "count", "10⁷"],
    [0.001, "number", "0.001"],
    [1e-12, "number", "10⁻¹²"],
    [0.01, "share", "1 %"],
  ] as const)("are written so that people can read %d", (value, unit, text) => {
    expect(logTick(value, unit)).toBe(text);
  });
});

describe("a logarithmic axis", () => {
  test("reaches around the values above 0, by at least a factor", () => {
    const [low, high] = logDomain([1e-8, 1, 0, -5, Number.NaN]);
    expect(low).toBeLessThan(1e-8);
    expect(low).toBeGreaterThan(1e-9);
    expect(high).toBeGreaterThan(1);
    const [near, far] = logDomain([7]);
    expect(far / near).toBeCloseTo(4, 9);
    expect(Math.sqrt(far * near)).toBeCloseTo(7, 9);
    expect(logDomain([0])).toEqual([0.1, 10]);
  });

  test("takes the ends it is given, if they are above 0", () => {
    expect(logEnds([1, 100])).toEqual([1, 100]);
    expect(logEnds([100, 1])).toEqual([1, 100]);
    expect(logEnds([0, 100])).toEqual([0.1, 100]);
    expect(logEnds([-2, -1])).toEqual([0.1, 10]);
  });

  test("stands the geometric mean in its middle", () => {
    expect(logShare(10, [1, 100])).toBeCloseTo(0.5, 12);
  });

  test("leaves out what it has no place for, and says so", () => {
    const figure = figureOfPlot(residualPlot(), { source: "Section 5", name: "kernel" });
    const [panel] = figure.panels;
    expect(figure.subtitle).toBe("Section 5");
    expect(figure.notes).toEqual([
      "As it was computed.",
      "Values of 0 or less have no place on a logarithmic axis and are left out: ours at 1 point, theirs at 1 point.",
    ]);
    expect(panel!.curves.map(({ ours }) => ours.map(({ y }) => y))).toEqual([[2e-16, 3e-12, null], [1e-9]]);
    expect(panel!.guides.map(({ label }) => label)).toEqual(["aim"]);
    expect(placeGuides(panel!)).toHaveLength(1);
  });

  test("is drawn with its ticks, and places points by their logarithms", () => {
    const plot = residualPlot();
    const straight = {
      ...plot,
      x: { ...plot.x, domain: [1, 10_000] as [number, number] },
      y: { ...plot.y, domain: [1e-17, 10] as [number, number] },
      guides: [],
      series: [
        {
          title: "power law",
          points: [1, 100, 10_000].map((x) => ({ x, y: x ** -4, low: null, high: null, n: 1 })),
          paper: [],
        },
      ],
    };
    const svg = drawCurves(figureOfPlot(straight, { source: null, name: "law" }), {
      document: blankDocument(),
      theme: "file",
    });
    for (const tick of ["10,000", "10⁻¹²"]) expect(svg).toContain(`>${tick}<`);
    // A power law is a straight line: its middle point lies in the middle.
    const path = /d="M([\d.]+,[\d.]+(?:L[\d.]+,[\d.]+){2})"/.exec(svg)?.[1] ?? "";
    const places = path.split("L").map((pair) => pair.split(",").map(Number));
    expect(places).toHaveLength(3);
    for (const axis of [0, 1]) {
      expect(places[1]![axis]!).toBeCloseTo((places[0]![axis]! + places[2]![axis]!) / 2, 1);
    }
  });
});
