/**
 * @file Loads or draws the examples that theory is computed on.
 */

import { UsageError } from "../../base/errors.ts";
import { requireClasses, type Splits } from "../../data/dataset.ts";
import { usualPreprocess } from "../../data/preprocess.ts";
import { loadDataset } from "../../run/node/library.ts";
import { cropForRecipe } from "../../train/prepare.ts";
import type { Recipe } from "../../train/recipe.ts";
import { type ExampleOptions, GAUSSIAN, gaussianRows, requireWhole } from "../examples.ts";

/** What every computation is asked about its examples. */
export interface ExamplesAsked {
  /** Name of a dataset, or `gaussian`. */
  readonly data: string;
  readonly testN: number;
  /** Width of Gaussian rows. */
  readonly d: number;
  /** Of which examples are taken, and of everything random. */
  readonly seed: number;
}

/**
 * Load the examples that a computation is asked for. Only Gaussian rows have a width by default; one that was asked for in
 * vain is refused.
 *
 * @param mayBeNumbers - Whether targets may be numbers.
 * @throws UsageError, DataError as {@link loadExamples}.
 */
export const loadAsked = (
  {
    data,
    n,
    testN,
    d,
    seed,
  }: Omit<ExamplesAsked, "testN"> & { readonly n: number | undefined; readonly testN: number | undefined },
  given: Pick<ExampleOptions, "d" | "dataDir" | "onRead">,
  mayBeNumbers = false,
): Promise<Splits> =>
  loadExamples(mayBeNumbers, {
    data,
    n,
    testN,
    d: data === GAUSSIAN ? d : given.d,
    seed,
    dataDir: given.dataDir,
    onRead: given.onRead,
  });

/** Load examples, crop them for a recipe, and have it preprocess them as is usual for such unless it is told. */
export async function loadForRecipe(
  asked: Parameters<typeof loadAsked>[0],
  given: Parameters<typeof loadAsked>[1] & { readonly recipe?: Partial<Recipe> | undefined },
  unset: Recipe,
  mayBeNumbers = false,
): Promise<{ readonly splits: Splits; readonly recipe: Recipe }> {
  const loaded = await loadAsked(asked, given, mayBeNumbers);
  const recipe = { ...unset, preprocess: given.recipe?.preprocess ?? usualPreprocess(loaded.train) };
  return { splits: cropForRecipe(loaded, recipe), recipe };
}

/**
 * Load or draw examples, uncropped.
 *
 * @throws UsageError if the name is unknown, a size is not possible, or `d` is given for a dataset of its own width.
 * @throws DataError if files are missing or not what they should be.
 */
async function loadExamples(mayBeNumbers: boolean, options: ExampleOptions): Promise<Splits> {
  const { data, n, testN, d } = options;
  if (n !== undefined) requireWhole("n", n, 1);
  if (testN !== undefined) requireWhole("testN", testN, 1);
  if (data === GAUSSIAN) {
    return gaussianRows({ n: n ?? 1000, testN: testN ?? 1000, d: d ?? 100, seed: options.seed ?? 0 });
  }
  if (d !== undefined) {
    throw new UsageError(`\`d\`: ${data} has a width of its own; it is for \`data\` ${GAUSSIAN} only`);
  }
  const splits = await loadDataset(data, options);
  if (!mayBeNumbers) requireClasses(splits.train, "this computation");
  return splits;
}
