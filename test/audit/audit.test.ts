import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sectionMakers } from "../../src/audit/audit.ts";
import { type AuditResult, type AuditSection, auditResultSchema } from "../../src/audit/audit-result.ts";
import { judgeRule } from "../../src/audit/judge-rule.ts";
import { auditData } from "../../src/audit/node/audit.ts";
import { randomStream } from "../../src/base/random.ts";
import { chiSquaredTail, halfWidth } from "../../src/base/statistics.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import { exampleUrl } from "../../src/data/node/example-image.ts";
import { terminalAudit } from "../../src/report/audit/terminal.ts";
import { writeReport } from "../../src/report/node/write.ts";
import { parseResult } from "../../src/report/parse-result.ts";
import { loadDataset } from "../../src/run/node/library.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-audit-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** All sections but that of labels, which trains. */
const makers = sectionMakers.filter(({ name }) => name !== "label-errors");

const sectionOf = (result: AuditResult, name: string): AuditSection =>
  result.sections.find((section) => section.name === name)!;

/** A table of two useful columns, and what is wrong beside. */
async function auditTable(
  more: Readonly<Record<string, (row: number, target: string) => string | number>> = {},
) {
  const stream = randomStream(3, "test");
  const names = Object.keys(more);
  const lines = Array.from({ length: 400 }, (_, row) => {
    const [u, v] = [stream.normal(), stream.normal()];
    const target = u + stream.normal() > 0 ? "yes" : "no";
    return [u, v, ...names.map((name) => more[name]!(row, target)), target].join(",");
  });
  const path = join(folder, "table.csv");
  await writeFile(path, `${["u", "v", ...names, "target"].join(",")}\n${lines.join("\n")}\n`);
  return await auditData({ data: path, makers });
}

describe("a table", () => {
  test("that is clean is said to be", async () => {
    const result = await auditTable();
    expect(result.sections.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      "balance: clear",
      "copies: clear",
      "columns: clear",
      "rules: clear",
    ]);
    expect(result.headline).toMatch(/^Nothing was found/);
    expect(result.notLookedAt.join()).toMatch(/only images are compared/);
    expect(auditResultSchema.parse(result)).toEqual(result);
  });

  test("with columns that say nothing of their own has them named", async () => {
    const result = await auditTable({
      id: (row) => row + 1000,
      constant: () => 7,
      kind: (row) => (row % 3 === 0 ? "a" : "b"),
      sort: (row) => (row % 3 === 0 ? "z" : "x"),
    });
    const { outcome, numbers, findings } = sectionOf(result, "columns");
    expect([outcome, numbers]).toEqual(["notice", { columns: 6, constant: 1, repeated: 1, numbering: 1 }]);
    expect(findings.join(" ")).toMatch(/"id".*"kind", "sort".*"constant"/);
  });

  test.each([
    ["copied as text", (_: number, target: string) => (target === "yes" ? "p" : "q")],
    ["as a number", (_: number, target: string) => (target === "yes" ? 1 : 0)],
    ["with noise", (row: number, target: string) => (target === "yes" ? 1 : 0) + ((row * 37) % 400) / 500],
  ])("with the target %s is caught", async (_, leak) => {
    const result = await auditTable({ leak });
    expect(sectionOf(result, "rules")).toMatchObject({ outcome: "alarm", numbers: { telling: 1 } });
    expect(result.headline).toMatch(/"leak" \(100.0 %\)/);
  });

  test("with a rule of two columns is caught", async () => {
    const first = (row: number): number => Math.floor(row / 2) % 2;
    const result = await auditTable({
      a: first,
      b: (row, target) => (target === "yes" ? 1 : 0) ^ first(row),
    });
    expect(sectionOf(result, "rules")).toMatchObject({ outcome: "alarm", numbers: { telling: 0, pairs: 1 } });
    expect(sectionOf(result, "rules").findings[0]).toMatch(/"a and b" \(100.0 %\)/);
  });

  test("whose rows stand in both splits, some under another label, is caught", async () => {
    const row = (at: number): number[] => [at % 50, (at * 7) % 11];
    const make = (from: number, count: number, flip: boolean): Dataset => ({
      name: "table",
      inputs: Float32Array.from(Array.from({ length: count }, (_, at) => row(from + at)).flat()),
      shape: [count, 2],
      labels: Int32Array.from({ length: count }, (_, at) => ((from + at) % 2) ^ Number(flip && at === 0)),
      classNames: ["no", "yes"],
    });
    const result = await auditData({ data: { train: make(0, 40, false), test: make(38, 6, true) }, makers });
    const { outcome, numbers } = sectionOf(result, "copies");
    expect(outcome).toBe("alarm");
    expect(numbers).toMatchObject({ testCopies: 2, differingGroups: 1, trainDiffering: 1, testDiffering: 1 });
  });
});

test("of numbers, says what is not looked at, and of groups, which are in both splits", async () => {
  const make = (count: number, from: number): Dataset => ({
    name: "table",
    inputs: Float32Array.from({ length: count }, (_, at) => (from + at) % 37),
    shape: [count, 1],
    labels: Int32Array.from({ length: count }, (_, at) => at),
    values: Float64Array.from({ length: count }, (_, at) => from + at + 0.5),
    classNames: ["price"],
    groups: Int32Array.from({ length: count }, (_, at) => Math.floor((from + at) / 4)),
  });
  const result = await auditData({ data: { train: make(38, 0), test: make(10, 38) } });
  expect(result.sections.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
    "groups: alarm",
    "copies: alarm",
    "columns: clear",
  ]);
  expect(sectionOf(result, "groups").numbers).toMatchObject({
    train: 10,
    test: 3,
    both: 1,
    testExamplesOfBoth: 2,
  });
  expect(result.notLookedAt.filter((what) => what.includes("targets are numbers"))).toHaveLength(3);
});

describe("rules of one column", () => {
  test("see a noisy copy of the target in a table whose few rows have a value each", async () => {
    const make = (count: number, from: number): Dataset => ({
      name: "table",
      inputs: Float32Array.from({ length: count }, (_, at) => ((from + at) % 3) * 5 + (from + at) / 1000),
      shape: [count, 1],
      labels: Int32Array.from({ length: count }, (_, at) => (from + at) % 3),
      classNames: ["a", "b", "c"],
    });
    const result = await auditData({ data: { train: make(90, 0), test: make(30, 90) }, makers });
    expect(sectionOf(result, "rules")).toMatchObject({ outcome: "alarm", numbers: { telling: 1 } });
  });

  test("are not seen in noise: of 300 sets fewer than the level allows", () => {
    const stream = randomStream(4, "test");
    const [columns, count] = [20, 60];
    let alarms = 0;
    for (let set = 0; set < 300; set++) {
      const labels = Int32Array.from({ length: count }, () => stream.below(3));
      const isSure = Array.from({ length: columns }, () =>
        judgeRule(
          "x",
          Int32Array.from({ length: count }, () => stream.below(3)),
          labels,
          3,
          columns,
        ),
      ).some(({ p }) => p < 0.01);
      if (isSure) alarms++;
    }
    // Of 300 with a chance of 1 in 100 at most: beyond 15 once in a million.
    expect(alarms).toBeLessThanOrEqual(15);
  });

  test("agree by Cohen's kappa", () => {
    const labels = Int32Array.of(0, 0, 1, 1);
    expect(judgeRule("x", labels, labels, 2, 1)).toMatchObject({ accuracy: 1, kappa: 1 });
    expect(judgeRule("x", Int32Array.of(0, 1, 0, 1), labels, 2, 1).kappa).toBe(0);
    expect(judgeRule("x", Int32Array.of(0, 0, 0, 0), labels, 2, 1).kappa).toBe(0);
  });
});

test("the tail of chi-squared is Student's of one degree, and exponential of two", () => {
  for (const confidence of [0.5, 0.9, 0.99, 0.999999]) {
    expect(chiSquaredTail(halfWidth(confidence) ** 2, 1)).toBeCloseTo(1 - confidence, 6);
  }
  for (const x of [0.1, 1, 5, 30]) expect(chiSquaredTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 12);
  expect(chiSquaredTail(0, 3)).toBe(1);
});

describe("digits with twins", () => {
  let result: AuditResult;
  let splits: Splits;
  beforeAll(async () => {
    splits = await loadDataset("digits", { n: 300, testN: 100 });
    const inputs = splits.test.inputs.slice();
    for (let at = 0; at < 20; at++) {
      const own = Array.from(splits.train.inputs.subarray(at * 64, (at + 1) * 64));
      inputs.set(at < 10 ? own : own.map((value) => value * 0.5 + 0.1), at * 64);
    }
    const test_ = { ...splits.test, inputs };
    result = await auditData({
      data: { train: splits.train, test: test_ },
      draw: exampleUrl,
      command: "test",
      makers,
    });
  });

  test("have equal and near ones apart", () => {
    expect(sectionOf(result, "copies").numbers).toMatchObject({ testCopies: 10 });
    expect(sectionOf(result, "near").numbers["testTwins"]).toBeGreaterThanOrEqual(10);
    expect(result.headline).toMatch(/^10 test examples \(10.0 %\) stand in training, value for value/);
  });

  test("are told in 80 columns, what matters first", () => {
    const lines = terminalAudit(result, { color: false, width: 80 }).split("\n");
    expect(lines[0]).toMatch(/^10 test examples/);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  test("are drawn side by side on a page that carries its pictures, and are read back", async () => {
    const { files } = await writeReport(result, join(folder, "report"));
    const page = await readFile(files[0]!, "utf8");
    const pictures = result.sections.flatMap(({ pictures: own }) => own.flatMap(({ examples }) => examples));
    expect(pictures.length).toBeGreaterThan(20);
    expect(page.split('<img src="data:image/png;base64,').length - 1).toBe(pictures.length);
    expect(files.map((file) => file.split(/[/\\]/).at(-1))).toEqual(
      expect.arrayContaining(["result.json", "near-twins.csv", "equal-inputs.csv", "classes.md"]),
    );
    const text = await readFile(join(folder, "report", "result.json"), "utf8");
    expect(parseResult(text, "result.json")).toEqual(result);
  });

  test("are found in a part, by their places in the whole", async () => {
    const part = await auditData({ data: splits, n: 50, testN: 20, seed: 1, makers });
    expect(part.dataset).toMatchObject({ train: 50, test: 20 });
    const repeated = { ...splits, test: splits.train };
    const again = await auditData({ data: repeated, n: 50, seed: 1, testN: 300, makers });
    const pairs = sectionOf(again, "copies").lists[0]!.rows as {
      group: { text: number };
      index: { text: number };
    }[];
    const groups = Map.groupBy(pairs, ({ group }) => group.text);
    // Every training example is the test example of the same place.
    for (const group of groups.values()) expect(new Set(group.map(({ index }) => index.text)).size).toBe(1);
    expect(groups.size).toBe(50);
  });
});
