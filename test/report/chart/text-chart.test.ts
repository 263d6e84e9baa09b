import { expect, test } from "vitest";
import type { Plot } from "../../../src/document/plot.ts";
import { textChart } from "../../../src/report/chart/text-chart.ts";

const ABOUT = { name: "line", source: null };

const plot = (points: readonly (readonly [x: number, y: number | null])[], scale?: "log"): Plot => ({
  name: "line",
  title: "A line",
  caption: "",
  x: { label: "Epochs", unit: "count", domain: [0, 10] },
  y: { label: "Loss", unit: "number", domain: [0.01, 100], ...(scale && { scale }) },
  guides: [],
  series: [
    { title: "ours", points: points.map(([x, y]) => ({ x, y, low: null, high: null, n: 1 })), paper: [] },
  ],
});

/** Rows of the field, from the top, without the axis. */
const fieldOf = (chart: string): string[] =>
  chart.split("\n").flatMap((line) => (line.includes("│") ? [line.slice(line.indexOf("│") + 1)] : []));

test("a line goes from corner to corner, its points marked, and no line of text is too wide", () => {
  for (const width of [40, 60, 100]) {
    const chart = textChart(
      plot([
        [0, 0.01],
        [10, 100],
      ]),
      ABOUT,
      { width },
    );
    const rows = fieldOf(chart);
    expect(Math.max(...chart.split("\n").map((line) => line.length))).toBeLessThanOrEqual(
      Math.min(80, width),
    );
    expect([rows[0]!.at(-1), rows.at(-1)![0], rows.at(-1)!.length]).toEqual(["●", "●", expect.any(Number)]);
    expect(rows.every((row) => row.includes("·") || row.includes("●"))).toBe(true);
    expect(chart).toContain("●\u00a0ours");
  }
});

test("a logarithmic axis halves its range at the geometric mean, and a gap stays open", () => {
  const rows = fieldOf(
    textChart(
      plot(
        [
          [0, 1],
          [2, 1],
          [5, null],
          [10, 1],
        ],
        "log",
      ),
      ABOUT,
      { width: 60 },
    ),
  );
  const [line] = rows.filter((row) => row !== "");
  expect(rows.indexOf(line!)).toBe(6);
  const gap = line!.slice(Math.ceil(0.25 * line!.length), -1);
  expect(gap.trim()).toBe("");
  expect(line!.at(-1)).toBe("●");
});

test("without room or points there is none", () => {
  expect(textChart(plot([[0, 1]]), ABOUT, { width: 30 })).toBe("");
  expect(textChart(plot([]), ABOUT, { width: 80 })).toBe("");
});
