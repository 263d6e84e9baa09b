import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { pack } from "tar-stream";
import { afterAll, expect, test } from "vitest";
import { datasetHash } from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-ilsvrc-"));
afterAll(() => rmSync(root, { recursive: true }));

async function tarOf(members: readonly (readonly [name: string, content: Uint8Array])[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of members) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  return Buffer.concat((await Array.fromAsync(archive)) as Uint8Array[]);
}

const image = (red: number): Promise<Buffer> =>
  sharp({ create: { width: 4, height: 4, channels: 3, background: { r: red, g: 9, b: 9 } } })
    .jpeg()
    .toBuffer();

const TRAIN = [
  ["n02", "n02_7.JPEG", 200],
  ["n02", "n02_9.JPEG", 220],
  ["n01", "n01_3.JPEG", 20],
] as const;
const VALIDATION = [
  ["ILSVRC2012_val_00000001.JPEG", "n01", 30],
  ["ILSVRC2012_val_00000002.JPEG", "n02", 210],
] as const;

/** ImageNet of five images, packed as it is downloaded or unpacked, with labels as TensorFlow's package or Kaggle has them. */
async function imagenet(name: string, form: "archives" | "folders", labels: "synsets" | "kaggle" | "none") {
  const folder = join(root, name);
  mkdirSync(join(folder, "val"), { recursive: true });
  const train = await Promise.all(
    TRAIN.map(async ([className, file, red]) => ({ className, file, bytes: await image(red) })),
  );
  if (form === "archives") {
    const classes = await Promise.all(
      [...Map.groupBy(train, ({ className }) => className)].map(
        async ([className, images]) =>
          [`${className}.tar`, await tarOf(images.map(({ file, bytes }) => [file, bytes] as const))] as const,
      ),
    );
    writeFileSync(join(folder, "ILSVRC2012_img_train.tar"), await tarOf(classes));
    const members = await Promise.all(
      VALIDATION.map(async ([file, , red]) => [file, await image(red)] as const),
    );
    writeFileSync(join(folder, "ILSVRC2012_img_val.tar"), await tarOf(members.toReversed()));
  } else {
    for (const { className, file, bytes } of train) {
      mkdirSync(join(folder, "train", className), { recursive: true });
      writeFileSync(join(folder, "train", className, file), bytes);
    }
    for (const [file, , red] of VALIDATION) writeFileSync(join(folder, "val", file), await image(red));
  }
  if (labels === "synsets") {
    const lines = VALIDATION.map(([, className]) => `${className}\n`).join("");
    writeFileSync(join(folder, "imagenet_2012_validation_synset_labels.txt"), lines);
  }
  if (labels === "kaggle") {
    const lines = VALIDATION.map(
      ([file, className]) => `${file.replace(".JPEG", "")},${className} 1 2 3 4 \n`,
    );
    writeFileSync(
      join(folder, "LOC_val_solution.csv"),
      `ImageId,PredictionString\n${lines.toReversed().join("")}`,
    );
  }
  return folder;
}

test("archives as they are downloaded and folders give the same examples", async () => {
  const packed = await readData(await imagenet("packed", "archives", "synsets"));
  const unpacked = await readData(await imagenet("unpacked", "folders", "kaggle"));
  for (const { splits } of [packed, unpacked]) {
    expect(splits.train.classNames).toEqual(["n01", "n02"]);
    expect([...splits.test.labels]).toEqual([0, 1]);
  }
  expect([...packed.splits.train.labels]).toEqual([0, 1, 1]);
  for (const split of ["train", "test"] as const)
    expect(await datasetHash(packed.splits[split])).toBe(await datasetHash(unpacked.splits[split]));
  expect(packed.understood.join("\n")).toContain(
    "3 training and 2 validation images of 2 classes (ILSVRC 2012 has 1281167 and 50000, of 1000)",
  );
});

test("CMYK is made RGB, and a broken image is refused by its name or left out, in words", async () => {
  const folder = await imagenet("kinds", "folders", "synsets");
  const noise = { type: "gaussian", mean: 128, sigma: 50 } as const;
  const create = { width: 64, height: 64, channels: 3, background: "gray", noise } as const;
  const jpeg = await sharp({ create }).toColourspace("cmyk").jpeg().toBuffer();
  expect((await sharp(jpeg).metadata()).space).toBe("cmyk");
  writeFileSync(join(folder, "val", VALIDATION[0][0]), jpeg);
  const { splits, understood } = await readData(`${folder}?size=4`);
  expect(splits.test.shape).toEqual([2, 3, 4, 4]);
  expect(understood.join("\n")).toContain("CMYK");
  writeFileSync(join(folder, "val", VALIDATION[0][0]), jpeg.subarray(0, jpeg.length / 2));
  await expect(readData(`${folder}?size=4`)).rejects.toThrow(
    "1 file that cannot be read: val/ILSVRC2012_val_00000001.JPEG",
  );
  const fewer = await readData(`${folder}?size=4&skip-unreadable=true`);
  expect([...fewer.splits.test.labels]).toEqual([1]);
  expect(fewer.understood.join("\n")).toContain("left out: 1 file that cannot be read");
});

test("truncated archives, labels that are missing or too few, and unknown classes are refused", async () => {
  await expect(readData(await imagenet("unlabeled", "archives", "none"))).rejects.toThrow(
    "expected the classes of the validation images in imagenet_2012_validation_synset_labels.txt or LOC_val_solution.csv, got neither",
  );
  const folder = await imagenet("broken", "archives", "synsets");
  const labels = join(folder, "imagenet_2012_validation_synset_labels.txt");
  writeFileSync(labels, "n01\n");
  await expect(readData(folder)).rejects.toThrow("expected a class for each of 2 validation images, got 1");
  writeFileSync(labels, "n01\nn77\n");
  await expect(readData(folder)).rejects.toThrow('expected one of the 2 classes of training, got "n77"');
  writeFileSync(labels, "n01\nn02\n");
  truncateSync(join(folder, "ILSVRC2012_img_train.tar"), 4096);
  await expect(readData(folder)).rejects.toThrow("ILSVRC2012_img_train.tar");
});
