import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { dataFileJsonSchema, isDataFile, parseDataFile, writeDataFile } from "../../src/data/data-file.ts";
import { describedPreprocess, pathFrom } from "../../src/data/node/data-file.ts";
import { readData } from "../../src/data/node/read-data.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-description-"));
afterAll(() => rmSync(root, { recursive: true }));
const put = (name: string, text: string): string => {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const rows = Array.from({ length: 40 }, (_, at) => `${at / 8},${at % 3},${at % 2}`).join("\n");
const table = put("here/rows.csv", `a,b,c\n${rows}\n`);

describe("a description of data", () => {
  test("says what the options beside a path say", async () => {
    const file = put(
      "here/shatter.data.yaml",
      "title: Rows\npath: rows.csv\ntarget: b\ntestShare: 0.5\npreprocess: none\n",
    );
    const [described, told] = [await readData(file), await readData(`${table}?target=b&test-share=0.5`)];
    expect(described.hash).toBe(told.hash);
    expect(described.splits.train.title).toBe("Rows");
    expect(described.understood[1]).toBe(
      `${file} describes them: \`target\` b, \`testShare\` 0.5; it has no \`hash\`, so that other data would be taken as well`,
    );
    expect(await describedPreprocess(file)).toBe("none");
    const over = await readData(`${file}?target=c`);
    expect(over.splits.train.classNames).toEqual(["0", "1"]);
    expect(over.understood).toContain("`target` is c, as was said beside the description");
  });

  test("keeps what was chosen, and is read as the same", async () => {
    const { chosen, hash } = await readData(`${table}?target=b`);
    expect(chosen).toEqual({ target: "b", testShare: 0.2, splitSeed: 0 });
    const file = put("here/again.data.yaml", writeDataFile({ path: "rows.csv", hash, options: chosen! }));
    expect((await readData(file)).hash).toBe(hash);
  });

  test("refuses other data than it was written for", async () => {
    const file = put("here/hash.data.yaml", `path: rows.csv\ntarget: b\nhash: ${"f".repeat(64)}\n`);
    await expect(readData(file)).rejects.toThrow(
      /expected data of the hash ffff.* the files are others, or read otherwise/,
    );
  });

  test("is of its own folder, unless it says another in it", async () => {
    put("folder/train.csv", `a,label\n${rows.replaceAll(/,\d+$/gm, "").replaceAll(",", ",")}\n`);
    put("folder/test.csv", "a,label\n1,0\n2,1\n");
    const { understood } = await readData(put("folder/shatter.data.yaml", ""));
    expect(understood.join("\n")).toContain("a table (.csv, .tsv)");
    const plain = await readData(join(root, "folder"));
    expect(plain.understood[1]).toBe(
      "shatter.data.yaml lies in it and is not read: give that file as `data` to have it so",
    );
  });

  test.each([
    ["../here/rows.csv", /got "\.\.\/here\/rows\.csv", which is out of it/],
    ["/etc/passwd", /which is out of it/],
    ["C:\\\\data", /which is out of it/],
    ["sub/../../here/rows.csv", /which is out of it/],
    ["link.csv", /a link out of it/],
    ["shatter.data.yaml", /another description/],
    ["none.csv", /got no such file: none\.csv/],
  ])("does not leave its folder by %s", async (path, message) => {
    const file = put("home/evil.data.yaml", `path: "${path}"\ntarget: b\n`);
    put("home/shatter.data.yaml", "path: rows.csv\n");
    try {
      symlinkSync(table, join(root, "home", "link.csv"));
    } catch {}
    await expect(readData(file)).rejects.toThrow(message);
  });

  test("says where it is wrong", () => {
    const text = "path: rows.csv\nsize: big\nfitt: crop\nsize: 3\ntestShare: 2\nhash: 12\nlayout: [crop]\n";
    expect(() => parseDataFile(text, "x.data.yaml")).toThrow(
      [
        'x.data.yaml:2:7: size: expected number, got "big"',
        'x.data.yaml:3:1: fitt: unknown field; did you mean "fit"?',
        "x.data.yaml:4:1: size: expected once, got it again",
        "x.data.yaml:5:12: testShare: expected number to be <1, got 2",
        "x.data.yaml:6:7: hash: expected string, got 12",
        'x.data.yaml:7:9: layout: expected one of "channels-first"|"channels-last", got [crop]',
      ].join("\n"),
    );
    expect(() => parseDataFile("- a\n", "x.data.yaml")).toThrow("x.data.yaml:1:1: expected fields such as");
    expect(() => parseDataFile("a: &b\nc: *b\n{", "x.data.yaml")).toThrow("x.data.yaml:");
  });

  test("is written such that it reads back, whatever texts are in it", () => {
    for (const target of ["a: b", "true", "1", "", "é😀\n#", "'\"", "- x", "no", "*a"]) {
      const facts = {
        title: target || "t",
        path: "a b",
        hash: "1".repeat(64),
        preprocess: "none",
        options: { target: target || "t", size: 3, transpose: true },
      } as const;
      expect(parseDataFile(writeDataFile(facts), "x.data.yaml")).toEqual(facts);
    }
  });

  test("has a name of its own, and a place beside or above the data", () => {
    expect(["shatter.data.yaml", "data.yaml", "a/b.data.yml", "b.data.json"].every(isDataFile)).toBe(true);
    expect(["mydata.yaml", "data.csv", "a.data", "x.yaml"].some(isDataFile)).toBe(false);
    expect(pathFrom(join(root, "shatter.data.yaml"), join(root, "here"))).toBe("here");
    expect(pathFrom(join(root, "here", "x.data.yaml"), join(root, "here"))).toBe(".");
    expect(() => pathFrom(join(root, "here", "x.data.yaml"), root)).toThrow(
      "expected a place beside or above the data",
    );
  });

  test("has a schema that takes what is read, and describes every field", () => {
    const schema = dataFileJsonSchema() as { properties: Record<string, { description?: string }> };
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const whole = readFileSync(join(root, "here", "shatter.data.yaml"), "utf8");
    expect(validate(parseDocument(whole).toJS())).toBe(true);
    expect(validate({})).toBe(true);
    expect(validate({ size: 0 })).toBe(false);
    expect(validate({ sise: 1 })).toBe(false);
  });
});
