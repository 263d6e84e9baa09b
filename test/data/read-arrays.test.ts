import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { arrangeSplits } from "../../src/data/arrange.ts";
import type { FileArray } from "../../src/data/array.ts";
import { arrayRoles } from "../../src/data/array-names.ts";
import { classCounts, datasetHash } from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { readArrays } from "../../src/data/node/read-arrays.ts";
import { npyFile, USUAL, zipFile } from "./array-files.ts";

/** Written by NumPy: see scripts/data-fixtures.py. */
const FIXTURES = join(import.meta.dirname, "..", "fixtures", "data");
const folder = mkdtempSync(join(tmpdir(), "shatter-arrays-"));
afterAll(() => rmSync(folder, { recursive: true }));

const array = (shape: readonly number[], values: FileArray["values"], type = "uint8"): FileArray => ({
  where: "a",
  shape,
  type,
  values,
});
const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i);
const labels = (count: number): FileArray =>
  array(
    [count],
    bytes(count).map((i) => i % 2),
  );

describe("readArrays", () => {
  test("reads what medical sets write", async () => {
    const { splits, understood } = await readArrays(join(FIXTURES, "medical.npz"), USUAL);
    expect(splits.train.shape).toEqual([6, 3, 6, 5]);
    expect(splits.test.shape).toEqual([4, 3, 6, 5]);
    expect([...splits.train.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...splits.test.labels]).toEqual([2, 0, 1, 2]);
    expect(understood.join("\n")).toContain("left out: val_images, val_labels");
  });

  test("divides a pair of its own, with labels that are texts", async () => {
    const { splits, understood } = await readArrays(join(FIXTURES, "pair.npz"), {
      ...USUAL,
      testShare: 0.25,
    });
    expect(splits.train.shape).toEqual([9, 4]);
    expect(splits.train.classNames).toEqual(["ant", "bee", "cat"]);
    expect([classCounts(splits.train), classCounts(splits.test)]).toEqual([
      [3, 3, 3],
      [1, 1, 1],
    ]);
    expect(understood.join("\n")).toContain("3 of 12 examples are drawn for it");
  });

  test("reads one-hot labels", async () => {
    const { splits } = await readArrays(join(FIXTURES, "one-hot.npz"), USUAL);
    expect(splits.train.classNames).toEqual(["0", "1", "2"]);
    expect(classCounts(splits.train)).toEqual([3, 3, 3]);
  });

  test("gives the same hash as the same data read otherwise", async () => {
    const { train, test: held } = await readDigits();
    const files = [
      ["train", train],
      ["test", held],
    ].flatMap(([split, data]) => {
      const { inputs, labels: numbers } = data as typeof train;
      const count = numbers.length;
      const long = new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
      return [
        [`x_${split}`, npyFile("'|u1'", `(${count}, 8, 8)`, inputs as Uint8Array)],
        [`y_${split}`, npyFile("'<i8'", `(${count},)`, long)],
      ] as [string, Uint8Array][];
    });
    const archive = join(folder, "digits.npz");
    writeFileSync(archive, zipFile(files.map(([name, file]) => [`${name}.npy`, file])));
    for (const [name, file] of files) writeFileSync(join(folder, `${name}.npy`), file);
    for (const path of [archive, folder, join(folder, "x_train.npy")]) {
      const { splits } = await readArrays(path, USUAL);
      expect(await datasetHash(splits.train)).toBe(await datasetHash(train));
      expect(await datasetHash(splits.test)).toBe(await datasetHash(held));
    }
  });

  test.each([
    [
      [
        ["x_train", "(4, 2)"],
        ["y_train", "(3,)"],
      ],
      "y_train: expected 4 labels, one an example of",
    ],
    [
      [
        ["x_train", "(4, 2)"],
        ["y_train", "(4,)"],
        ["x_test", "(4, 3)"],
        ["y_test", "(4,)"],
      ],
      "x_test: expected examples [2] of pixels as in",
    ],
    [
      [
        ["x_train", "(4, 2)"],
        ["y_train", "(4,)"],
        ["x_test", "(4, 3)"],
      ],
      "expected inputs and labels of the test, got inputs alone",
    ],
    [
      [
        ["images", "(4, 2)"],
        ["X", "(4, 2)"],
        ["y", "(4,)"],
      ],
      "expected one array of all inputs, got images and X",
    ],
    [[["weights", "(4, 2)"]], "got weights"],
    [[], "got none"],
    [
      [
        ["X", "(4,)"],
        ["y", "(4,)"],
      ],
      "expected rows [count, columns], gray images",
    ],
    [
      [
        ["X", "(0, 2)"],
        ["y", "(0,)"],
      ],
      "there are none",
    ],
    [
      [
        ["X", "(4, 3, 2, 3)"],
        ["y", "(4,)"],
      ],
      "say it by `layout`",
    ],
  ] as const)("refuses arrays %j", async (files, message) => {
    const path = join(folder, "refused.npz");
    const product = (shape: string): number =>
      shape.match(/\d+/g)!.reduce((size, axis) => size * Number(axis), 1);
    writeFileSync(
      path,
      zipFile(
        files.map(([name, shape]) => [
          `${name}.npy`,
          npyFile(
            "'|u1'",
            shape,
            bytes(product(shape)).map((i) => i % 2),
          ),
        ]),
      ),
    );
    await expect(readArrays(path, USUAL)).rejects.toThrow(message);
  });

  test("refuses what is not there", async () => {
    await expect(readArrays(join(folder, "none.npz"), USUAL)).rejects.toThrow("no such file");
    await expect(readArrays(join(folder, "none"), USUAL)).rejects.toThrow("no such file");
  });
});

describe("arrayRoles", () => {
  test.each([
    ["Keras", ["x_train", "y_train", "x_test", "y_test"]],
    ["scikit-learn", ["X_train", "y_train", "X_test", "y_test"]],
    ["medical sets", ["train_images", "train_labels", "test_images", "test_labels"]],
  ])("knows the names of %s", (_, names) => {
    expect(arrayRoles(names, "a")).toEqual({
      train: { inputs: names[0], labels: names[1] },
      test: { inputs: names[2], labels: names[3] },
      classNames: undefined,
      others: [],
    });
  });

  test("takes the labels that `target` names", () => {
    expect(arrayRoles(["data", "fine", "coarse"], "a", "fine").train).toEqual({
      inputs: "data",
      labels: "fine",
    });
    expect(() => arrayRoles(["data", "fine"], "a", "age")).toThrow('where `target` "age" names the labels');
  });
});

describe("arrangeSplits", () => {
  const shapeOf = (shape: readonly number[], options = {}): readonly number[] => {
    const inputs = array(shape, bytes(shape.reduce((product, size) => product * size, 1)));
    return arrangeSplits(
      "a",
      { train: { inputs, labels: labels(4) } },
      { ...USUAL, testShare: 0.5, ...options },
    ).splits.train.shape;
  };

  test.each([
    [[4, 2, 3, 3], { layout: "channels-last" }, [2, 3, 2, 3]],
    [[4, 3, 2, 3], { layout: "channels-first" }, [2, 3, 2, 3]],
    [[4, 5, 6, 1], {}, [2, 1, 5, 6]],
    [[4, 1, 5, 6], {}, [2, 1, 5, 6]],
    [[4, 2, 5, 6], {}, [2, 2, 5, 6]],
    [[4, 5, 6], {}, [2, 1, 5, 6]],
    [[4, 5, 6], { transpose: true }, [2, 1, 6, 5]],
    [[4, 7], {}, [2, 7]],
  ])("takes %j with %j for %j", (shape, options, expected) => {
    expect(shapeOf(shape, options)).toEqual(expected);
  });

  test("moves channels and exchanges height and width", () => {
    const test = { inputs: array([2, 1, 2, 3], bytes(12)), labels: labels(2) };
    const inputsOf = (options = {}) => [
      ...arrangeSplits("a", { train: test, test }, { ...USUAL, ...options }).splits.train.inputs.subarray(
        0,
        6,
      ),
    ];
    expect(inputsOf({ layout: "channels-last" })).toEqual([0, 3, 1, 4, 2, 5]);
    expect(inputsOf({ layout: "channels-first", transpose: true })).toEqual([0, 3, 1, 4, 2, 5]);
    expect(inputsOf({ layout: "channels-last", transpose: true })).toEqual([0, 3, 1, 4, 2, 5]);
    expect(inputsOf({ layout: "channels-first" })).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each([
    [
      array([4], Float64Array.of(0, Number.NaN, 2, Number.NaN), "float64"),
      "expected a label for every example, got NaN for 2 of 4, such as example 1, 3",
    ],
    [
      array([4, 2], Uint8Array.of(1, 0, 1, 1, 0, 1, 0, 1)),
      "got [1, 1] for example 1; several labels an example",
    ],
    [array([4], Uint8Array.of(1, 1, 1, 1)), "expected two classes or more, got only 1"],
  ])("refuses labels %#", (wrong, message) => {
    expect(() =>
      arrangeSplits("a", { train: { inputs: array([4, 1], bytes(4)), labels: wrong } }, USUAL),
    ).toThrow(message);
  });

  test("refuses nearly as many labels as images", () => {
    const train = { inputs: array([30, 1, 1], bytes(30)), labels: array([30], bytes(30)) };
    expect(() => arrangeSplits("a", { train }, USUAL)).toThrow(
      "got 30 values in 30 examples; is it a number to be told? Say `targetType` number",
    );
  });

  test("names classes", () => {
    const train = { inputs: array([4, 1], bytes(4)), labels: labels(4) };
    expect(
      arrangeSplits("a", { train, classNames: ["cat", "dog", "ox"] }, USUAL).splits.train.classNames,
    ).toHaveLength(3);
    expect(() => arrangeSplits("a", { train, classNames: ["cat"] }, USUAL)).toThrow(
      "expected labels in [0, 1)",
    );
  });
});
