import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import { measured, plain, type Table } from "../../../src/document/table.ts";
import { tableCsv } from "../../../src/report/csv.ts";
import { markdownRows } from "../../../src/report/grid/markdown.ts";
import { gridOf } from "../../../src/report/grid/table-grid.ts";
import { figure1b, measuredShare, missing, table1 } from "../experiment/fixture.ts";

const columns = [plain("model", "Model"), measured("test", "Test accuracy", "share")];
const table = (rows: Table["rows"]): Table => ({
  name: "t",
  title: "T",
  caption: "",
  columns,
  rows,
});
const textsOf = (rows: ReturnType<typeof gridOf>["rows"]) => rows.map((row) => row.map(({ text }) => text));

describe("gridOf", () => {
  test("puts the paper's numbers and the differences beside ours", () => {
    const grid = gridOf(table1().tables[0]!);
    expect(markdownRows({ ...grid, rows: grid.rows.slice(12, 17) })).toMatchInlineSnapshot(`
      "| Model | Labels | Random crop | Weight decay | Parameters | Train accuracy, %: ours (n) | paper | diff. | Test accuracy, %: ours (n) | paper | diff. | Epochs (n) |
      | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
      | alexnet | random | no | no | 1,387,786 | — | 99.82 | — | — | 9.86 | — | — |
      | mlp-3x512 | true | no | yes | 1,735,178 | 100.00 (1) | 100.00 | 0.00 | 53.71 (1) | 53.35 | +0.36 | 26 (1) |
      | mlp-3x512 | true | no | no | 1,735,178 | 100.00 (1) | 100.00 | 0.00 | 51.97 (1) | 52.39 | −0.42 | 26 (1) |
      | mlp-3x512 | random | no | no | 1,735,178 | 100.00 (1) | 100.00 | 0.00 | 10.10 (1) | 10.48 | −0.38 | 64 (1) |
      | mlp-1x512 | true | no | yes | 1,209,866 | 99.86 ± 0.02 (3) | 99.80 | +0.06 | 50.77 ± 0.15 (3) | 50.39 | +0.38 | 27.0 ± 2.5 (3) |"
    `);
    expect(grid.notes).toEqual([
      "Means over seeds, ± the 95 % interval (Student’s t); n is the number of seeds.",
      "Differences are ours minus the paper’s, for percentages in percentage points.",
      "— is not measured.",
    ]);
  });

  test("marks what needs a word, the same words with the same mark", () => {
    const { rows, footnotes } = gridOf(figure1b().tables[0]!);
    expect(rows.at(-1)!.map(({ text, mark }) => text + mark)).toEqual([
      "mlp-1x512",
      "100 %",
      ...["—a", "55", "—", "—a", "1.96×", "—"],
    ]);
    expect(footnotes).toEqual([{ mark: "a", text: "not reached in 64 epochs" }]);
  });

  test("says n once where it is the same, and has no columns for a paper that has no numbers", () => {
    const { groups, rows, notes } = gridOf(
      table([{ model: { text: "a" }, test: measuredShare([0.5, 0.51, 0.52]) }]),
    );
    expect(groups.map(({ title, parts }) => [title, parts])).toEqual([
      ["Model", []],
      ["Test accuracy, %", []],
    ]);
    expect(textsOf(rows)).toEqual([["a", "51.00 ± 2.48"]]);
    expect(notes).toEqual(["Means over seeds, ± the 95 % interval (Student’s t); n = 3 seeds."]);
  });

  test("leaves the paper's side empty where it has no number", () => {
    const rows = [{ test: measuredShare([0.5], 0.4) }, { test: measuredShare([0.5]) }];
    expect(textsOf(gridOf(table(rows)).rows)).toEqual([
      ["", "50.00", "40.00", "+10.00"],
      ["", "50.00", "", ""],
    ]);
  });

  test("says so where there is one seed", () => {
    expect(gridOf(table([{ test: measuredShare([0.5]) }])).notes).toEqual([
      "One seed (n = 1), so there are no intervals.",
    ]);
  });

  test("lets a table be whose cells are all missing, or not there", () => {
    const grid = gridOf(table([{ model: { text: "a" }, test: missing(0.5) }, {}]));
    expect(textsOf(grid.rows)).toEqual([
      ["a", "—", "50.00", "—"],
      ["", "", "", ""],
    ]);
    expect(grid.notes).toEqual(["— is not measured."]);
    expect(gridOf(table([])).rows).toEqual([]);
  });

  test("has marks for more notes than letters", () => {
    const rows = Array.from({ length: 28 }, (_, index) => ({ test: missing(null, `note ${index}`) }));
    expect(
      gridOf(table(rows))
        .footnotes.map(({ mark }) => mark)
        .slice(25),
    ).toEqual(["z", "aa", "ab"]);
  });
});

describe("tableCsv", () => {
  test("keeps every digit, and leaves what is missing empty", () => {
    const { tables } = table1();
    const records = csvParse(tableCsv(tables[0]!));
    const measured = tables[0]!.rows.at(-1)!["test"]!;
    if (!("measurement" in measured)) throw new Error("expected a measurement");
    expect(Number(records.at(-1)!["test"])).toBe(measured.measurement.value);
    expect(Number(records.at(-1)!["testLow"])).toBe(measured.measurement.low);
    expect(records[0]).toMatchObject({
      model: "inception",
      crop: "true",
      parameters: "1649402",
      test: "",
      testLow: "",
      testN: "0",
      testPaper: "0.8905",
      testNote: "not measured",
    });
  });
});
