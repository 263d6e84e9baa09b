import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../src/data/data-options.ts";
import { readTable } from "../../src/data/node/read-table.ts";
import { USUAL } from "./array-files.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-table-"));
afterAll(() => rmSync(root, { recursive: true }));

async function read(content: string | Uint8Array, options: Partial<DataOptions> = {}, name = "a.csv") {
  const path = join(root, name);
  writeFileSync(path, content);
  const { splits, understood } = await readTable(path, { ...USUAL, testShare: 0.5, ...options });
  return { ...splits, understood: understood.join("\n") };
}

/** All rows of both splits, each as values and the name of its class, in order of the first value. */
function rowsOf({ train, test: held }: Awaited<ReturnType<typeof read>>): (string | number)[][] {
  return [train, held]
    .flatMap(({ inputs, labels, shape: [, width = 0], classNames }) =>
      Array.from(labels, (label, at) => [...inputs.slice(at * width, (at + 1) * width), classNames[label]!]),
    )
    .sort((a, b) => Number(a[0]) - Number(b[0]));
}

const PLAIN = "a,b,class\n1,0.5,no\n2,-1e3,yes\n3,.25,no\n4,7,yes\n";
const ROWS = [
  [1, 0.5, "no"],
  [2, -1000, "yes"],
  [3, 0.25, "no"],
  [4, 7, "yes"],
];

describe("readTable reads", () => {
  test.each([
    ["commas", PLAIN],
    ["Windows' line ends, and none at the end", PLAIN.replaceAll("\n", "\r\n").trimEnd()],
    ["an old Mac's line ends", PLAIN.replaceAll("\n", "\r")],
    ["empty lines", `\n${PLAIN.replaceAll("\n", "\n\n")}\n`],
    ["a mark of UTF-8", `\ufeff${PLAIN}`],
    ["quotes", PLAIN.replace("a,b", '"a","b"').replace("1,0.5,no", '"1","0.5","no"')],
    ["spaces", PLAIN.replaceAll(",", ", ")],
    ["tabs", PLAIN.replaceAll(",", "\t")],
    ["bars", PLAIN.replaceAll(",", "|")],
    ["semicolons", PLAIN.replaceAll(",", ";")],
    ["decimal commas", PLAIN.replaceAll(",", ";").replaceAll(".", ",")],
    ["UTF-16, little-endian", Buffer.from(`\ufeff${PLAIN}`, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${PLAIN}`, "utf16le").swap16()],
    ["gzip", gzipSync(PLAIN)],
  ])("%s", async (_, content) => {
    expect(rowsOf(await read(content))).toEqual(ROWS);
  });

  test("rows without a header, with the target by its number", async () => {
    const table = await read(PLAIN.split("\n").slice(1).join("\n"), { target: "3" });
    expect(rowsOf(table)).toEqual(ROWS);
    expect(table.understood).toContain("columns are called 1, 2, ...");
  });

  test("numbers as names of columns, if the target has its own", async () => {
    expect(rowsOf(await read(PLAIN.replace("a,b,class", "0,1,kind"), { target: "kind" }))).toEqual(ROWS);
  });

  test("a first row whose y is an answer, and no name", async () => {
    const table = await read("1,y\n2,n\n3,y\n4,n\n", { target: "2" });
    expect(rowsOf(table)).toEqual([
      [1, "y"],
      [2, "n"],
      [3, "y"],
      [4, "n"],
    ]);
  });

  test("classes that are numbers, in the order of their size", async () => {
    const { train } = await read("x,y\n1,10\n2,9\n3,10\n4,9\n");
    expect(train.classNames).toEqual(["9", "10"]);
  });

  test("quoted delimiters, line ends and quotes", async () => {
    const table = await read('x,label\n1,"a ""b"", c"\n2,"d\ne"\n3,"a ""b"", c"\n4,"d\ne"\n');
    expect(table.train.classNames).toEqual(['a "b", c', "d\ne"]);
  });

  test("Latin-1, with a warning", async () => {
    const table = await read(Buffer.from("x,label\n1,é\n2,a\n3,é\n4,a\n", "latin1"));
    expect(table.train.classNames).toEqual(["a", "é"]);
    expect(table.understood).toContain("text in windows-1252, columns divided by commas; it is no UTF-8");
  });

  test("categories, a column each", async () => {
    const table = await read("x,color,label\n1,red,a\n2,blue,b\n3,green,a\n4,red,b\n");
    expect(rowsOf(table)).toEqual([
      [1, 0, 0, 1, "a"],
      [2, 1, 0, 0, "b"],
      [3, 0, 1, 0, "a"],
      [4, 0, 0, 1, "b"],
    ]);
    expect(table.understood).toContain(
      'column "color" has 3 categories, a column of 0 and 1 each: blue, green, red',
    );
  });

  const HOLES = "x,z,color,label\n1,1,red,a\n2,,red,b\n3,3,?,a\n4,8,red,b\n";

  test("missing values: their rows are dropped", async () => {
    const table = await read(`${HOLES}5,5,red,a\n6,6,red,b\n`, { missing: "drop" });
    expect(rowsOf(table).map(([x]) => x)).toEqual([1, 4, 5, 6]);
    expect(table.understood).toContain("2 rows with missing values are dropped");
  });

  test("missing values: the mean of the training rows alone, and no category", async () => {
    const table = await read(HOLES, { missing: "mean" });
    const width = 3;
    const seen = Array.from({ length: 2 }, (_, at) => table.train.inputs[at * width]!).filter((x) => x !== 2);
    const values: Readonly<Record<number, number>> = { 1: 1, 3: 3, 4: 8 };
    const mean = seen.reduce((sum, x) => sum + values[x]!, 0) / seen.length;
    const rows = rowsOf(table);
    expect(rows[1]).toEqual([2, mean, 1, "b"]);
    expect(rows[2]).toEqual([3, 3, 0, "a"]);
  });

  test("a folder with a test of its own", async () => {
    const folder = mkdtempSync(join(root, "f-"));
    writeFileSync(join(folder, "train.csv"), PLAIN);
    writeFileSync(join(folder, "test.csv"), "a,b,class\n9,9,no\n");
    const { splits } = await readTable(folder, USUAL);
    expect([splits.train.shape, splits.test.shape]).toEqual([
      [4, 2],
      [1, 2],
    ]);
    writeFileSync(join(folder, "test.csv"), "a,b\n9,9\n");
    await expect(readTable(folder, USUAL)).rejects.toThrow('got "none" for "class" at 3');
  });

  test("and says what tells nothing", async () => {
    const rows = Array.from({ length: 20 }, (_, at) => `${at + 100},5,${at % 2}`);
    const { understood } = await read(["id,same,y", ...rows].join("\n"));
    expect(understood).toContain('columns with one value in all of training, which tells nothing: "same"');
    expect(understood).toContain(
      'columns that count the rows - an id, which tells nothing but the order of the file: "id"',
    );
  });
});

const many = (cell: (at: number) => string): string =>
  ["x,odd,label", ...Array.from({ length: 40 }, (_, at) => `${at},${cell(at)},${at % 2}`)].join("\n");

describe("readTable refuses", () => {
  test.each<[string, string | Uint8Array, Partial<DataOptions>, string]>([
    ["no target", "a,b\n1,2\n3,4\n", { testShare: 0.5 }, "got a, b; name it by `target`"],
    ["no target among names", "x,kind\n1,a\n2,b\n", {}, "got x, kind; name it by `target`"],
    ["two targets", "y,label\n1,a\n2,b\n", {}, "name it by `target`: y or label"],
    ["a target that is not there", PLAIN, { target: "clas" }, 'unknown column "clas"; did you mean "class"?'],
    [
      "a target of many numbers, as classes",
      many((at) => String(at)),
      { target: "x", targetType: "class" },
      "is it a number to be told? Say `targetType` number",
    ],
    [
      "a target with fractions, as classes",
      "x,y\n1,0.5\n2,1\n3,0.5\n4,1\n",
      { targetType: "class" },
      "got 0.5 for example 0; say `targetType` number",
    ],
    ["a text as a number", PLAIN, { targetType: "number" }, "expected one number an example, got texts"],
    [
      "numbers that are all equal",
      "x,y\n1,2\n2,2\n3,2\n",
      { targetType: "number" },
      "expected different numbers as target, got 2 in all examples",
    ],
    [
      "an option of images",
      PLAIN,
      { size: 8 },
      "`size`: expected one of `testShare`, `splitSeed`, `target`, `targetType`, `group`, `drop`, `missing`, `shape`, `layout`, `transpose` for a table",
    ],
    ["missing values", "x,y\n1,a\n,b\n3,a\n", {}, 'column "x" has 1 of 3; say by `missing`'],
    [
      "a missing target",
      "x,y\n1,a\n2,\n3,a\n4,b\n",
      { missing: "mean" },
      "expected a target in every row, got none in 1 of column",
    ],
    [
      "nothing that is whole",
      "x,y\n1,\n,b\n3,\n",
      { missing: "drop" },
      "expected rows without missing values, got none",
    ],
    ["rows of other lengths", "x,y\n1,a\n2,b,c\n", {}, 'got 3 in row 3, which begins with "2 b c"'],
    ["an open quote", 'x,y\n1,"a\n2,b\n', {}, 'line 2: expected a closing quote for "\\"a\\n2,b\\n"'],
    [
      "more behind a quote",
      'x,y\n1,"a"b\n2,b\n',
      {},
      'line 2: expected the end of a cell after its closing quote, got "b\\n2,b\\n"',
    ],
    ["one column", "x\n1\n2\n", {}, "expected two columns or more, divided by"],
    ["nothing", "", {}, "expected two columns or more"],
    ["a header alone", "x,y\n", {}, "expected two columns and two rows or more, got 2 and 1"],
    ["a name twice", "x,x,y\n1,2,a\n3,4,b\n", {}, 'got "x" twice'],
    ["bytes that are no text", Uint8Array.of(120, 44, 121, 0, 1), {}, "got a character of code 0 at byte 3"],
    [
      "dates",
      many((at) => `2024-01-${10 + at}`),
      {},
      'column "odd": expected numbers or categories, got dates or times such as "2024-01-10"',
    ],
    [
      "names of examples",
      many((at) => `n${at}`),
      {},
      'column "odd": expected at most 100 categories, fewer than examples by far, got 40 in 40 rows',
    ],
    [
      "a word among numbers",
      many((at) => (at === 6 ? "seven" : "1")),
      {},
      'column "odd": expected numbers, as in 39 of 40 rows, got "seven" in row 8 of',
    ],
    [
      "several columns, all at once",
      "n,d,y\n1,2024-01-01,a\n2,2024-01-02,b\n".concat(
        Array.from(
          { length: 40 },
          (_, at) => `n${at},2024-01-${10 + (at % 20)},${at % 2 ? "a" : "b"}\n`,
        ).join(""),
      ),
      {},
      'column "d": expected numbers or categories, got dates or times such as "2024-01-01"',
    ],
    ["infinity among numbers", many((at) => (at === 6 ? "inf" : "1")), {}, 'got "inf" in row 8 of'],
    ["a number beyond single precision", many(() => "1e300"), {}, "expected finite inputs, got Infinity"],
    [
      "thousands or decimals",
      many(() => "1,234").replaceAll(/^(\w+),(.*),(\w+)$/gm, "$1;$2;$3"),
      {},
      'expected to see what a comma means, got "1,234"',
    ],
    ["one class", "x,y\n1,a\n2,a\n", {}, "expected two classes or more, got only a"],
    ["classes of one example each", "x,y\n1,a\n2,b\n", {}, "expected a class of two examples or more"],
  ])("%s", async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
  });
});
