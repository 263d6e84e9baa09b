import { describe, expect, test } from "vitest";
import { terminalExperiment } from "../../../src/report/experiment/terminal.ts";
import { experiment, figure1b, knownTrial, sweep, table1 } from "./fixture.ts";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("terminalExperiment", () => {
  test("shows tables, claims, notes and what went wrong, in 80 columns", () => {
    expect(terminalExperiment(figure1b(), { color: false, width: 80 })).toMatchSnapshot();
  });

  test.each([80, 100, 140])("fits %d columns", (width) => {
    for (const result of [table1(), figure1b(), sweep()]) {
      expect(widest(terminalExperiment(result, { color: false, width }))).toBeLessThanOrEqual(width);
    }
  });

  test("shows Table 1 in one piece where there is room", () => {
    const text = terminalExperiment(table1(), { color: false, width: 140 });
    expect(text.match(/Parameters/g)).toHaveLength(1);
    expect(text).toMatch(/mlp-1x512 +random .* 98\.26 ± 0\.01 \(3\) +99\.34 +−1\.08 +10\.23 ± 0\.21 \(3\)/);
  });

  test("writes the same with and without colors, and lets nothing steer the terminal", () => {
    const plain = (text: string) => text.replaceAll(/\p{Cc}\[\d+m/gu, "");
    const options = { width: 80 };
    const colored = terminalExperiment(figure1b(), { ...options, color: true });
    expect(plain(colored)).toBe(terminalExperiment(figure1b(), { ...options, color: false }));
    const hostile = experiment({
      title: "\u001b[2Jgone",
      notes: ["\u0007"],
      trials: [knownTrial({ model: "\u001b[1m", status: "failed", error: "\u001b]0;x\u0007" })],
    });
    expect(terminalExperiment(hostile, { color: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("is short where there is nothing", () => {
    expect(terminalExperiment(experiment(), { color: false })).toBe(
      "Does weight decay keep an MLP from memorising?\n  Experiment sweep",
    );
  });
});
