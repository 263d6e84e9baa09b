/**
 * @file Random changes of training images, drawn anew in every epoch: a window or a stretched box, left for right, a rotation, colors.
 *
 * The order is rotate, crop, flip, color; preprocessing comes after, so that each image is whitened as the network
 * sees it. What happens to an example is a pure function of (seed, epoch, row): it does not depend on the batch
 * it is in, and a resumed trial sees what an uninterrupted one sees. Source: Zhang et al., ICLR 2017, tables 1
 * and 4 (random crop; flips and rotations up to 25 degrees), and 2 (those of TensorFlow's `inception` package); what they leave open is
 * chosen here.
 */

import { UsageError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import { type Dataset, exampleCount, exampleShape } from "./dataset.ts";
import { drawBox, drawColors, drawThread, methodOf, shiftColors } from "./distort.ts";
import { centralSides, PAPER_CROP } from "./preprocess.ts";
import { cutView, stretchView, turnView, type View } from "./view.ts";

/** What may happen to a training image. */
export interface Augmentation {
  /** A random window of 28 x 28 pixels; evaluation sees the center one. */
  readonly crop: boolean;
  /** Left and right exchanged, with probability 1/2. */
  readonly flip: boolean;
  /** Largest angle of a rotation either way, in degrees; 0 for none. */
  readonly rotation: number;
  /** A random box of at least a tenth of the image, stretched to the size of its central 87.5 %, which evaluation sees. */
  readonly box?: boolean | undefined;
  /** Brightness, saturation, hue and contrast. */
  readonly color?: boolean | undefined;
}

/** True if anything may happen. */
export const isAugmented = ({ crop, flip, rotation, box = false, color = false }: Augmentation): boolean =>
  crop || flip || rotation > 0 || box || color;

/** True if evaluation sees the middle of what training draws windows from, so that whole images are randomized. */
export const drawsWindows = ({ crop, box = false }: Augmentation): boolean => crop || box;

/**
 * Refuse changes that these examples cannot have.
 *
 * @param shape - Of one example.
 * @throws UsageError for examples that are no images, images with no window to choose, or an angle that is not
 *   in `[0, 180]`.
 */
export function requireAugmentable(shape: readonly number[], augmentation: Augmentation): void {
  if (!(augmentation.rotation >= 0 && augmentation.rotation <= 180)) {
    throw new UsageError(
      `augment rotation: expected an angle in [0, 180] degrees, got ${augmentation.rotation}`,
    );
  }
  if (!isAugmented(augmentation)) return;
  if (shape.length !== 3) {
    throw new UsageError(
      `augment: expected images to change, got rows of a table, [${shape.join(", ")}]: train without augmentation`,
    );
  }
  const [channels, height, width] = shape as [number, number, number];
  if (augmentation.box && (augmentation.crop || augmentation.rotation > 0)) {
    throw new UsageError(
      "augment box: expected a box or a crop and a rotation, got both; a box is a window already",
    );
  }
  if (augmentation.color && channels !== 3) {
    throw new UsageError(`augment color: expected images of 3 channels, got ${channels}: train without it`);
  }
  if (augmentation.crop && !(height > PAPER_CROP && width > PAPER_CROP)) {
    throw new UsageError(
      `augment crop: expected images larger than ${PAPER_CROP} x ${PAPER_CROP}, got ${height} x ${width}: there is no window to choose`,
    );
  }
}

/** The shape of one example once it is augmented, or cropped for evaluation. */
export function augmentedShape(shape: readonly number[], { crop, box }: Augmentation): readonly number[] {
  if (box) return [shape[0]!, ...centralSides(shape)];
  return crop ? [shape[0]!, PAPER_CROP, PAPER_CROP] : shape;
}

/**
 * Draw what happens to one example in one epoch.
 *
 * All four numbers are drawn, whatever is asked for: with one seed, turning one change on or off leaves the
 * others as they were.
 *
 * @param shape - Of one example, `[channels, height, width]`.
 * @param epoch - From 0.
 * @param row - The example's place in the training split.
 */
export function drawView(
  shape: readonly number[],
  augmentation: Augmentation,
  seed: number,
  epoch: number,
  row: number,
): View {
  const [, height, width] = shape as [number, number, number];
  const [, rows, columns] = augmentedShape(shape, augmentation) as [number, number, number];
  const random = randomStream(seed, "augment", epoch, row);
  const flips = random.uint32() >= 2 ** 31;
  // The middle of one of 2^32 equal parts of (-1, 1).
  const turn = (random.uint32() + 0.5) / 2 ** 31 - 1;
  const top = random.below(height - rows + 1);
  const left = random.below(width - columns + 1);
  return {
    degrees: turn * augmentation.rotation,
    top,
    left,
    rows,
    columns,
    mirrored: augmentation.flip && flips,
  };
}

/**
 * The examples at `rows` as an epoch sees them, with their labels.
 *
 * Windows and flips move pixels, and keep their type. Rotated images, boxes and other colors are float32, uint8 pixels over 255: values
 * between pixels are not rounded.
 *
 * @param dataset - The training split, randomized and not cropped, as {@link requireAugmentable} allows.
 * @param rows - Places in the training split.
 * @param epoch - From 0.
 * @param places - Of those rows in the training split, where the dataset is a part of it.
 * @throws RangeError if a row is not an example's.
 */
export function augmentExamples(
  dataset: Dataset,
  rows: ArrayLike<number>,
  augmentation: Augmentation,
  seed: number,
  epoch: number,
  places: ArrayLike<number> = rows,
): Dataset {
  const count = exampleCount(dataset);
  const shape = exampleShape(dataset);
  const seen = augmentedShape(shape, augmentation);
  const size = seen.reduce((product, side) => product * side, 1);
  const { rotation, box = false, color = false } = augmentation;
  const isFloat = rotation > 0 || box || color || !(dataset.inputs instanceof Uint8Array);
  const inputs = isFloat ? new Float32Array(rows.length * size) : new Uint8Array(rows.length * size);
  const labels = new Int32Array(rows.length);
  const write = rotation > 0 || color ? turnView : cutView;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!;
    if (!(Number.isInteger(row) && row >= 0 && row < count)) {
      throw new RangeError(`augmentExamples: expected rows in [0, ${count}), got ${row}`);
    }
    const view = drawView(shape, augmentation, seed, epoch, places[at]!);
    const random = randomStream(seed, "augment-distort", epoch, places[at]!);
    const thread = drawThread(random);
    const colors = drawColors(thread, random);
    if (box) {
      const [, height, width] = shape as [number, number, number];
      const stretched = { ...drawBox(height, width, random), mirrored: view.mirrored };
      stretchView(dataset, row, stretched, methodOf(thread), seen, inputs as Float32Array, at * size);
    } else write(dataset, row, view, inputs, at * size);
    if (color) shiftColors((inputs as Float32Array).subarray(at * size, (at + 1) * size), colors);
    labels[at] = dataset.labels[row]!;
  }
  return { ...dataset, inputs, labels, shape: [rows.length, ...seen] };
}
