import { describe, expect, test } from "vitest";
import type { Plot } from "../../../src/document/plot.ts";
import { xDomain, yDomain } from "../../../src/report/chart/domain.ts";
import { figureOfPlot } from "../../../src/report/chart/figure.ts";
import { placeGuides } from "../../../src/report/chart/guides.ts";
import { experiment, figure1a, figure1c, point } from "../experiment/fixture.ts";

const plot = (facts: Partial<Plot> = {}): Plot => ({
  name: "p",
  title: "P",
  caption: "",
  x: { label: "Epoch", unit: "epochs", domain: null },
  y: { label: "Ratio", unit: "ratio", domain: null },
  guides: [],
  series: [],
  ...facts,
});

/** A line of one seed through some values, at 0, 1, 2, ... */
const line = (...values: readonly (number | null)[]): Plot["series"][number] => ({
  title: "mlp",
  points: values.map((y, x) => ({ x, y, low: null, high: null, n: y === null ? 0 : 1 })),
  paper: [],
});

const panelOf = (one: Plot) => figureOfPlot(one, experiment()).panels[0]!;
const notesOf = (facts: Partial<Plot>) => figureOfPlot(plot(facts), experiment()).notes;

describe("figureOfPlot", () => {
  test("draws bands along many points, and bars at few", () => {
    const intervalsOf = (epochs: number) => panelOf(figure1a(epochs).plots[0]!).intervals;
    expect([intervalsOf(64), intervalsOf(8)]).toEqual(["bands", "bars"]);
  });

  test("says what is not measured, and where a line has a gap", () => {
    expect(notesOf({ series: [line(1, null, 2), { ...line(), title: "alexnet" }] })).toEqual([
      "Fewer than three seeds, so there are no intervals.",
      "Not measured: alexnet.",
      "No value: mlp at 1 point.",
    ]);
  });

  test("says that values and intervals beyond the frame are not shown", () => {
    const y = { label: "Loss", unit: "nats", domain: [0, 2] as [number, number] } as const;
    const wide = {
      ...line(1, 3),
      points: [point(0, [0.5, 1.2, 1.9], [0, 99]), { ...point(1, [3, 3, 3], [0, 99]) }],
    };
    const figure = figureOfPlot(plot({ y, series: [wide] }), experiment());
    expect(figure.panels[0]!.curves[0]!.ours).toMatchObject([{ low: 0, high: 2 }, { y: null }]);
    expect(figure.notes).toEqual([
      "Bars are 95 % intervals, cut off at the frame.",
      "Values beyond the frame are not drawn.",
    ]);
  });

  test("describes where lines begin and end, for those who do not see them", () => {
    expect(figureOfPlot(plot({ series: [line(1, 2, 3), line()] }), experiment()).description).toBe(
      "Ratio by epoch. mlp: ours 1.00× at 0, 3.00× at 2. mlp: ours not measured.",
    );
  });
});

describe("the domain", () => {
  const rising = (...values: readonly (number | null)[]) => plot({ series: [line(...values)] });

  test("is what the plot asks for", () => {
    const asked = plot({ x: { label: "", unit: "share", domain: [0, 1] } });
    expect(xDomain(asked)).toEqual([0, 1]);
  });

  test.each([
    ["nothing", [], [0, 1], [0, 1]],
    ["gaps only", [null, null], [0, 1], [0, 1]],
  ])("is the unit square for %s", (_, values, x, y) => {
    expect(xDomain(rising(...values))).toEqual(x);
    expect(yDomain(rising(...values))).toEqual(y);
  });

  test("has room around one point", () => {
    const [left, right] = xDomain(rising(5));
    const [low, high] = yDomain(rising(5));
    expect(left).toBeLessThan(0);
    expect(right).toBeGreaterThan(0);
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });

  test("starts at 0 where values come near it, and not where they do not", () => {
    expect(yDomain(rising(1, 4))[0]).toBe(0);
    expect(yDomain(rising(98, 99))[0]).toBeGreaterThan(90);
  });

  test("does not let a wide interval flatten the line", () => {
    const wide = { ...line(), points: [point(0, [1, 2, 3], [-1e9, 1e9]), point(1, [3, 3, 3], [0, 99])] };
    expect(yDomain(plot({ series: [wide] }))[1]).toBeLessThan(5);
  });

  test("keeps shares within all", () => {
    const series = [line(0.4, 1)];
    expect(yDomain(plot({ y: { label: "", unit: "share", domain: null }, series }))).toEqual([0, 1]);
  });
});

describe("placeGuides", () => {
  test("puts labels where fewer points are in their way", () => {
    expect(placeGuides(panelOf(figure1c().plots[0]!))).toEqual([
      { label: "chance", y: 0.9, side: "left", isBelow: false, isFree: true },
    ]);
  });

  test("keeps labels of guides that lie close apart, and below the top", () => {
    const y = { label: "", unit: "share", domain: [0, 1] as [number, number] } as const;
    const guides = [
      { label: "a", y: 0.82 },
      { label: "b", y: 0.86 },
      { label: "c", y: 0.98 },
    ];
    const placed = placeGuides(panelOf(plot({ y, guides, series: [line(0.1, 0.1)] })));
    expect(placed.map(({ label, side, isBelow }) => [label, side, isBelow])).toEqual([
      ["c", "right", true],
      ["b", "right", false],
      ["a", "left", false],
    ]);
  });
});
