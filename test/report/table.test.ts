import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import { csvTable } from "../../src/report/csv.ts";
import { formatDuration, formatEstimate, formatNumber } from "../../src/report/format.ts";
import { markdownTable } from "../../src/report/markdown.ts";
import { historyRecords, summaryRecords, trialRecords } from "../../src/report/records.ts";
import { summaryTable, trialTable } from "../../src/report/table.ts";
import { terminalTable } from "../../src/report/terminal.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { allKinds, brokenTrial, testResult, trial } from "./fixture.ts";

describe("formatEstimate", () => {
  test.each([
    [{ mean: 0.978, low: 0.975, high: 0.981, n: 3 }, "97.8 ± 0.3 %"],
    [{ mean: 0.996, low: 0.985, high: 1, n: 3 }, "99.6 +0.4 −1.1 %"],
    [{ mean: 0.5, low: null, high: null, n: 1 }, "50.0 %"],
    [{ mean: 0.502, low: null, high: null, n: 2, values: [0.481, 0.523] }, "48.1, 52.3 %"],
    [{ mean: 1, low: null, high: null, n: 2, values: [1, 1] }, "100.0 %"],
    [{ mean: 1, low: 1, high: 1, n: 3 }, "100.0 %"],
    [{ mean: 0.9, low: 0.8998, high: 0.9002, n: 3 }, "90.00 ± 0.02 %"],
    [null, "–"],
  ])("writes %j as %s", (estimate, text) => {
    expect(formatEstimate(estimate, "percent")).toBe(text);
  });

  test("writes numbers without a percent sign", () => {
    expect(formatEstimate({ mean: 12, low: 10.5, high: 13.5, n: 3 }, "number")).toBe("12.0 ± 1.5");
  });
});

describe("formatNumber", () => {
  test.each([
    [0, "0"],
    [0.012345, "0.0123"],
    [-2.5, "−2.5"],
    [0.0000123, "1.2e−5"],
    [1e30, "1.0e30"],
    [null, "–"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe("formatDuration", () => {
  test.each([
    [0.26, "0.3 s"],
    [59.7, "1 min 0 s"],
    [412.3, "6 min 52 s"],
    [7300, "2 h 1 min"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("summaryTable", () => {
  const titles = (...trials: TrialResult[]) =>
    summaryTable(testResult(trials)).columns.map(({ name }) => name);

  test("has a column for other ends only where there were some", () => {
    expect(titles(trial())).not.toContain("ended");
    expect(titles(brokenTrial("stopped"))).toContain("ended");
  });

  test("counts the trials that ended otherwise, and not towards n", () => {
    const trials = [trial(), brokenTrial("failed", { seed: 1 }), brokenTrial("diverged", { seed: 2 })];
    const { columns, rows } = summaryTable(testResult(trials));
    const cell = (name: string) => rows[0]![columns.findIndex((column) => column.name === name)];
    expect(cell("ended")).toBe("1 diverged, 1 failed");
    expect(cell("fitted")).toBe("1/2");
  });

  test("gives each escalation a row of its own", () => {
    const { rows } = summaryTable(testResult([trial({ nominal: 1 }), trial({ nominal: 1, escalation: 1 })]));
    expect(rows.map(([kind]) => kind)).toEqual(["Random labels", "Random labels, escalation 1"]);
  });

  test("orders kinds as the paper does, whatever the order they ran in", () => {
    const { rows } = summaryTable(testResult(allKinds(1).reverse()));
    expect(rows.map(([kind]) => kind)).toEqual([
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

describe("terminalTable", () => {
  const troubled = [...allKinds(2), trial({ nominal: 1, escalation: 1 }), brokenTrial("failed", { seed: 9 })];
  const plain = (text: string) => text.replaceAll(/\p{Cc}\[\d+m/gu, "");

  test("aligns its columns", () => {
    expect(terminalTable(summaryTable(testResult(allKinds(2))), { color: false })).toMatchInlineSnapshot(`
      "                                                                             Test
                                   Fitted  Epochs                             accuracy,
                           Labels      of      to     Train          Test     corrupted
      Trained on          changed       n     fit  accuracy      accuracy        labels
      ──────────────────  ───────  ──────  ──────  ────────  ────────────  ────────────
      True labels           0.0 %     2/2     9.0   100.0 %        46.3 %        46.3 %
      20 % random labels   18.0 %     2/2    22.0   100.0 %        42.0 %        35.6 %
      50 % random labels   45.1 %     2/2    32.0   100.0 %  27.4, 27.6 %  18.7, 18.8 %
      Random labels        90.1 %     2/2    47.0   100.0 %    9.2, 9.5 %        10.0 %
      Shuffled pixels       0.0 %     2/2    17.0   100.0 %  39.6, 39.7 %  39.6, 39.7 %
      Random pixels         0.0 %     2/2    30.0   100.0 %  13.3, 13.1 %  13.3, 13.1 %
      Gaussian pixels       0.0 %     2/2    26.0   100.0 %  11.8, 11.6 %  11.8, 11.6 %"
    `);
  });

  test.each([allKinds(3), troubled])("fits 100 columns", (...trials) => {
    const lines = terminalTable(summaryTable(testResult(trials)), { color: false }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("names the columns that had to go", () => {
    const text = terminalTable(summaryTable(testResult(troubled)), { color: false });
    expect(text.split("\n").at(-1)).toMatch(/^Not shown for want of room: labels changed/);
  });

  test("writes no escape character without colour, and the same text with it", () => {
    const table = summaryTable(testResult());
    expect(terminalTable(table, { color: false })).not.toContain("\u001b");
    expect(plain(terminalTable(table, { color: true }))).toBe(terminalTable(table, { color: false }));
  });

  test("lets no message steer the terminal", () => {
    const result = testResult([brokenTrial("failed", { error: "\u001b[2Jgone\u0007" })]);
    expect(terminalTable(trialTable(result), { color: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("says so where there is no trial", () => {
    expect(terminalTable(summaryTable(testResult([])), { color: true })).toBe("No trial has a result.");
  });
});

describe("markdownTable", () => {
  test("escapes what Markdown would read", () => {
    const text = markdownTable({
      columns: [{ name: "a", title: "A|B", form: "text" }],
      rows: [["<b>*bold*</b> | `code`\nnext"]],
    });
    expect(text).toBe("| A\\|B |\n| --- |\n| \\<b\\>\\*bold\\*\\</b\\> \\| \\`code\\` next |\n");
  });
});

describe("csvTable", () => {
  const result = testResult([
    ...allKinds(2),
    brokenTrial("failed", { seed: 5, error: 'a "quoted", two\nlines' }),
  ]);

  test("keeps every digit of the summary", () => {
    const rows = csvParse(csvTable(summaryRecords(result)));
    expect(rows.length).toBe(result.summary.length);
    result.summary.forEach((row, index) => {
      expect(Number(rows[index]!["testAccuracyMean"])).toBe(row.testAccuracy!.mean);
      expect(Number(rows[index]!["testAccuracyLow"])).toBe(row.testAccuracy!.low ?? 0);
      expect(Number(rows[index]!["testAccuracyN"])).toBe(row.testAccuracy!.n);
    });
    expect(rows[0]!["failed"]).toBe("1");
  });

  test("keeps every epoch of every trial", () => {
    const rows = csvParse(csvTable(historyRecords(result)));
    const points = result.trials.flatMap(({ id, history }) => history.map((row) => ({ id, ...row })));
    expect(rows.map(({ id, epoch, trainLoss }) => [id, Number(epoch), Number(trainLoss)])).toEqual(
      points.map(({ id, epoch, trainLoss }) => [id, epoch, trainLoss]),
    );
  });

  test("quotes messages, and leaves unknown numbers empty", () => {
    const last = csvParse(csvTable(trialRecords(result))).at(-1)!;
    expect(last["error"]).toBe('a "quoted", two\nlines');
    expect(last["trainAccuracy"]).toBe("");
  });
});
