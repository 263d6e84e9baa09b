/**
 * @file The rows of the picture of `shatter data show`, before they are drawn.
 */

import { type Augmentation, augmentExamples, drawsWindows, isAugmented } from "../data/augment.ts";
import { type Dataset, type Splits, takeExamples } from "../data/dataset.ts";
import type { InputsName } from "../data/randomization.ts";
import { redrawInputs } from "../data/randomize.ts";
import { framed } from "../train/prepare.ts";
import { paperRecipe } from "../train/recipe.ts";

/** What to draw. */
export interface PictureRequest {
  /** As they are randomized: whole where windows are drawn from them. */
  readonly splits: Splits;
  readonly seed: number;
  /** Probability that a label is redrawn, in `[0, 1]`. */
  readonly corrupt: number;
  /** Number of images. */
  readonly count: number;
  readonly augment: Augmentation;
}

/** One row of the picture: the images of all columns, as a network is given them before whitening. */
interface Row {
  readonly title: string;
  readonly note: string;
  readonly images: Dataset;
}

const ROWS: readonly { readonly inputs: InputsName; readonly title: string; readonly note: string }[] = [
  { inputs: "true", title: "True", note: "as they are" },
  { inputs: "shuffled", title: "Shuffled pixels", note: "one permutation for all" },
  { inputs: "random", title: "Random pixels", note: "a permutation for each" },
  { inputs: "gaussian", title: "Gaussian", note: "noise, same moments" },
];

/** Epochs of augmented images to draw. */
const EPOCHS = 3;

/**
 * Every randomization, after the true images the augmented ones of some epochs, and the corrupted labels.
 *
 * Where training draws windows, all others are seen as in evaluation: their centers.
 */
export function rowsOf(
  { splits, seed, corrupt, augment }: PictureRequest,
  indices: readonly number[],
): Row[] {
  const chosen = takeExamples(splits.train, indices);
  const [first, ...others] = ROWS.map(({ inputs, title, note }): Row => {
    const images = { ...chosen, inputs: redrawInputs(splits, "train", indices, inputs, seed) };
    return {
      title,
      note,
      images: drawsWindows(augment) ? framed(images, { ...paperRecipe, augment }) : images,
    };
  });
  const epochs = isAugmented(augment) ? EPOCHS : 0;
  const augmented = Array.from({ length: epochs }, (_, epoch): Row => {
    const images = augmentExamples(splits.train, indices, augment, seed, epoch);
    return { title: `Augmented, epoch ${epoch + 1}`, note: describeChanges(augment), images };
  });
  const last = { ...first!, title: "Corrupted labels", note: `redrawn with p = ${corrupt}` };
  return [first!, ...augmented, ...others, last];
}

/** What may happen to a training image, in a few words. */
function describeChanges({ crop, box, flip, rotation, color }: Augmentation): string {
  const changes = [
    crop && "crop",
    box && "box",
    flip && "flip",
    rotation > 0 && `turned up to ${rotation}°`,
    color && "color",
  ];
  return changes.filter(Boolean).join(", ");
}
