import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Splits } from "../../src/data/dataset.ts";
import {
  type ManifestRequest,
  makeManifest,
  readManifest,
  verifyManifest,
  writeManifest,
} from "../../src/data/manifest.ts";
import { parseNpy, writeNpy } from "../../src/data/npy.ts";
import { crop, PAPER_CROP } from "../../src/data/preprocess.ts";
import { randomize } from "../../src/data/randomize.ts";
import { subset } from "../../src/data/subset.ts";
import { listZip, writeZip } from "../../src/data/zip.ts";
import { splitsHash } from "../../src/train/prepare.ts";
import { noiseSplits } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-manifest-"));
afterAll(() => rmSync(folder, { recursive: true }));

const splits = noiseSplits(40, 20);
const REQUEST: ManifestRequest = { inputs: "true", corrupt: 1, labels: "redraw", seed: 3, crop: false };
const PYTHON = "python3";

/** Whether Python and NumPy are here. */
const hasNumpy = (() => {
  try {
    execFileSync(PYTHON, ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe("a manifest", () => {
  test.each<Partial<ManifestRequest>>([
    {},
    { inputs: "shuffled", corrupt: 0 },
    { inputs: "random", labels: "permute", corrupt: 0.5, n: 30, testN: 7 },
  ])("is read back as it was written, and is that of its data: %j", async (asked) => {
    const bytes = writeManifest(await makeManifest(splits, { ...REQUEST, ...asked }));
    const read = await readManifest(bytes, "x.npz");
    const again = await verifyManifest(read, splits, "x.npz");
    expect(writeManifest(again)).toEqual(bytes);
  });

  test("says what a trial is given", async () => {
    const request = { ...REQUEST, inputs: "random", n: 30, testN: 7 } as const;
    const { facts, arrays } = await makeManifest(splits, request);
    const used = subset(splits, { n: 30, testN: 7 }, 0);
    const randomized = randomize(used, request, 3);
    expect(facts.data).toMatchObject({
      hash: await splitsHash(used),
      randomizedHash: await splitsHash(randomized),
    });
    const [index, labels, orders] = ["train_index", "train_labels", "train_pixel_orders"].map(
      (name) => arrays.get(name)!,
    );
    expect(labels!.values).toEqual(randomized.train.labels);
    const moved = Uint8Array.from({ length: 30 * 108 }, (_, at) => {
      const [row, channel, pixel] = [Math.floor(at / 108), Math.floor((at % 108) / 36), at % 36];
      return splits.train.inputs[
        index!.values[row]! * 108 + channel * 36 + orders!.values[row * 36 + pixel]!
      ]!;
    });
    expect(moved).toEqual(randomized.train.inputs);
  });

  test("of numbers has what labels stand for, and of groups the groups", async () => {
    const values = Float64Array.from({ length: 10 }, (_, at) => at / 8);
    const told = (split: Splits["train"]) => ({
      ...split,
      classNames: ["y"],
      values,
      groups: Int32Array.from(split.labels, (_, at) => at >> 1),
    });
    const numbers = { train: told(splits.train), test: told(splits.test) };
    await expect(makeManifest(numbers, REQUEST)).rejects.toThrow("say `labels` permute");
    const bytes = writeManifest(await makeManifest(numbers, { ...REQUEST, labels: "permute" }));
    const read = await readManifest(bytes, "x.npz");
    expect(read.arrays.get("values")).toEqual({ shape: [10], values });
    expect(read.arrays.get("test_groups")!.shape).toEqual([20]);
    await verifyManifest(read, numbers, "x.npz");
  });

  test("of cropped images has the order of their pixels", async () => {
    const large: Splits = {
      train: {
        ...splits.train,
        inputs: new Uint8Array(4 * 30 * 31),
        shape: [4, 1, 30, 31],
        labels: splits.train.labels.slice(0, 4),
      },
      test: {
        ...splits.test,
        inputs: new Uint8Array(2 * 30 * 31),
        shape: [2, 1, 30, 31],
        labels: splits.test.labels.slice(0, 2),
      },
    };
    const { facts, arrays } = await makeManifest(large, { ...REQUEST, inputs: "shuffled", crop: true });
    expect(facts.data.shape).toEqual([1, 28, 28]);
    expect(arrays.get("pixel_order")!.shape).toEqual([784]);
    expect(facts.data.hash).toBe(await splitsHash({ train: crop(large.train), test: crop(large.test) }));
  });

  test("refuses noise, other data, and what was changed", async () => {
    await expect(makeManifest(splits, { ...REQUEST, inputs: "gaussian" })).rejects.toThrow("got gaussian");
    const made = await makeManifest(splits, REQUEST);
    const bytes = writeManifest(made);
    const read = await readManifest(bytes, "x.npz");
    await expect(verifyManifest(read, noiseSplits(41, 20), "x.npz")).rejects.toThrow(
      "expected data of 40 training and 20 test examples, got 41",
    );
    const others = {
      ...splits,
      train: { ...splits.train, inputs: splits.train.inputs.map((value) => value ^ 1) },
    };
    await expect(verifyManifest(read, others, "x.npz")).rejects.toThrow("the examples are others");
    const labels = made.arrays.get("train_labels")!;
    const changed = new Map(made.arrays).set("train_labels", {
      ...labels,
      values: (labels.values as Int32Array).map((v, at) => (at === 5 ? (v + 1) % 10 : v)),
    });
    await expect(readManifest(writeManifest({ ...made, arrays: changed }), "x.npz")).rejects.toThrow(
      /x\.npz: train_labels: expected numbers of the hash .*: they were changed/,
    );
    // A file that lies throughout is found by making it again.
    const lying = { ...read, arrays: new Map(read.arrays).set("train_labels", changed.get("train_labels")!) };
    await expect(verifyManifest(lying, splits, "x.npz")).rejects.toThrow(
      /x\.npz: train_labels: expected \d at 5, as seed 3 gives it, got \d/,
    );
    await expect(
      readManifest(writeZip([["a.npy", writeNpy({ shape: [1], values: Int32Array.of(1) })]]), "x.npz"),
    ).rejects.toThrow("expected an array manifest, got a.npy");
    await expect(
      readManifest(writeZip([["manifest.npy", writeNpy({ shape: [], values: ["{}"] })]]), "x.npz"),
    ).rejects.toThrow("manifest.schema: ");
    await expect(readManifest(bytes.subarray(0, 900), "x.npz")).rejects.toThrow(
      "x.npz: expected a zip archive",
    );
  });

  test.skipIf(!hasNumpy)(
    "is what the example in docs/data-elsewhere.md makes of it, in Python with NumPy",
    async () => {
      const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "data-elsewhere.md"), "utf8");
      const example = /```python\n(.*?)```/s.exec(page)![1]!;
      const wide: Splits = {
        train: {
          ...splits.train,
          inputs: splits.train.inputs.slice(0, 2 * 30 * 33),
          shape: [2, 1, 30, 33],
          labels: splits.train.labels.slice(0, 2),
        },
        test: {
          ...splits.test,
          inputs: splits.test.inputs.slice(0, 2 * 30 * 33),
          shape: [2, 1, 30, 33],
          labels: splits.test.labels.slice(0, 2),
        },
      };
      for (const [data, asked] of [
        [splits, { inputs: "shuffled", n: 30 }],
        [wide, { inputs: "shuffled", crop: true }],
        [wide, { inputs: "shuffled", crop: "central" }],
        [splits, {}],
      ] as const) {
        const request = { ...REQUEST, ...asked };
        const made = await makeManifest(data, request);
        writeFileSync(join(folder, "labels.npz"), writeManifest(made));
        writeFileSync(
          join(folder, "x.npy"),
          writeNpy({ shape: data.train.shape, values: data.train.inputs }),
        );
        const script = `import numpy as np\nx_train = np.load("x.npy")\n${example}\nnp.save("out.npy", x)\nnp.save("labels.npy", y)\n`;
        execFileSync(PYTHON, ["-c", script], { cwd: folder });
        const part = subset(data, { n: request.n ?? data.train.shape[0]!, testN: data.test.shape[0]! }, 0);
        const size = request.crop === true ? PAPER_CROP : request.crop;
        const used = size ? { train: crop(part.train, size), test: crop(part.test, size) } : part;
        const { train } = randomize(used, request, 3);
        const read = (name: string) => parseNpy(new Uint8Array(readFileSync(join(folder, name))), name);
        expect(read("out.npy")).toMatchObject({ shape: train.shape, values: train.inputs });
        expect(Int32Array.from(read("labels.npy").values as ArrayLike<number>)).toEqual(train.labels);
      }
    },
  );
});

describe("writeNpy and writeZip", () => {
  test("write what is read", async () => {
    for (const values of [
      Uint8Array.of(1, 2),
      Int32Array.of(-1, 2),
      Uint16Array.of(1, 65535),
      Uint32Array.of(1, 2 ** 32 - 1),
      Float32Array.of(0.5, -1),
    ]) {
      expect(
        Array.from(parseNpy(writeNpy({ shape: [1, 2], values }), "x").values as ArrayLike<number>),
      ).toEqual([...values]);
    }
    expect(parseNpy(writeNpy({ shape: [], values: ["é😀 {}"] }), "x")).toMatchObject({
      shape: [],
      values: ["é😀 {}"],
    });
    const files = [
      ["é.txt", Uint8Array.of(1, 2, 3)],
      ["b/empty", new Uint8Array(0)],
    ] as const;
    const entries = listZip(writeZip(files), { entries: 9, bytes: 99 }, "x");
    expect(await Promise.all(entries.map(async ({ name, read }) => [name, await read()]))).toEqual(files);
  });

  test.skipIf(!hasNumpy)("write what NumPy and Python read", () => {
    writeFileSync(
      join(folder, "a.npz"),
      writeZip([
        ["ints.npy", writeNpy({ shape: [2, 3], values: Int32Array.of(1, 2, 3, 4, 5, -6) })],
        ["text.npy", writeNpy({ shape: [], values: ["é😀"] })],
        ["none.npy", writeNpy({ shape: [], values: [""] })],
      ]),
    );
    const script =
      'import numpy as np, zipfile\nassert zipfile.ZipFile("a.npz").testzip() is None\n' +
      'f = np.load("a.npz")\nprint(f["ints"].tolist(), str(f["text"]) == "é😀", str(f["none"]) == "")';
    expect(execFileSync(PYTHON, ["-c", script], { cwd: folder, encoding: "utf8" }).trim()).toBe(
      "[[1, 2, 3], [4, 5, -6]] True True",
    );
  });
});
