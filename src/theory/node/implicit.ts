/**
 * @file Implicit regularization with everything it needs on a machine with Node: data files, and who computed it.
 */

import type { Watch } from "../../base/progress.ts";
import { exampleSize, type Splits } from "../../data/dataset.ts";
import { type PreprocessName, preprocessor, usualPreprocess } from "../../data/preprocess.ts";
import { GAUSSIAN, labelings, twoClasses } from "../examples.ts";
import { methods } from "../implicit/descent.ts";
import { computeImplicit, type ImplicitSettings, starts } from "../implicit/implicit.ts";
import { requireUnderdetermined } from "../implicit/problem.ts";
import { implicitResult } from "../implicit/result.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadAsked } from "./load-examples.ts";

/** What is asked. */
interface Request extends ImplicitSettings, ExamplesAsked {
  /** Training examples. */
  readonly n: number;
}

/** What is asked where nothing else is. */
export const implicitDefaults: Request = {
  data: "shapes",
  n: 50,
  testN: 1000,
  d: 1000,
  seed: 0,
  labels: labelings,
  methods,
  starts,
  rate: undefined,
  momentum: 0,
  l2: 0,
  tolerance: 1e-7,
  epochs: 50_000,
};

/** What is asked; everything has a default. */
export interface ImplicitOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** How inputs are brought to the model; the dataset's own way unless told, none for Gaussian rows. */
  readonly preprocess?: PreprocessName | undefined;
}

/**
 * See where SGD and GD end on a linear model with more weights than examples (Zhang et al., ICLR 2017, section 5).
 *
 * @throws UsageError if a setting is out of range or the problem is not under-determined.
 * @throws DataError if data are missing, not finite, or linearly dependent.
 */
export const implicitRegularization = (options: ImplicitOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(implicitDefaults, options);
    const splits = await loadRows(asked, options);
    return { splits, result: implicitResult(await computeImplicit(splits, asked, watch)) };
  });

/** Examples of two classes, as the model sees them. */
async function loadRows(asked: Request, options: ImplicitOptions): Promise<Splits> {
  const isDrawn = asked.data === GAUSSIAN;
  if (isDrawn) requireUnderdetermined(asked.n, asked.d);
  const splits = await loadAsked(asked, options);
  if (isDrawn) return splits;
  requireUnderdetermined(asked.n, exampleSize(splits.train));
  const finish = preprocessor(options.preprocess ?? usualPreprocess(splits.train), splits.train);
  return { train: twoClasses(finish(splits.train)), test: twoClasses(finish(splits.test)) };
}
