import { describe, expect, test } from "vitest";
import type { Measurement, Unit } from "../../src/document/measurement.ts";
import { formatDuration, formatEstimate, formatNumber } from "../../src/report/format.ts";
import {
  formatDifference,
  formatMeasured,
  formatPlain,
  formatSet,
  formatValue,
} from "../../src/report/units.ts";
import { measured, measuredShare } from "./experiment/fixture.ts";

const one = (value: number, paper: number | null = null): Measurement => measured([value], paper).measurement;

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

describe("formatValue", () => {
  test.each<[number | null, Unit, string]>([
    [0.8905, "share", "89.05"],
    [1, "share", "100.00"],
    [0.99998, "share", "99.998"],
    [0.9999999, "share", "99.999"],
    [0.00002, "error", "0.002"],
    [0, "error", "0.00"],
    [-0.012, "share", "−1.20"],
    [3.6, "ratio", "3.60×"],
    [219.512, "number", "219.5"],
    [390, "number", "390"],
    [123456.7, "number", "123,457"],
    [-3.2541e-12, "number", "−3.254×10⁻¹²"],
    [2.5e9, "number", "2.5×10⁹"],
    [0, "number", "0"],
    [1023, "bytes", "1,023\u00a0B"],
    [1024, "bytes", "1\u00a0KiB"],
    [28.8e9, "bytes", "26.82\u00a0GiB"],
    [28, "epochs", "28"],
    [28.5, "epochs", "28.5"],
    [1649402, "count", "1,649,402"],
    [0.0421, "nats", "0.042"],
    [12.34, "seconds", "12.3"],
    [0.00012345, "text", "0.000123"],
    [null, "share", "—"],
  ])("writes %d in %s as %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });
});

describe("formatMeasured", () => {
  test("gives means of epochs a decimal, one seed none, and seeds that agree no interval", () => {
    expect(formatMeasured(one(26), "epochs")).toBe("26");
    expect(formatMeasured(measured([26, 26, 26]).measurement, "epochs")).toBe("26.0");
    expect(formatMeasured(measured([26, 28, 27]).measurement, "epochs")).toBe("27.0 ± 2.5");
  });

  test("writes an interval that is cut off as two distances", () => {
    const { measurement } = measuredShare([1, 0.999, 0.9995]);
    expect(formatMeasured(measurement, "share")).toBe("99.95 +0.05 −0.12");
  });

  test("puts the × of a ratio behind its mean", () => {
    expect(formatMeasured(measured([1.9, 1.95, 2]).measurement, "ratio")).toBe("1.95× ± 0.12");
  });
});

describe("formatDifference", () => {
  test.each<[number, number, Unit, string]>([
    [0.506, 0.5051, "share", "+0.09"],
    [0.4, 0.512, "share", "−11.20"],
    [0.5, 0.5, "share", "0.00"],
    [0.500001, 0.5, "share", "0.00"],
    [27, 28, "epochs", "−1"],
    [27.5, 28, "epochs", "−0.5"],
    [1.98, 1.96, "ratio", "+0.02"],
    [0.5, 0.25, "nats", "+0.250"],
  ])("writes %d less %d in %s as %s", (value, paper, unit, text) => {
    expect(formatDifference(one(value, paper), unit)).toBe(text);
  });

  test("gives differences of means a decimal", () => {
    expect(formatDifference(measured([27, 29], 30).measurement, "epochs")).toBe("−2.0");
  });

  test("is a dash without a paper's number", () => {
    expect(formatDifference(one(1), "share")).toBe("—");
  });
});

describe("formatPlain", () => {
  test.each<[string | number | boolean | null, Unit, string]>([
    [true, "text", "yes"],
    [false, "text", "no"],
    [null, "share", ""],
    ["mlp", "share", "mlp"],
    [0.125, "share", "12.5 %"],
    [0.00534545, "share", "0.5345 %"],
    [0.0005, "ratio", "0.0005"],
    [0.031622776, "ratio", "0.03162"],
    [1_649_402, "count", "1,649,402"],
    [2048, "text", "2048"],
    [-3, "count", "−3"],
  ])("writes %s in %s as %s", (cell, unit, text) => {
    expect(formatPlain(cell, unit)).toBe(text);
  });

  test("rounds no tick to be seen", () => {
    expect(formatSet(0.30000000000000004, "share")).toBe("30 %");
    expect(formatSet(0.1 + 0.2, "ratio")).toBe("0.3");
  });
});
