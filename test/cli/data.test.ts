import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dataCommand } from "../../src/cli/data.ts";
import { idxFile } from "../data/fixtures.ts";

let folder = "";
let printed: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-data-"));
  printed = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text).trimEnd()) > 0);
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** Runs `shatter data` and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  printed = [];
  const command = dataCommand();
  for (const each of [command, ...command.commands])
    each.exitOverride().configureOutput({ writeErr: () => {} });
  await command.parseAsync(args, { from: "user" });
  return printed.join("\n");
}

/** Writes a small MNIST that is well formed, but not the official one. */
async function writeMnist(): Promise<void> {
  for (const split of ["train", "t10k"]) {
    const images = idxFile(
      [20, 28, 28],
      Array.from({ length: 20 * 784 }, (_, i) => (i * i) % 256),
    );
    await writeFile(join(folder, `${split}-images-idx3-ubyte`), images);
    await writeFile(
      join(folder, `${split}-labels-idx1-ubyte`),
      idxFile(
        [20],
        Array.from({ length: 20 }, (_, i) => i % 10),
      ),
    );
  }
}

/** Writes a CIFAR-10 of two images a file, well formed, but not the official one. */
async function writeCifar(): Promise<void> {
  for (const file of [1, 2, 3, 4, 5])
    await writeFile(join(folder, `data_batch_${file}.bin`), cifarFile(file));
  await writeFile(join(folder, "test_batch.bin"), cifarFile(0));
}

/** Two images of classes 0 and 1, each a label and 3 x 32 x 32 pixels. */
const cifarFile = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 3073 * 2 }, (_, i) =>
    i % 3073 === 0 ? Math.floor(i / 3073) : ((i + seed) * i) % 251,
  );

describe("shatter data check PATH", () => {
  beforeEach(async () => {
    for (const [index, color] of ["red", "lime", "blue", "red", "lime"].entries()) {
      const place = join(folder, "photos", index < 3 ? "train" : "test", index % 2 === 0 ? "cat" : "dog");
      await mkdir(place, { recursive: true });
      const image = sharp({ create: { width: 4, height: 4, channels: 3, background: color } });
      await image.png().toFile(join(place, `${index}.png`));
    }
  });

  test("says what was understood, counts, copies and hashes", async () => {
    const path = join(folder, "photos");
    const text = await run("check", path);
    expect(text).toContain(`${path} is read as a folder of images`);
    expect(text).toMatch(/train: 3 examples, hash [0-9a-f]{16}\n {2}cat +2\n {2}dog +1/);
    expect(text).toMatch(/test examples that stand in training +2/);
    const said = JSON.parse(await run("check", path, "--json", "--size", "2"));
    expect(said).toMatchObject({ name: "photos", shape: [3, 2, 2], bytes: 60, test: { count: 2 } });
    expect(said.understood.join()).toContain("5 images brought to 2 x 2");
  });

  test("writes down how they were read, and reads that", async () => {
    const file = join(folder, "shatter.data.yaml");
    const text = await run("check", join(folder, "photos"), "--size", "2", "--write", file);
    const hash = /hash ([0-9a-f]{64})/.exec(text)![1]!;
    expect(await readFile(file, "utf8")).toBe(
      `path: photos\nhash: ${/^[a-f]/.test(hash) ? hash : JSON.stringify(hash)}\nsize: 2\n`,
    );
    const again = JSON.parse(await run("check", file, "--json"));
    expect(again).toMatchObject({ name: "photos", hash, chosen: { size: 2 } });
    await expect(run("check", file, "--size", "3")).rejects.toThrow(
      /the files are others, or read otherwise/,
    );
    await expect(run("check", "digits", "--write", file)).rejects.toThrow(/--write: expected data at a path/);
    await expect(run("check", join(folder, "photos"), "--write", join(folder, "x.yaml"))).rejects.toThrow(
      /expected a name such as shatter\.data\.yaml/,
    );
  });

  test("refuses what is for data at a path with a name", async () => {
    await expect(run("check", "digits", "--size", "2")).rejects.toThrow(/`size` is for data at a path/);
  });
});

describe("shatter data manifest", () => {
  test("writes labels with their hashes, and compares", async () => {
    const file = join(folder, "labels.npz");
    const said = JSON.parse(
      await run("manifest", "digits", "--n", "50", "--inputs", "shuffled", "--out", file, "--json"),
    );
    expect(said).toMatchObject({ request: { n: 50, testN: 510, seed: 0, inputs: "shuffled", corrupt: 1 } });
    expect(await run("manifest", "digits", "--verify", file)).toContain(
      `${file} is the same: every label and permutation`,
    );
    await expect(run("manifest", "digits", "--verify", file, "--seed", "1")).rejects.toThrow(
      /`seed`: expected no such option beside `verify`/,
    );
    await expect(run("manifest", "shapes", "--verify", file)).rejects.toThrow(/the examples are others/);
    await expect(run("manifest", "digits", "--out", join(folder, "labels.csv"))).rejects.toThrow(
      /a name in \.npz/,
    );
  });
});

describe("shatter data list", () => {
  test("says what is here, what is not, and how to get it", async () => {
    await writeMnist();
    const text = await run("list", "--data-dir", folder);
    expect(text).toContain("not here: shatter data get cifar10");
    expect(text).toContain(folder);
    expect(text).toContain("comes with Shatter, nothing to fetch");
    expect(text).toContain("is drawn, nothing to fetch");
  });

  test("prints JSON", async () => {
    const rows = JSON.parse(await run("list", "--json", "--data-dir", folder)) as {
      name: string;
      where: unknown;
    }[];
    expect(rows.map(({ name, where }) => [name, where])).toEqual([
      ["cifar10", null],
      ["mnist", null],
      ["digits", "included"],
      ["shapes", "drawn"],
      ["shapes-96", "drawn"],
    ]);
  });
});

describe("shatter data get", () => {
  test("uses what is there, without network", async () => {
    await writeMnist();
    expect(await run("get", "mnist", "--data-dir", folder)).toBe(`mnist was already in ${folder}`);
    expect(await run("get", "digits")).toBe("digits comes with Shatter, there is nothing to fetch");
    expect(await run("get", "shapes")).toBe("shapes is drawn, there is nothing to fetch");
  });

  test("says what failed and what to do by hand", async () => {
    await expect(
      run("get", "cifar10", "--data-dir", folder, "--mirror", "http://127.0.0.1:1"),
    ).rejects.toThrow(
      /could not fetch them from http:\/\/127\.0\.0\.1:1\/cifar-10-binary\.tar\.gz \(.+\)\. Or fetch/,
    );
  });

  test("suggests the name that was meant", async () => {
    await expect(run("get", "cifar")).rejects.toThrow('unknown dataset "cifar"; did you mean "cifar10"?');
  });
});

describe("shatter data check", () => {
  test("counts readable data and fails because it is not official", async () => {
    await writeMnist();
    await expect(run("check", "mnist", "--data-dir", folder)).rejects.toThrow(
      "mnist: expected the official files, got train-images-idx3-ubyte not the official bytes",
    );
    expect(printed.join("\n")).toContain("train: 20 examples");
  });

  test("counts copies", async () => {
    await writeMnist();
    // Image 3 is image 2 under another label; test images 0, 1, 2 and 4 are training images, the last under another label.
    const pixels = (image: number): number[] => Array.from({ length: 784 }, (_, at) => (image * at) % 251);
    const write = (split: string, images: readonly number[]): Promise<void> =>
      writeFile(join(folder, `${split}-images-idx3-ubyte`), idxFile([20, 28, 28], images.flatMap(pixels)));
    const twenty = Array.from({ length: 20 }, (_, image) => image + 1);
    await write("train", twenty.with(3, twenty[2]!));
    await write(
      "t10k",
      twenty.map((image, at) => (at < 3 ? image : at === 4 ? twenty[5]! : image + 100)),
    );
    await expect(run("check", "mnist", "--json", "--data-dir", folder)).rejects.toThrow(/official/);
    expect(JSON.parse(printed.join("\n"))).toMatchObject({
      copies: { test: 4, testOtherLabel: 1, train: 1, trainOtherLabel: 1 },
    });
    await expect(run("check", "mnist", "--data-dir", folder)).rejects.toThrow(/official/);
    expect(printed.join("\n")).toMatch(
      /test examples that stand in training +4\n +of them under another label +1\n/,
    );
  });

  test("fails where files are missing, and prints JSON all the same", async () => {
    await expect(run("check", "cifar10", "--json", "--data-dir", folder)).rejects.toThrow(
      /^cifar10: expected data_batch_1\.bin in one of .+; found no such file\. Run "shatter data get cifar10"/,
    );
    expect(JSON.parse(printed.join("\n"))).toMatchObject({ name: "cifar10", official: false });
  });
});

describe("shatter data show", () => {
  test("writes a picture as PNG", async () => {
    await writeMnist();
    const out = join(folder, "mnist.png");
    expect(await run("show", "mnist", "--data-dir", folder, "--out", out, "--count", "3")).toBe(
      `wrote ${out}`,
    );
    const { format, width, height } = await sharp(out).metadata();
    expect(format).toBe("png");
    expect(width).toBeGreaterThan(900);
    expect(height).toBeGreaterThan(1000);
  });

  test("writes a picture as SVG, with a row a randomization and a caption an image", async () => {
    await writeMnist();
    const out = join(folder, "mnist.svg");
    const shown = JSON.parse(
      await run(
        "show",
        "mnist",
        "--data-dir",
        folder,
        "--out",
        out,
        "--count",
        "12",
        "--corrupt",
        "1",
        "--json",
      ),
    ) as { columns: { label: string; given: string }[] };
    const svg = await readFile(out, "utf8");
    for (const title of ["True", "Shuffled pixels", "Random pixels", "Gaussian", "Corrupted labels"]) {
      expect(svg).toContain(`>${title}</text>`);
    }
    expect(svg.match(/data:image\/png;base64,/g)?.length).toBe(5 * 12);
    expect(shown.columns.map(({ label }) => Number(label))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const moved = shown.columns.filter(({ label, given }) => label !== given);
    expect(svg.match(/class="given"/g)?.length).toBe(moved.length);
  });

  test("refuses another extension", async () => {
    await expect(run("show", "shapes", "--out", "x.jpg")).rejects.toThrow(
      "data show: expected --out with a name in .png or .svg, got x.jpg",
    );
  });

  test("shows augmented images of three epochs beside the true ones", async () => {
    await writeCifar();
    const [plain, augmented] = [join(folder, "plain.svg"), join(folder, "augmented.svg")];
    const args = ["show", "cifar10", "--data-dir", folder, "--count", "2"];
    await run(...args, "--out", plain);
    await run(...args, "--out", augmented, "--augment", "crop,flip,rotate:25");
    const tilesOf = async (file: string) => (await readFile(file, "utf8")).match(/data:image[^"]+/g)!;
    const [before, after] = [await tilesOf(plain), await tilesOf(augmented)];
    expect(after.length).toBe(before.length + 6);
    // True images are the same centers in both; those of each epoch are others.
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(new Set(after.slice(0, 8)).size).toBe(8);
    expect(await readFile(augmented, "utf8")).toContain("crop, flip, turned up to 25°");
  });

  test("refuses to draw windows from images that have but one", async () => {
    await writeMnist();
    await expect(run("show", "mnist", "--data-dir", folder, "--augment", "crop")).rejects.toThrow(
      "augment crop: expected images larger than 28 x 28, got 28 x 28",
    );
  });

  test.each([
    ["--corrupt", "2"],
    ["--count", "0"],
    ["--seed", "-1"],
    ["--augment", "rotate"],
  ])("refuses %s %s", async (option, value) => {
    await expect(run("show", "shapes", option, value)).rejects.toThrow(/expected/);
  });
});
