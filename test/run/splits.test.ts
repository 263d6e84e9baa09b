import { describe, expect, test } from "vitest";
import { type Dataset, datasetHash } from "../../src/data/dataset.ts";
import { shapes } from "../../src/data/shapes.ts";
import { readSplits, writeSplits } from "../../src/run/splits.ts";
import { readSafetensors, writeSafetensors } from "../../src/train/safetensors.ts";
import { blobs } from "./values.ts";

const SHAPES = shapes(30, 20);

describe("splits as bytes", () => {
  test.each([
    ["pixels", SHAPES],
    ["numbers", blobs],
  ])("are the same splits again, of %s", async (_, splits) => {
    const again = readSplits(writeSplits(splits));
    expect(again).toEqual(splits);
    expect(await datasetHash(again.train)).toBe(await datasetHash(splits.train));
    expect(writeSplits(again)).toEqual(writeSplits(splits));
  });

  test.each<[string, Partial<Dataset>, string]>([
    [
      "a label of no class",
      { labels: new Int32Array(20).fill(10) },
      "shapes: test split: expected labels in [0, 10)",
    ],
    [
      "other shapes",
      { shape: [20, 3, 16, 64] },
      "shapes: expected test examples [3, 32, 32] as in training, got [3, 16, 64]",
    ],
    [
      "other types",
      { inputs: new Float32Array(20 * 3072) },
      "shapes: expected inputs of one type in both splits",
    ],
    [
      "other classes",
      { classNames: Array.from("0123456789") },
      "shapes: expected the same classes in both splits",
    ],
  ])("are not written with %s", (_, changes, message) => {
    expect(() => writeSplits({ ...SHAPES, test: { ...SHAPES.test, ...changes } })).toThrow(message);
  });

  const { tensors, metadata } = readSafetensors(writeSplits(SHAPES));
  test.each([
    ["without facts", writeSafetensors({ tensors, metadata: {} }), "splits: metadata: "],
    [
      "with facts that are none",
      writeSafetensors({ tensors, metadata: { splits: "{" } }),
      "splits: metadata: ",
    ],
    [
      "of another version",
      writeSafetensors({ tensors, metadata: { splits: "{}" } }),
      "splits: metadata.schema: ",
    ],
    [
      "without labels",
      writeSafetensors({ tensors: tensors.slice(1), metadata }),
      "expected inputs of U8 or F32 and labels of I32",
    ],
    ["cut off", writeSplits(SHAPES).slice(0, -1), "safetensors: "],
  ])("are not read %s", (_, bytes, message) => {
    expect(() => readSplits(bytes)).toThrow(
      expect.objectContaining({ name: "DataError", message: expect.stringContaining(message) }),
    );
  });
});
