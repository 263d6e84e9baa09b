import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeDataPath } from "../../src/data/data-options.ts";
import {
  type Dataset,
  datasetHash,
  exampleCount,
  exampleSize,
  takeExamples,
} from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { shapes } from "../../src/data/shapes.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-images-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** One example as sharp takes it. */
function imageOf({ inputs, shape }: Dataset, index: number): Sharp {
  const [, channels = 1, height = 1, width = 1] = shape;
  const size = exampleSize({ shape });
  const pixels = Uint8Array.from({ length: size }, (_, at) => {
    const channel = at % channels;
    return inputs[index * size + channel * height * width + (at - channel) / channels]!;
  });
  return sharp(pixels, { raw: { width, height, channels: channels as 1 | 3 } }).toColourspace(
    channels === 1 ? "b-w" : "srgb",
  );
}

async function put(path: string, content: Sharp | string | Uint8Array): Promise<void> {
  const place = join(folder, path);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(
    place,
    typeof content === "string" || content instanceof Uint8Array ? content : await content.toBuffer(),
  );
}

async function putAll(split: string, dataset: Dataset): Promise<void> {
  for (let index = 0; index < exampleCount(dataset); index++) {
    const name = dataset.classNames[dataset.labels[index]!]!;
    await put(join(split, name, `${index}.png`), imageOf(dataset, index).png());
  }
}

/** The first examples, their classes in the order that folders have. */
function sorted(dataset: Dataset, count: number): Dataset {
  const some = takeExamples(
    dataset,
    Uint32Array.from({ length: count }, (_, index) => index),
  );
  const classNames = [...dataset.classNames].sort();
  return {
    ...some,
    classNames,
    labels: some.labels.map((label) => classNames.indexOf(dataset.classNames[label]!)),
  };
}

/** An image of one color. */
const plain = (color: string, width = 4, height = 4): Sharp =>
  sharp({ create: { width, height, channels: 3, background: color } }).png();

/** Two classes of two images each. */
async function putTwo(split = ""): Promise<void> {
  for (const [index, color] of ["red", "lime", "blue", "white"].entries()) {
    await put(join(split, index < 2 ? "a" : "b", `${index}.png`), plain(color));
  }
}

const understoodOf = async (options: Parameters<typeof writeDataPath>[1] = {}): Promise<string> =>
  (await readData(writeDataPath(folder, options))).understood.join("\n");

describe("a folder of images", () => {
  test("gives the bytes that were written, in color and in gray", async () => {
    for (const data of [shapes(40, 20), await readDigits()]) {
      const [train, test] = [sorted(data.train, 30), sorted(data.test, 20)];
      await putAll("train", train);
      await putAll("test", test);
      const { splits } = await readData(folder);
      const hashes = await Promise.all([splits.train, splits.test, train, test].map(datasetHash));
      expect(hashes.slice(0, 2)).toEqual(hashes.slice(2));
      await rm(folder, { recursive: true });
    }
    await mkdir(folder);
  });

  test("has a name of its bytes and the title of its path", async () => {
    await putTwo("here/train");
    await putTwo("here/test");
    await putTwo("there/train");
    await putTwo("there/val");
    const [here, there] = [await readData(join(folder, "here")), await readData(join(folder, "there/"))];
    expect(here.splits.train.name).toMatch(/^data-[0-9a-f]{8}$/);
    expect(there.splits.train.name).toBe(here.splits.train.name);
    expect([here.splits.train.title, there.splits.train.title]).toEqual(["here", "there"]);
    expect(there.understood.join("\n")).toContain("there is no test folder, so val is the test split");
  });

  test("takes val as the test split only where there is no test folder", async () => {
    await putTwo("Train");
    await putTwo("test");
    await putTwo("val");
    const { splits, understood } = await readData(folder);
    expect(exampleCount(splits.test)).toBe(4);
    expect(understood).toContain("not read: val/");
  });

  test("without a test split is divided by seed and share within each class", async () => {
    for (let index = 0; index < 20; index++) {
      await put(`${index < 10 ? "a" : "b"}/${index}.png`, plain(`rgb(${index}, 0, 0)`));
    }
    const reds = async (options: object): Promise<number[]> => {
      const { splits } = await readData(writeDataPath(folder, options));
      return Array.from({ length: exampleCount(splits.test) }, (_, i) => splits.test.inputs[i * 48]!);
    };
    const usual = await reds({});
    expect(usual).toHaveLength(4);
    expect(usual.filter((red) => red < 10)).toHaveLength(2);
    expect(await reds({ splitSeed: 0, testShare: 0.2 })).toEqual(usual);
    expect(await reds({ splitSeed: 1 })).not.toEqual(usual);
    expect(await reds({ testShare: 0.5 })).toHaveLength(10);
    expect(await understoodOf()).toContain(
      "0.2 of each class (`testShare`), drawn with seed 0 (`splitSeed`)",
    );
  });

  test("sorts classes by numbers in their names, and keeps names in other scripts", async () => {
    for (const name of ["class 10", "class 2", "猫", "e\u0301te\u0301"]) {
      await put(`train/${name}/x 1.png`, plain("red"));
      await put(`test/${name}/y[1].png`, plain("blue"));
    }
    const { splits } = await readData(folder);
    expect(splits.train.classNames).toEqual(["class 2", "class 10", "\u00e9t\u00e9", "猫"]);
    expect([...splits.test.labels]).toEqual([0, 1, 2, 3]);
  });

  test("counts what it passes over, and follows no link out of it", async () => {
    await putTwo("data");
    await put("secret.png", plain("black"));
    await put("data/a/notes.txt", "notes");
    await put("data/a/.DS_Store", "");
    await put("data/.hidden/1.png", plain("black"));
    await put("data/stray.png", plain("black"));
    await symlink(join(folder, "secret.png"), join(folder, "data/a/out.png"));
    await symlink(join(folder, "data/b/2.png"), join(folder, "data/b/inside.png"));
    await symlink(join(folder, "data/b"), join(folder, "data/b/again"));
    const { splits, understood } = await readData(join(folder, "data"));
    expect(exampleCount(splits.train) + exampleCount(splits.test)).toBe(5);
    expect(understood).toContain(
      "passed over: files ending in .txt (1), hidden files and folders (2), images in no folder of a class (1), links out of the folder (1), links to folders (1)",
    );
  });

  test("turns images upright, sets them on white, and brings them to 8 bits and three channels", async () => {
    const rows = Uint8Array.from([0, 0, 0, 100, 100, 100, 200, 200, 200, 250, 250, 250]);
    const raw = { raw: { width: 2, height: 2, channels: 3 } } as const;
    await put("train/a/1.png", sharp(rows, raw).withMetadata({ orientation: 6 }).png());
    await put(
      "train/a/2.png",
      sharp({ create: { width: 2, height: 2, channels: 4, background: "#00000000" } }).png(),
    );
    const deep = sharp(Uint16Array.from([0, 300, 65535, 25700]), {
      raw: { width: 2, height: 2, channels: 1 },
    });
    await put("train/b/3.png", deep.toColourspace("grey16").png());
    await put("test/b/4.webp", sharp(rows, raw).webp({ lossless: true }));
    const { splits, understood } = await readData(folder);
    const red = (index: number): number[] => [...splits.train.inputs.subarray(index * 12, index * 12 + 4)];
    expect([red(0), red(1), red(2)]).toEqual([
      [200, 0, 250, 100],
      [255, 255, 255, 255],
      [0, 1, 255, 100],
    ]);
    expect(understood.join("\n")).toMatch(
      /1 image turned upright.*\n.*1 image with.*white\n.*1 image of 16 bits/,
    );
    expect(understood.join("\n")).toContain("1 image of gray given three equal channels");
    expect(understood).toContain('without test images: "a"');
  });

  test.each(["jpeg", "png", "webp", "avif", "gif", "tiff"] as const)("reads %s", async (format) => {
    for (const name of ["a", "b"]) {
      await put(`train/${name}/1.${format}`, plain("#404040", 16, 16).toFormat(format));
      await put(`test/${name}/1.${format}`, plain("#404040", 16, 16).toFormat(format));
    }
    const { splits } = await readData(folder);
    expect(splits.train.shape).toEqual([2, 3, 16, 16]);
    expect(Math.abs(splits.train.inputs[100]! - 64)).toBeLessThanOrEqual(2);
  });

  test("brings images to one size, cut or set on black", async () => {
    await putTwo("train");
    await put("test/a/wide.png", plain("white", 8, 4));
    const sizes =
      /images of one size, got 2 .*4 x 4 \(4, such as train.a.0.png\), 8 x 4 \(1, such as test.a.wide.png\)/;
    await expect(readData(folder)).rejects.toThrow(sizes);
    const cut = await readData(writeDataPath(folder, { size: 4 }));
    expect([...new Set(cut.splits.test.inputs)]).toEqual([255]);
    const whole = await readData(writeDataPath(folder, { size: 4, fit: "contain" }));
    expect([...whole.splits.test.inputs.subarray(0, 16)]).toEqual([
      0,
      0,
      0,
      0,
      ...new Array(8).fill(255),
      0,
      0,
      0,
      0,
    ]);
    expect(await understoodOf({ size: 4 })).toContain("1 image brought to 4 x 4");
  });
});

describe("a folder that is refused", () => {
  test.each([
    ["an empty folder", {}, /expected a folder of images for each class, got none, and no image/],
    ["images alone", { "1.png": "red" }, /got none, and images in no folder of a class \(1\)/],
    ["one class", { "a/1.png": "red", "a/2.png": "red" }, /expected at least two classes, got "a" only$/],
    [
      "the data in another folder",
      { "a/b/1.png": "red", "a/c/2.png": "red" },
      /got "a" only; if the folders in "a" are the data, give that folder/,
    ],
    ["one image a class", { "a/1.png": "red", "b/1.png": "red" }, /got one image of each class/],
    [
      "a class of test images only",
      { "train/a/1.png": "red", "train/b/1.png": "red", "test/c/1.png": "red" },
      /class "c": expected training images/,
    ],
    [
      "a test folder alone",
      { "test/a/1.png": "red", "test/b/1.png": "red" },
      /expected a folder "train" beside "test"/,
    ],
    [
      "splits without classes",
      { "train/1.png": "red", "test/1.png": "red" },
      /train: expected a folder of images for each class, got none, and images/,
    ],
  ])("is %s", async (_, files, message) => {
    for (const [path, color] of Object.entries(files)) await put(path, plain(color));
    await expect(readData(folder)).rejects.toThrow(message);
  });

  test("is a class without images, a file, nothing", async () => {
    await putTwo();
    await mkdir(join(folder, "empty"));
    await expect(readData(folder)).rejects.toThrow(/class "empty": expected training images/);
    await expect(readData(join(folder, "a/0.png"))).rejects.toThrow(
      /expected .*a folder of images, got a file of another kind/,
    );
    await expect(readData(join(folder, "c"))).rejects.toThrow(/got no such file/);
  });

  test("has files that cannot be read, unless they are to be left out", async () => {
    await putTwo("train");
    await putTwo("test");
    await put("train/a/text.png", "no image");
    await put("train/b/drawing.png", '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>');
    await expect(readData(folder)).rejects.toThrow(
      /2 files that cannot be read: train.b.drawing.png \(svg.*, train.a.text.png \(Input buffer contains.*by their headers alone/,
    );
    await rm(join(folder, "train/a/text.png"));
    await rm(join(folder, "train/b/drawing.png"));
    // Its header is whole.
    const noise = { type: "gaussian", mean: 128, sigma: 50 } as const;
    const create = { width: 256, height: 256, channels: 3, background: "gray", noise } as const;
    const jpeg = await sharp({ create }).jpeg().toBuffer();
    await put("train/a/cut.jpg", jpeg.subarray(0, jpeg.length / 2));
    await expect(readData(`${folder}?size=4`)).rejects.toThrow(
      /1 file that cannot be read: train.a.cut.jpg \((damaged|VipsJpeg: premature end of JPEG image)\);/,
    );
    const { splits, understood } = await readData(writeDataPath(folder, { size: 4, skipUnreadable: true }));
    expect(exampleCount(splits.train)).toBe(4);
    expect(understood.join("\n")).toContain("left out: 1 file that cannot be read: ");
  });

  test("is a bomb: an image of more pixels than any photograph", async () => {
    await putTwo("train");
    await putTwo("test");
    const huge = await readFile(join(folder, "train/a/0.png"));
    // The header's width and height.
    huge.writeUInt32BE(40_000, 16);
    huge.writeUInt32BE(40_000, 20);
    await put("train/a/huge.png", huge);
    await expect(readData(folder)).rejects.toThrow(/huge.png \(/);
  });

  test("would not fit into memory", async () => {
    await putTwo("train");
    await putTwo("test");
    // Of the process: a mock of a module would find it loaded by another file of tests.
    vi.spyOn(process, "constrainedMemory").mockReturnValueOnce(40_000);
    await expect(readData(writeDataPath(folder, { size: 64 }))).rejects.toThrow(
      /8 examples of 3 x 64 x 64 would take 0.4 MB as a network is given them: expected at most 40.0 kB where all/,
    );
  });

  test("has options that are not possible", async () => {
    await expect(readData(`${folder}?sise=4`)).rejects.toThrow(/unknown option "sise"; did you mean "size"/);
    await putTwo();
    await expect(readData(`${folder}?target=a`)).rejects.toThrow(
      /`target`: expected one of `testShare`, .* for a folder of images/,
    );
    await expect(readData(`${folder}?size=big`)).rejects.toThrow(/`size`: /);
    await expect(readData(`${folder}?fit=contain`)).rejects.toThrow(/`fit`: expected `size` beside it/);
    await expect(readData(`${folder}?test-share=1`)).rejects.toThrow(/`testShare`: /);
  });
});
