import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { TestResult } from "../../../src/paper/test-result.ts";
import { junitReport } from "../../../src/report/test/junit.ts";
import { holdTo, parseCondition } from "../../../src/verdict/conditions.ts";
import { brokenTrial, HOSTILE, testResult, trial } from "../fixture.ts";

const report = (result: TestResult, ...conditions: readonly string[]): string =>
  junitReport(result, holdTo(conditions.map(parseCondition), result));

/** An element as it is written: its name, what it says of itself, and what is in it. */
interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const plain = (text: string): string =>
  text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

/** Read XML that has nothing but elements, attributes and texts, once librsvg, which is strict, has read it. */
async function readXml(xml: string): Promise<Element> {
  const [declaration, ...rest] = xml.split("\n");
  expect(declaration).toBe('<?xml version="1.0" encoding="UTF-8"?>');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${rest.join("\n")}</svg>`;
  expect((await sharp(Buffer.from(svg)).metadata()).format).toBe("svg");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (const [, end, name, said = "", alone, text = ""] of xml.matchAll(
    /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>([^<]*)/g,
  )) {
    if (end) open.pop();
    else {
      const pairs = [...said.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, plain(value!)]);
      const element: Element = { name: name!, attributes: Object.fromEntries(pairs), children: [], text: "" };
      open.at(-1)!.children.push(element);
      if (!alone) open.push(element);
    }
    open.at(-1)!.text += plain(text);
  }
  expect(open).toEqual([root]);
  return root.children[0]!;
}

/**
 * What both schemas in use ask for: Ant's (windyroad/JUnit-Schema, JUnit.xsd), which is the stricter one, and Jenkins'
 * (junit-10.xsd).
 */
function expectValid(root: Element): void {
  expect([root.name, root.attributes, root.children.length]).toEqual(["testsuites", {}, 1]);
  const suite = root.children[0]!;
  const { attributes, children } = suite;
  expect(Object.keys(attributes).sort()).toEqual(
    [
      "errors",
      "failures",
      "hostname",
      "id",
      "name",
      "package",
      "skipped",
      "tests",
      "time",
      "timestamp",
    ].sort(),
  );
  expect(attributes["timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(attributes["time"]).toMatch(/^\d+\.\d+$/);
  const cases = children.filter(({ name }) => name === "testcase");
  expect(children.map(({ name }) => name)).toEqual([
    "properties",
    ...cases.map(() => "testcase"),
    "system-out",
    "system-err",
  ]);
  for (const property of children[0]!.children) {
    expect(Object.keys(property.attributes)).toEqual(["name", "value"]);
  }
  for (const { attributes: said, children: inside } of cases) {
    expect(Object.keys(said)).toEqual(["classname", "name", "time"]);
    // A token: no line breaks, no spaces at the ends, none doubled.
    for (const token of [said["classname"]!, said["name"]!]) expect(token).toMatch(/^\S+( \S+)*$/);
    expect(inside.length).toBeLessThanOrEqual(1);
    for (const { name, attributes: why } of inside) {
      expect(["failure", "error", "skipped"]).toContain(name);
      expect(Object.keys(why)).toEqual(name === "skipped" ? ["message"] : ["type", "message"]);
    }
  }
  const count = (name: string): string =>
    String(cases.filter(({ children: inside }) => inside[0]?.name === name).length);
  expect(attributes).toMatchObject({
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  });
}

const casesIn = (root: Element) =>
  root.children[0]!.children.filter(({ name }) => name === "testcase").map(
    ({ attributes, children: [inside] }) => [
      attributes["name"],
      inside?.name ?? "passed",
      inside?.attributes["message"],
    ],
  );

describe("JUnit XML", () => {
  test("has a case for each condition", async () => {
    const root = await readXml(report(testResult(), "learns", "does-not-fit", "test-accuracy>0.9"));
    expectValid(root);
    expect(casesIn(root)).toEqual([
      ["learns", "passed", undefined],
      ["does-not-fit", "failure", expect.stringContaining("the verdict is memorises, learns")],
      [
        "test-accuracy>0.9",
        "failure",
        expect.stringMatching(/^expected test-accuracy>0\.9, got 0\.4\d+ \(95 %/),
      ],
    ]);
    const properties = root.children[0]!.children[0]!.children.map(({ attributes }) => attributes);
    expect(properties).toEqual(
      expect.arrayContaining([
        { name: "version", value: "0.1.0" },
        { name: "model", value: "mlp-1x512" },
        { name: "data", value: "shapes" },
        { name: "seed", value: "0,1,2" },
      ]),
    );
  });

  test("has a case for each answer where nothing is expected, and skips what is not decided", async () => {
    const root = await readXml(report(testResult([trial()])));
    expectValid(root);
    expect(casesIn(root)).toEqual([
      [
        "Capacity: can it memorise? Not decided",
        "skipped",
        expect.stringContaining("nothing was trained on"),
      ],
      ["Learning: does it generalise? Learns", "passed", undefined],
      ["Label check: were random labels random? Not tested", "skipped", expect.any(String)],
      ["Copies: is the test set apart? No equal inputs", "passed", undefined],
    ]);
  });

  test("is no success where trials did not come to their end", async () => {
    const result = testResult([trial(), brokenTrial("failed", { seed: 1, id: "abc" })]);
    const root = await readXml(report(result, "no-copies"));
    expectValid(root);
    expect(casesIn(root)).toEqual([
      ["no-copies", "passed", undefined],
      ["every trial comes to its end", "error", "abc failed: the process ended with signal SIGKILL"],
    ]);
    const interrupted = testResult([trial()], { provenance: { interrupted: true } });
    expect(casesIn(await readXml(report(interrupted, "no-copies")))[1]).toEqual([
      "every trial comes to its end",
      "error",
      "the test was interrupted",
    ]);
  });

  test.each([
    HOSTILE,
    "a\u0000\u001b[31m\uFFFF \ud800",
    "a\n  b\t",
    "]]>",
  ])("holds %j as text", async (name) => {
    const result = testResult(undefined, {
      model: { name },
      dataset: { name },
      provenance: { command: name, machine: name, commit: null },
    });
    const root = await readXml(report(result, "does-not-learn"));
    expectValid(root);
  });
});
