/**
 * @file Pictures for the document of a test: what was randomized, on examples of its own, and what its networks find hard.
 */

import { type ExampleSplits, hasNumbers, isImages, takeExamples } from "../data/dataset.ts";
import { oneOfEachClass } from "../data/gallery.ts";
import { exampleUrl } from "../data/node/example-image.ts";
import type { SplitName } from "../data/randomization.ts";
import { redrawInputs, redrawLabels } from "../data/randomize.ts";
import { hardestOf } from "../paper/hard-examples.ts";
import type { TestResult } from "../paper/test-result.ts";
import { compareKinds, type Kind, kindOfTrial } from "../run/kinds.ts";

type Pictures = NonNullable<TestResult["pictures"]>;

/** Examples that are shown under each randomization. */
const SHOWN = 3;
/** Pixels of a picture's longer side, at most: it is looked at beside others. */
const SIDE = 96;

/**
 * Draw the pictures of a test.
 *
 * @param splits - The examples used, as they come from {@link cropForRecipe}.
 * @returns undefined if they are no images of classes.
 */
export async function drawPictures(
  { trials }: Pick<TestResult, "trials">,
  splits: ExampleSplits,
): Promise<Pictures | undefined> {
  if (trials.length === 0 || !isImages(splits.train) || hasNumbers(splits.train)) return undefined;
  const first = Math.min(...trials.map(({ seed }) => seed));
  const kinds = trials
    .filter(({ seed, escalation }) => seed === first && escalation === 0)
    .map((trial) => kindOfTrial(trial))
    .sort(compareKinds);
  const randomized: Pictures["randomized"] = [];
  for (const kind of kinds) randomized.push(await drawKind(kind, splits, first));
  const { missed, late } = hardestOf(trials);
  const examples: Pictures["examples"] = [
    ...(await drawExamples(splits, "test", missed)),
    ...(await drawExamples(splits, "train", late)),
  ];
  return { seed: first, randomized, examples };
}

/** The same training examples under each randomization. */
async function drawKind(
  { inputs, nominal, permuted }: Kind,
  splits: ExampleSplits,
  seed: number,
): Promise<Pictures["randomized"][number]> {
  const { train } = splits;
  const rows = oneOfEachClass(train, SHOWN);
  const shown = { ...takeExamples(train, rows), inputs: redrawInputs(splits, "train", rows, inputs, seed) };
  const labels = permuted ? "permute" : "redraw";
  const given = redrawLabels(splits, "train", { corrupt: nominal, labels }, seed);
  const examples = rows.map(async (index, row) => ({
    index,
    label: train.labels[index]!,
    given: given[index]!,
    image: await exampleUrl(shown, row, SIDE),
  }));
  return { inputs, nominal, examples: await Promise.all(examples) };
}

async function drawExamples(
  splits: ExampleSplits,
  split: SplitName,
  hard: readonly { readonly index: number }[],
): Promise<Pictures["examples"]> {
  const rows = hard.map(({ index }) => index);
  const taken = takeExamples(splits[split], rows);
  return await Promise.all(
    rows.map(async (index, row) => ({ split, index, image: await exampleUrl(taken, row, SIDE) })),
  );
}
