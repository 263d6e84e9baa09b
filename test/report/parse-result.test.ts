import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { parseResult } from "../../src/report/parse-result.ts";
import { figure1b } from "./experiment/fixture.ts";
import { testResult } from "./fixture.ts";

const parse = (document: unknown) => parseResult(JSON.stringify(document), "result.json");

describe("parseResult", () => {
  test("reads tests and experiments", () => {
    const [testDocument, experiment] = [testResult(), figure1b()];
    expect(parse(testDocument)).toEqual(testDocument);
    expect(parse(experiment)).toEqual(experiment);
    expect(parseResult(`\uFEFF${JSON.stringify(experiment)}`, "")).toEqual(experiment);
  });

  test("hides the password of a command that an earlier version recorded", () => {
    const { provenance, ...rest } = testResult();
    const command = "shatter run table-1 --database-url postgres://db/lab?user=me&password=hunter2";
    expect(parse({ ...rest, provenance: { ...provenance, command } }).provenance.command).toBe(
      "shatter run table-1 --database-url postgres://db/lab?user=me&password=...",
    );
  });

  test.each([
    ["shatter/test@2", ": it was written by a newer version of Shatter; update this one"],
    ["shatter/experiment@10", ": it was written by a newer version of Shatter; update this one"],
    ["shatter/test@0", ": it was written by an older version of Shatter; draw it with that one"],
    ["other/test@1", ""],
    ["shatter/trial@1", ""],
  ])("refuses schema %s", (schema, why) => {
    expect(() => parse({ ...testResult(), schema })).toThrow(UsageError);
    expect(() => parse({ schema })).toThrow(
      `result.json: expected schema "shatter/test@1" or "shatter/experiment@1" or "shatter/theory@1" or "shatter/audit@1", got "${schema}"${why}`,
    );
  });

  test.each([
    [[]],
    [null],
    [1],
    [{}],
    [{ schema: 1 }],
    [{ schema: "toString" }],
  ])("refuses %j", (document) => {
    expect(() => parse(document)).toThrow(UsageError);
  });

  test.each([
    ['{"a": 1,\n  "b": x}', "line 2 column 8"],
    ['{"a": 1,\n "b"', "line 2"],
    [`[${'"x",\n'.repeat(5000)}y]`, "line 5001 column 1"],
    ['{"a": 1}\n\n}', "line 3"],
    ["", "line 1 column 1"],
  ])("names the place where %j is no JSON", (text, place) => {
    expect(() => parseResult(text, "result.json")).toThrow(DataError);
    expect(() => parseResult(text, "result.json")).toThrow(/^result\.json: expected JSON, got /);
    expect(() => parseResult(text, "result.json")).toThrow(place);
  });

  test("names the fields that are not what they should be", () => {
    const document = figure1b();
    const [first, ...others] = document.trials;
    const wrong = { ...first!, result: { ...first!.result, status: "lost", epochs: -1 } };
    expect(() => parse({ ...document, trials: [...others, wrong] })).toThrow(
      /^result\.json: expected a document of shatter\/experiment@1, got trials\[3\]\.result\.status: .*; trials\[3\]\.result\.epochs: /,
    );
  });

  test("tells at most three of many problems", () => {
    expect(() => parse({ schema: "shatter/experiment@1" })).toThrow(
      /name: .*; title: .*; source: .*; and \d+ more$/,
    );
  });
});
