import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { datasetHash } from "../../src/data/dataset.ts";
import { dataFolder } from "../../src/data/node/files.ts";
import { inspect } from "../../src/data/node/obtain.ts";
import { datasets, findDataset } from "../../src/data/registry.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { gzip, idxFile } from "./fixtures.ts";

vi.mock("node:os", async (original) => {
  const os = await original<typeof import("node:os")>();
  return { ...os, homedir: vi.fn(os.homedir) };
});

const SHARED = resolve(import.meta.dirname, "../../../shared/data");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-load-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

/** Writes six CIFAR-10 batches of two records each below the folder; batch b has labels b and b. */
async function writeCifar(inner: string): Promise<void> {
  await mkdir(join(folder, inner), { recursive: true });
  for (let batch = 1; batch <= 6; batch++) {
    const bytes = new Uint8Array(2 * 3073).fill(batch);
    const name = batch === 6 ? "test_batch.bin" : `data_batch_${batch}.bin`;
    await writeFile(join(folder, inner, name), bytes);
  }
}

const image = (value: number): Uint8Array => idxFile([1, 28, 28], new Uint8Array(784).fill(value));

describe("loadDataset", () => {
  test.each([
    "",
    "cifar10",
    "cifar-10-batches-bin",
    "cifar10/cifar-10-batches-bin",
  ])("finds CIFAR-10 in the folder %j", async (inner) => {
    await writeCifar(inner);
    const { train, test } = await loadDataset("cifar10", { dataDir: folder });
    expect([...train.labels]).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect([...test.labels]).toEqual([6, 6]);
  });

  test("finds MNIST packed or not, with a hyphen or a dot", async () => {
    await mkdir(join(folder, "mnist"));
    await writeFile(join(folder, "mnist", "train-images-idx3-ubyte.gz"), await gzip(image(1)));
    await writeFile(join(folder, "mnist", "train-labels.idx1-ubyte"), idxFile([1], [4]));
    await writeFile(join(folder, "mnist", "t10k-images.idx3-ubyte.gz"), await gzip(image(2)));
    await writeFile(join(folder, "mnist", "t10k-labels-idx1-ubyte"), idxFile([1], [5]));
    const { train, test } = await loadDataset("mnist", { dataDir: folder });
    expect([train.labels[0], test.labels[0], train.inputs[0], test.inputs[0]]).toEqual([4, 5, 1, 2]);
  });

  test("does not mix files of two folders", async () => {
    await writeCifar("cifar10");
    await writeCifar("cifar-10-batches-bin");
    await rm(join(folder, "cifar10", "data_batch_3.bin"));
    await writeFile(join(folder, "cifar10", "test_batch.bin"), new Uint8Array(3073).fill(9));
    expect((await loadDataset("cifar10", { dataDir: folder })).test.labels[0]).toBe(6);
  });

  test("says where it looked for a file, and what to do", async () => {
    await writeCifar("cifar10");
    await rm(join(folder, "cifar10", "data_batch_3.bin"));
    await expect(loadDataset("cifar10", { dataDir: folder })).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        message:
          `cifar10: expected data_batch_3.bin in one of ${folder}/cifar10, ${folder}/cifar-10-batches-bin, ${folder}, ` +
          `${folder}/cifar10/cifar-10-batches-bin; found only data_batch_1.bin, data_batch_2.bin, data_batch_4.bin, ` +
          `data_batch_5.bin, test_batch.bin (such as ${folder}/cifar10/data_batch_1.bin). ` +
          'Run "shatter data get cifar10", or pass `dataDir` with the folder that holds it',
      }),
    );
  });

  test.each([
    ["cifar10", "train.bin", "CIFAR-100"],
    ["cifar10", "data_batch_1", "the Python version of CIFAR-10; Shatter reads the binary version"],
    ["mnist", "mnist.npz", "Keras's copy, an archive of NumPy arrays"],
    ["mnist", "emnist-letters-train-images-idx3-ubyte.gz", "EMNIST's letters"],
  ])("says what lies in place of %s: %s", async (name, other, what) => {
    await writeFile(join(folder, other), "");
    await expect(loadDataset(name, { dataDir: folder })).rejects.toThrow(
      `; found ${folder}/${other}: ${what}. Run`,
    );
  });

  test("finds files in folders of their own names, and more images than MNIST has", async () => {
    for (const [name, bytes] of [
      ["train-images-idx3-ubyte", image(1)],
      ["train-labels-idx1-ubyte", idxFile([1], [4])],
      ["t10k-images-idx3-ubyte", idxFile([10_001, 28, 28], new Uint8Array(10_001 * 784))],
      ["t10k-labels-idx1-ubyte", idxFile([10_001], new Uint8Array(10_001))],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, name), bytes);
    }
    expect((await loadDataset("mnist", { dataDir: folder })).test.shape[0]).toBe(10_001);
  });

  test("tells a folder that cannot be looked into from a missing one", async () => {
    // A name too long is an error that is neither "missing" nor a file, whoever asks.
    await expect(loadDataset("mnist", { dataDir: join(folder, "x".repeat(300)) })).rejects.toThrow(
      expect.objectContaining({
        name: "DataError",
        message: expect.stringMatching(/: expected a file or none, got ENAMETOOLONG/),
      }),
    );
  });

  test.skipIf(process.getuid?.() === 0)("names the folder without permission, and what to do", async () => {
    await chmod(folder, 0o600);
    await expect(loadDataset("mnist", { dataDir: folder })).rejects.toThrow(/no permission: ask its owner/);
    await chmod(folder, 0o700);
  });

  test("names the file that is truncated", async () => {
    await writeCifar("");
    await writeFile(join(folder, "data_batch_2.bin"), new Uint8Array(3000));
    await expect(loadDataset("cifar10", { dataDir: folder })).rejects.toThrow(
      `${folder}/data_batch_2.bin: expected 1 to 10000 records of 3073 bytes, got 3000 bytes; record 0 is truncated`,
    );
  });

  test("names the gzip that is corrupt", async () => {
    const packed = await gzip(image(1));
    await writeFile(join(folder, "train-images-idx3-ubyte.gz"), packed.slice(0, 20));
    for (const name of ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]) {
      await writeFile(join(folder, name), image(1));
    }
    await expect(loadDataset("mnist", { dataDir: folder })).rejects.toThrow(
      `${folder}/train-images-idx3-ubyte.gz: expected a whole gzip file, got a corrupt or truncated one`,
    );
  });

  test("refuses a file that is far too long, without reading it", async () => {
    await writeCifar("");
    await writeFile(join(folder, "data_batch_1.bin"), new Uint8Array(30_730_001));
    await expect(loadDataset("cifar10", { dataDir: folder })).rejects.toThrow(
      `${folder}/data_batch_1.bin: expected at most 30730000 bytes, got 30730001; this is not the file it claims to be`,
    );
  });

  test("takes as many as are wanted, the same for the same seed", async () => {
    await writeCifar("");
    const options = { dataDir: folder, n: 4, testN: 1, seed: 2 };
    const { train, test } = await loadDataset("cifar10", options);
    expect([train.shape[0], test.shape[0]]).toEqual([4, 1]);
    expect((await loadDataset("cifar10", options)).train).toEqual(train);
    await expect(loadDataset("cifar10", { dataDir: folder, n: 11 })).rejects.toThrow(
      "cifar10: expected 1 to 10 training examples, got 11",
    );
  });

  test("draws any number of shapes, wherever data lies", async () => {
    const { train, test } = await loadDataset("shapes", { n: 30, testN: 5 });
    expect([train.shape, test.shape]).toEqual([
      [30, 3, 32, 32],
      [5, 3, 32, 32],
    ]);
  });
});

describe("findDataset", () => {
  test.each([
    [
      "CIFAR-10",
      'unknown dataset "CIFAR-10"; did you mean "cifar10"? (known: cifar10, mnist, digits, shapes, shapes-96)',
    ],
    [
      "minst",
      'unknown dataset "minst"; did you mean "mnist"? (known: cifar10, mnist, digits, shapes, shapes-96)',
    ],
    ["imagenet-21k", 'unknown dataset "imagenet-21k" (known: cifar10, mnist, digits, shapes, shapes-96)'],
  ])("refuses %s", (name, message) => {
    expect(() => findDataset(name)).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });

  test.each(datasets)("finds $name", (known) => {
    expect(findDataset(known.name)).toBe(known);
    if (known.kind === "stored") {
      for (const { md5, mirrors } of known.downloads) {
        expect(md5).toMatch(/^[0-9a-f]{32}$/);
        for (const mirror of mirrors) expect(mirror).toMatch(/^https:\/\/.+\/$/);
      }
    }
  });
});

describe("dataFolder", () => {
  test("is the one given, else of the environment, else in the cache", () => {
    vi.stubEnv("SHATTER_DATA", "/somewhere");
    expect(dataFolder("/given")).toBe(resolve("/given"));
    expect(dataFolder()).toBe(resolve("/somewhere"));
    vi.stubEnv("SHATTER_DATA", "");
    expect(dataFolder()).toMatch(/shatter.*data$/);
  });

  test("is in the current folder, with one warning, for a user without a home", async () => {
    // Another file may have loaded the module before, with the real home.
    vi.resetModules();
    const { dataFolder } = await import("../../src/data/node/files.ts");
    const { homedir } = await import("node:os");
    vi.stubEnv("SHATTER_DATA", "");
    vi.stubEnv("XDG_CACHE_HOME", "");
    vi.stubEnv("LOCALAPPDATA", "");
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    vi.mocked(homedir).mockImplementation(() => {
      throw new Error("uv_os_homedir returned ENOENT");
    });
    expect(dataFolder()).toBe(resolve("shatter-cache", "data"));
    expect(dataFolder()).toBe(resolve("shatter-cache", "data"));
    expect(dataFolder("/given")).toBe(resolve("/given"));
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^this user has no home folder: .*set HOME/)]]);
    if (process.platform === "linux") {
      vi.stubEnv("XDG_CACHE_HOME", "/caches");
      expect(dataFolder()).toBe("/caches/shatter/data");
    }
    vi.mocked(homedir).mockReset();
    warn.mockRestore();
  });
});

describe.skipIf(!existsSync(join(SHARED, "mnist")))(
  `the real MNIST (skipped where ${SHARED}/mnist is not there)`,
  () => {
    test("is official, whole, and read right", async () => {
      const mnist = findDataset("mnist");
      if (mnist.kind !== "stored") throw new Error("expected a stored dataset");
      for (const { md5, official } of await inspect(mnist, SHARED)) expect(md5).toBe(official);
      const { train, test: held } = await loadDataset("mnist", { dataDir: SHARED });
      expect(train.shape).toEqual([60_000, 1, 28, 28]);
      expect(held.shape).toEqual([10_000, 1, 28, 28]);
      // The first labels and the class counts that everybody knows.
      expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
      expect([...held.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
      expect(train.labels.filter((label) => label === 0).length).toBe(5923);
      expect((await datasetHash(train)).slice(0, 16)).toBe("82c0f982da191647");
    });
  },
);
