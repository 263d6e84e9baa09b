import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { checkConformance } from "../../src/data/conformance.ts";
import { clusterTest, countCopies } from "../../src/data/copies.ts";
import { writeDataPath } from "../../src/data/data-options.ts";
import { type Dataset, datasetHash, type Splits, takeExamples } from "../../src/data/dataset.ts";
import { groupCount, groupWorth, hasGroupLabels } from "../../src/data/groups.ts";
import { groupsOfPaths } from "../../src/data/node/path-groups.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { randomize, redrawLabels } from "../../src/data/randomize.ts";
import { readSplits, writeSplits } from "../../src/run/splits.ts";
import { npyFile, zipFile } from "./array-files.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-groups-"));
afterAll(() => rmSync(root, { recursive: true }));

let files = 0;
async function read(content: string, options: string) {
  const path = join(root, `t${files++}.csv`);
  writeFileSync(path, content);
  return await readData(`${path}?${options}`);
}

/** 40 persons with 1 to 5 rows each; a label a person, or a row. */
function persons(isOfPerson: boolean): string {
  const rows = ["person,x,sick"];
  for (let person = 0; person < 40; person++) {
    for (let row = 0; row <= person % 5; row++) {
      const label = isOfPerson ? person % 2 : (person + row) % 2;
      rows.push(`p${person},${100 * person + row},${label ? "yes" : "no"}`);
    }
  }
  return `${rows.join("\n")}\n`;
}
const personOf = (dataset: Dataset, row: number): number => Math.floor(dataset.inputs[row]! / 100);
const personsIn = (dataset: Dataset): Set<number> =>
  new Set(Array.from({ length: dataset.shape[0]! }, (_, row) => personOf(dataset, row)));

const OPTIONS = "target=sick&group=person";
const ofPerson = (await read(persons(true), OPTIONS)).splits;
const ofRow = (await read(persons(false), OPTIONS)).splits;

describe("groups of a table", () => {
  test.each([
    ["one label each", ofPerson],
    ["labels that differ", ofRow],
  ])("are never divided: %s", (_, { train, test: held }) => {
    const [seen, asked] = [personsIn(train), personsIn(held)];
    expect([...asked].filter((person) => seen.has(person))).toEqual([]);
    expect(asked.size).toBe(8);
    expect(train.shape[0]! + held.shape[0]!).toBe(120);
    expect(train.shape[1]).toBe(1);
    expect([groupCount(train), groupCount(held)]).toEqual([32, 8]);
    train.groups!.forEach((group, row) => {
      expect(group).toBe(personOf(train, row));
    });
  });

  test("are said, with how many there are", async () => {
    const { understood } = await read(persons(true), OPTIONS);
    expect(understood.join("\n")).toContain(
      'column "person" has the groups, and is no input: 32 in training',
    );
  });

  test("in two files may not stand in both", async () => {
    const folder = join(root, "both");
    await mkdir(folder);
    writeFileSync(join(folder, "train.csv"), "g,x,y\na,1,1\na,2,2\nb,3,1\n");
    writeFileSync(join(folder, "test.csv"), "g,x,y\nb,1,1\nc,2,2\n");
    await expect(readData(`${folder}?target=y&group=g`)).rejects.toThrow(
      'expected groups (column "g") that training has none of, got 1 that are in both',
    );
    await expect(readData(`${folder}?target=y&drop=g&test-share=0.5`)).rejects.toThrow(
      "`testShare`: the data have a test split of their own, so none is drawn; leave it out",
    );
  });

  test("survive being written and read", () => {
    expect(readSplits(writeSplits(ofRow))).toEqual({
      train: { ...ofRow.train, title: undefined },
      test: { ...ofRow.test, title: undefined },
    });
  });

  test("are worth fewer examples, and are one in what is measured", () => {
    const { test: held } = ofPerson;
    const members = Map.groupBy(held.groups!.keys(), (row) => held.groups![row]!);
    const squares = [...members.values()].reduce((sum, { length }) => sum + length ** 2, 0);
    expect(groupWorth(held)).toBeCloseTo(held.shape[0]! ** 2 / squares, 12);
    const { testWorthByClass } = countCopies(ofPerson);
    expect(testWorthByClass!.reduce((sum, worth) => sum + worth, 0)).toBeLessThanOrEqual(8);
    expect(new Set(clusterTest(ofPerson)).size).toBe(8);
  });
});

describe("groups of images", () => {
  /** 12 patients of two images each, all of one class. */
  async function writeImages(split = ""): Promise<string> {
    const folder = join(root, `images${files++}`, split);
    for (let patient = 0; patient < 12; patient++) {
      const place = join(folder, patient % 2 ? "sick" : "well");
      await mkdir(place, { recursive: true });
      for (const at of [0, 1]) {
        const color = { r: 20 * patient, g: 100 * at, b: 7 };
        const image = sharp({ create: { width: 4, height: 4, channels: 3, background: color } });
        await image.png().toFile(join(place, `patient${patient}_${at}.png`));
      }
    }
    return folder;
  }
  const told = async (folder: string, group: string) => {
    const { splits, understood } = await readData(writeDataPath(folder, { group, testShare: 0.34 }));
    return { ...splits, said: understood.join("\n") };
  };

  test("in folders are what a regular expression finds in paths", async () => {
    const folder = await writeImages();
    const { train, test: held, said } = await told(folder, "patient(\\d+)");
    expect([groupCount(train), groupCount(held)]).toEqual([8, 4]);
    const patients = ({ inputs }: Dataset) => new Set(inputs.filter((_, at) => at % 48 < 16));
    expect(patients(train).intersection(patients(held)).size).toBe(0);
    expect([train.shape[0], held.shape[0]]).toEqual([16, 8]);
    expect(said).toContain(
      "what patient(\\d+) finds in paths are the groups: 8 in training and 4 others in the test",
    );
    // Without parentheses it is all that is found.
    const whole = await told(folder, "patient\\d+");
    expect(await datasetHash(whole.train)).toBe(await datasetHash(train));
    expect(hasGroupLabels({ train, test: held })).toBe(true);
  });

  test("are refused where some have none, both splits have one, or it is no expression", async () => {
    const folder = await writeImages();
    await expect(told(folder, "patient(1\\d)_")).rejects.toThrow(
      /expected a group in the path of every image, found none in 20 of 24: .*patient/,
    );
    await expect(told(folder, "patient(")).rejects.toThrow(/`group`: expected a regular expression/);
    // This one would not end before the sun does.
    expect(() => groupsOfPaths([`${"a".repeat(60)}!`], "^(a+)+$", folder, 50)).toThrow(
      /took longer than 0.051 s/,
    );
    const both = join(await writeImages("train"), "..");
    await cp(join(both, "train"), join(both, "test"), { recursive: true });
    await expect(readData(writeDataPath(both, { group: "patient(\\d+)" }))).rejects.toThrow(
      "training has none of, got 12 that are in both",
    );
  });

  test("in arrays are an array, of both splits or of all", async () => {
    const bytes = (count: number, value: (at: number) => number): Uint8Array =>
      npyFile(
        "'|u1'",
        `(${count},)`,
        Uint8Array.from({ length: count }, (_, at) => value(at)),
      );
    const images = (count: number): Uint8Array =>
      npyFile(
        "'|u1'",
        `(${count}, 2, 2)`,
        Uint8Array.from({ length: 4 * count }, (_, at) => at >> 3),
      );
    const write = (entries: readonly (readonly [string, Uint8Array])[]): string => {
      const path = join(root, `a${files++}.npz`);
      writeFileSync(path, zipFile(entries));
      return path;
    };
    const all = write([
      ["X.npy", images(20)],
      ["y.npy", bytes(20, (at) => (at >> 1) % 2)],
      ["patient.npy", bytes(20, (at) => 40 + (at >> 1))],
    ]);
    const { splits, understood } = await readData(`${all}?group=patient`);
    expect([groupCount(splits.train), groupCount(splits.test)]).toEqual([8, 2]);
    expect(personsInPairs(splits.train).intersection(personsInPairs(splits.test)).size).toBe(0);
    expect(understood.join("\n")).toContain("patient has the groups: 8 in training and 2 others");
    await expect(readData(`${all}?group=person`)).rejects.toThrow(
      "expected an array person, which `group` names, got X, y, patient",
    );
    const pairs = (first: number) =>
      write([
        ["x_train.npy", images(8)],
        ["y_train.npy", bytes(8, (at) => at % 2)],
        ["groups_train.npy", bytes(8, (at) => at >> 1)],
        ["x_test.npy", images(4)],
        ["y_test.npy", bytes(4, (at) => at % 2)],
        ["groups_test.npy", bytes(4, (at) => first + (at >> 1))],
      ]);
    const { splits: given } = await readData(`${pairs(4)}?group=groups`);
    expect([[...given.train.groups!], [...given.test.groups!]]).toEqual([
      [0, 0, 1, 1, 2, 2, 3, 3],
      [4, 4, 5, 5],
    ]);
    await expect(readData(`${pairs(3)}?group=groups`)).rejects.toThrow("got 1 that are in both");
  });
});

/** Of images that are equal two by two. */
const personsInPairs = ({ inputs }: Dataset): Set<number> => new Set(inputs);

describe("labels of groups", () => {
  const REDRAWN = { inputs: "true", corrupt: 1 } as const;
  const PERMUTED = { ...REDRAWN, labels: "permute" } as const;

  test.each([
    ["redrawn, one a group", ofPerson, REDRAWN],
    ["permuted, one a group", ofPerson, PERMUTED],
    ["permuted, where they differ", ofRow, PERMUTED],
    ["half permuted, where they differ", ofRow, { ...PERMUTED, corrupt: 0.5 }],
  ])("pass their checks: %s", (_, splits, request) => {
    for (let seed = 0; seed < 10; seed++) {
      const lines = checkConformance(splits, randomize(splits, request, seed), request, seed);
      expect(lines.filter(({ ok }) => !ok)).toEqual([]);
      expect(lines.length).toBeGreaterThan(3);
    }
  });

  test("stay one a group, and groups keep their classes' number", () => {
    const { train } = randomize(ofPerson, PERMUTED, 4);
    const byGroup = Map.groupBy(train.groups!.keys(), (row) => train.groups![row]!);
    const given = [...byGroup.values()].map((rows) => new Set(rows.map((row) => train.labels[row]!)));
    expect(given.every(({ size }) => size === 1)).toBe(true);
    const yes = given.filter((labels) => labels.has(1)).length;
    const before = [...byGroup.values()].filter(([row]) => ofPerson.train.labels[row!] === 1).length;
    expect(yes).toBe(before);
    expect(train.labels).not.toEqual(ofPerson.train.labels);
  });

  test("that differ within groups of one size go from one group to one other as a whole", () => {
    // Each group has labels of its own: ten times the group, and its place.
    const count = 60;
    const base: Dataset = {
      name: "blocks",
      inputs: new Float32Array(count),
      shape: [count, 1],
      labels: Int32Array.from({ length: count }, (_, row) => row),
      groups: Int32Array.from({ length: count }, (_, row) => Math.floor(row / 4)),
      classNames: Array.from({ length: count }, (_, row) => String(row)),
    };
    const labels = redrawLabels({ train: base, test: base }, "train", { corrupt: 1, labels: "permute" }, 2);
    expect([...labels].sort((a, b) => a - b)).toEqual([...base.labels]);
    for (let group = 0; group < count / 4; group++) {
      const donors = new Set(labels.subarray(4 * group, 4 * group + 4).map((label) => Math.floor(label / 4)));
      expect(donors.size).toBe(1);
    }
    expect(labels).not.toEqual(base.labels);
  });

  test("are caught where one row of a group has another", () => {
    const randomized = randomize(ofPerson, REDRAWN, 1);
    const labels = randomized.train.labels.slice();
    const row = randomized.train.groups!.findIndex(
      (group, at) => at > 0 && randomized.train.groups![at - 1] === group,
    );
    labels[row] = 1 - labels[row]!;
    const wrong = { ...randomized, train: { ...randomized.train, labels } };
    const failed = checkConformance(ofPerson, wrong, REDRAWN, 1).filter(({ ok }) => !ok);
    expect(failed.map(({ check }) => check).join()).toContain(
      "labels that differ from the first of their group",
    );
  });

  test("are as before where nothing is grouped", () => {
    const { groups: _, ...train } = ofPerson.train;
    const { groups: __, ...held } = ofPerson.test;
    expect(hasGroupLabels({ train, test: held } as Splits)).toBe(false);
    expect(takeExamples(ofPerson.train, [3, 1]).groups).toEqual(
      Int32Array.of(ofPerson.train.groups![3]!, ofPerson.train.groups![1]!),
    );
  });
});

describe("a table refuses", () => {
  const ROWS = "a,b,y\n1,u,0\n2,v,1\n3,u,0\n4,v,1\n";
  test.each([
    [
      "several labels in a cell",
      "a,y\n1,cat;dog\n2,cat\n3,dog\n4,cat\n5,dog;cat\n",
      "",
      /labels divided by ";" in 2: "cat;dog" in row 2 of/,
    ],
    ["lists of labels", "a\ty\n1\t[cat, dog]\n2\t[cat]\n", "", "got lists in 2"],
    ["several targets", ROWS, "target=a,b", "expected one column as target, got 2: a, b"],
    [
      "a missing target",
      "a,y\n1,0\n2,\n3,1\n",
      "missing=mean",
      'got none in 1 of column "y", such as row 2 of examples',
    ],
    ["a column to drop that is not there", ROWS, "drop=c", "drop: unknown column"],
    ["the target to be dropped", ROWS, "drop=y", 'drop: column "y" is the target'],
    ["nothing left", ROWS, "drop=a,b", "expected a column that the target is to be told from"],
    [
      "a group that is missing",
      "g,a,y\n1,1,0\n,2,1\n2,3,0\n",
      "group=g&missing=mean",
      "expected a group in every row, got 1 without",
    ],
  ])("%s", async (_, content, options, message) => {
    await expect(read(content, options)).rejects.toThrow(message);
  });

  test("no names with commas in them, no two factors in a text, and what is called a class", async () => {
    const names = `a,y\n${["Smith, John", "Doe, Jane", "Roe, Ann"].flatMap((name, at) => [`${at},"${name}"`, `${at + 9},"${name}"`]).join("\n")}\n`;
    expect((await read(names, "")).splits.train.classNames).toHaveLength(3);
    const several = "a,y\n1,cat;dog\n2,cat\n3,dog\n4,cat\n5,dog\n6,cat;dog\n";
    expect((await read(several, "target-type=class")).splits.train.classNames).toHaveLength(3);
  });

  test("nothing that is dropped", async () => {
    const { splits, understood } = await read("id,a,y\nx-1,1,0\nx-2,2,1\nx-3,3,0\nx-4,4,1\n", "drop=id");
    expect(splits.train.shape[1]).toBe(1);
    expect(understood.join("\n")).toContain('columns that are left out: "id"');
  });
});
