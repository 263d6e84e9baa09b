/**
 * @file Images as WebDataset's shards: tar archives of PNG files and labels, which `read-shards.ts` reads again as the same examples; or of
 * JPEG files.
 */

import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { pack } from "tar-stream";
import { UsageError } from "../../base/errors.ts";
import { type Dataset, type ExampleSplits, exampleCount, isImages, takeExamples } from "../dataset.ts";

/** Examples of a shard. */
const SHARD = 10_000;

/** Values of an image, `[height, width, channels]`. */
export function interleaved({ inputs, shape }: Dataset, index: number): Uint8Array {
  const [, channels = 1, height = 1, width = 1] = shape;
  const size = channels * height * width;
  return Uint8Array.from({ length: size }, (_, at) => {
    const channel = at % channels;
    return inputs[index * size + channel * height * width + (at - channel) / channels]!;
  });
}

/** An image as it is drawn. */
async function sharpAt(dataset: Dataset, index: number) {
  const { default: sharp } = await import("sharp");
  const [, channels = 1, height = 1, width = 1] = dataset.shape;
  const raw = { width, height, channels: channels as 1 | 3 };
  return sharp(interleaved(dataset, index), { raw }).toColourspace(channels === 1 ? "b-w" : "srgb");
}

/** An image as PNG. */
export const pngAt = async (dataset: Dataset, index: number): Promise<Buffer> =>
  (await sharpAt(dataset, index)).png({ compressionLevel: 1 }).toBuffer();

/** An image as JPEG (of quality 90), brought to `side` x `side` pixels by a cubic. */
const jpegAt = async (dataset: Dataset, index: number, side: number): Promise<Buffer> =>
  (await sharpAt(dataset, index)).resize(side, side, { kernel: "cubic" }).jpeg({ quality: 90 }).toBuffer();

/**
 * Write shards `train-000000.tar` and on, `test-000000.tar` and on, of PNG and `cls`, and `classnames.txt` beside them; `nshards.txt`
 * says how many there are, so that one that is missing is missed.
 *
 * @param folder - Is made, if it is not there.
 * @param jpegSide - Height and width of images that are written as JPEG instead, enlarged or reduced.
 * @throws UsageError if the examples are no images of bytes in one or three channels.
 */
export async function writeShards(splits: ExampleSplits, folder: string, jpegSide?: number): Promise<void> {
  const { train } = splits;
  const [example] = [takeExamples(train, [0])];
  if (!isImages(train) || !(example.inputs instanceof Uint8Array) || ![1, 3].includes(train.shape[1]!)) {
    throw new UsageError(
      `shards: expected images of 8 bits in one or three channels, got others: ${train.name}`,
    );
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "classnames.txt"), `${train.classNames.join("\n")}\n`);
  let shards = 0;
  for (const split of ["train", "test"] as const) {
    const examples = splits[split];
    for (let from = 0; from < exampleCount(examples); from += SHARD) {
      const archive = pack();
      const name = `${split}-${String(from / SHARD).padStart(6, "0")}.tar`;
      const written = finished(archive.pipe(createWriteStream(join(folder, name))));
      for (let index = from; index < Math.min(from + SHARD, exampleCount(examples)); index++) {
        const key = String(index).padStart(6, "0");
        archive.entry({ name: `${key}.cls` }, String(examples.labels[index]));
        const one = takeExamples(examples, [index]);
        if (jpegSide === undefined) archive.entry({ name: `${key}.png` }, await pngAt(one, 0));
        else archive.entry({ name: `${key}.jpg` }, await jpegAt(one, 0, jpegSide));
      }
      archive.finalize();
      await written;
      shards++;
    }
  }
  await writeFile(join(folder, "nshards.txt"), `${shards}\n`);
}
