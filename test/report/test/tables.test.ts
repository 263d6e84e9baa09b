import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import { terminalGrid } from "../../../src/report/grid/terminal.ts";
import { historyCsv, summaryCsv, trialsCsv } from "../../../src/report/test/records.ts";
import { summaryGrid, trialGrid } from "../../../src/report/test/tables.ts";
import type { TrialResult } from "../../../src/run/trial-record.ts";
import { allKinds, brokenTrial, testResult, trial } from "../fixture.ts";

describe("summaryGrid", () => {
  const titles = (...trials: TrialResult[]) =>
    summaryGrid(testResult(trials)).groups.map(({ title }) => title);
  const textsOf = (...trials: TrialResult[]) =>
    summaryGrid(testResult(trials)).rows.map((row) => row.map(({ text }) => text));

  test("has a column for other ends only where there were some", () => {
    expect(titles(trial())).not.toContain("Ended otherwise");
    expect(titles(brokenTrial("stopped"))).toContain("Ended otherwise");
  });

  test("has answers among the first five where there are many classes, as files and lists of trials do", () => {
    const many = trial({ topFive: { train: 0.75, test: 0.25 } });
    expect(titles(trial()).join()).not.toContain("first five");
    expect(titles(many)).toEqual(expect.arrayContaining(["Test, first five", "Train, first five"]));
    expect(textsOf(many)[0]).toEqual(expect.arrayContaining(["75.0 %", "25.0 %"]));
    const [row] = csvParse(trialsCsv(testResult([many])));
    expect([row!["trainTopFive"], row!["testTopFive"]]).toEqual(["0.75", "0.25"]);
    const [kind] = csvParse(summaryCsv(testResult([many])));
    expect(kind!["testTopFiveMean"]).toBe("0.25");
    expect(trialGrid(testResult([many])).groups.map(({ title }) => title)).toContain("Test, first five");
  });

  test("counts the trials that ended otherwise, and not toward n", () => {
    const trials = [trial(), brokenTrial("failed", { seed: 1 }), brokenTrial("diverged", { seed: 2 })];
    expect(textsOf(...trials)[0]).toEqual(expect.arrayContaining(["1 diverged, 1 failed", "1/2"]));
  });

  test("gives each escalation a row of its own", () => {
    const rows = textsOf(trial({ nominal: 1 }), trial({ nominal: 1, escalation: 1 }));
    expect(rows.map(([kind]) => kind)).toEqual(["Random labels", "Random labels, escalation 1"]);
  });

  test("orders kinds as the paper does, whatever the order they ran in", () => {
    expect(textsOf(...allKinds(1).reverse()).map(([kind]) => kind)).toEqual([
      "True labels",
      "20 % random labels",
      "50 % random labels",
      "Random labels",
      "Shuffled pixels",
      "Random pixels",
      "Gaussian pixels",
    ]);
  });
});

describe("the summary on a terminal", () => {
  const troubled = [...allKinds(2), trial({ nominal: 1, escalation: 1 }), brokenTrial("failed", { seed: 9 })];
  const plain = (text: string) => text.replaceAll(/\p{Cc}\[\d+m/gu, "");

  test("aligns its columns", () => {
    expect(terminalGrid(summaryGrid(testResult(allKinds(2))), { color: false })).toMatchInlineSnapshot(`
      "                                                                             Test
                                                  Fitted  Epochs              accuracy,
                                  Test     Train      of      to   Labels     corrupted
      Trained on              accuracy  accuracy       n     fit  changed        labels
      ──────────────────  ────────────  ────────  ──────  ──────  ───────  ────────────
      True labels               46.3 %   100.0 %     2/2     9.0    0.0 %        46.3 %
      20 % random labels        42.0 %   100.0 %     2/2    22.0   18.0 %        35.6 %
      50 % random labels  27.4, 27.6 %   100.0 %     2/2    32.0   45.1 %  18.7, 18.8 %
      Random labels         9.2, 9.5 %   100.0 %     2/2    47.0   90.1 %        10.0 %
      Shuffled pixels     39.6, 39.7 %   100.0 %     2/2    17.0    0.0 %  39.6, 39.7 %
      Random pixels       13.3, 13.1 %   100.0 %     2/2    30.0    0.0 %  13.3, 13.1 %
      Gaussian pixels     11.8, 11.6 %   100.0 %     2/2    26.0    0.0 %  11.8, 11.6 %"
    `);
  });

  test.each([allKinds(3), troubled])("fits 100 columns", (...trials) => {
    const lines = terminalGrid(summaryGrid(testResult(trials)), { color: false }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("names the columns that had to go", () => {
    const text = terminalGrid(summaryGrid(testResult(troubled)), { color: false });
    expect(text.split("\n").at(-1)).toMatch(/^Not shown for want of room: labels changed/);
  });

  test("breaks names where that is not enough", () => {
    const text = terminalGrid(summaryGrid(testResult(troubled)), { color: false, width: 64 });
    expect(
      Math.max(
        ...text
          .split("\n")
          .slice(0, -1)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(64);
    expect(text).toContain("\nescalation 1\n");
  });

  test("writes no escape character without color, and the same text with it", () => {
    const table = summaryGrid(testResult());
    expect(terminalGrid(table, { color: false })).not.toContain("\u001b");
    expect(plain(terminalGrid(table, { color: true }))).toBe(terminalGrid(table, { color: false }));
  });

  test("lets no message steer the terminal", () => {
    const result = testResult([brokenTrial("failed", { error: "\u001b[2Jgone\u0007" })]);
    expect(terminalGrid(trialGrid(result), { color: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("says so where there is no trial", () => {
    expect(terminalGrid(summaryGrid(testResult([])), { color: true })).toBe("No trial has a result.");
  });
});

describe("the records of a test", () => {
  const result = testResult([
    ...allKinds(2),
    brokenTrial("failed", { seed: 5, error: 'a "quoted", two\nlines' }),
  ]);

  test("keeps every digit of the summary", () => {
    const rows = csvParse(summaryCsv(result));
    expect(rows.length).toBe(result.summary.length);
    result.summary.forEach((row, index) => {
      expect(Number(rows[index]!["testAccuracyMean"])).toBe(row.testAccuracy!.mean);
      expect(Number(rows[index]!["testAccuracyLow"])).toBe(row.testAccuracy!.low ?? 0);
      expect(Number(rows[index]!["testAccuracyN"])).toBe(row.testAccuracy!.n);
    });
    expect(rows[0]!["failed"]).toBe("1");
  });

  test("keeps every epoch of every trial", () => {
    const rows = csvParse(historyCsv(result));
    const points = result.trials.flatMap(({ id, history }) => history.map((row) => ({ id, ...row })));
    expect(rows.map(({ id, epoch, trainLoss }) => [id, Number(epoch), Number(trainLoss)])).toEqual(
      points.map(({ id, epoch, trainLoss }) => [id, epoch, trainLoss]),
    );
  });

  test("quotes messages, and leaves unknown numbers empty", () => {
    const last = csvParse(trialsCsv(result)).at(-1)!;
    expect(last["error"]).toBe('a "quoted", two\nlines');
    expect(last["trainAccuracy"]).toBe("");
  });
});
