/**
 * @file `shatter/data`: datasets in memory, what randomizes them, and what checks that it did.
 *
 * It promises: pure functions, the same in Node and in browsers; equal seeds give equal bytes.
 */

export { DataError, UsageError } from "./base/errors.ts";
export { type RandomStream, randomStream } from "./base/random.ts";
export { type ConformanceLine, checkConformance, describeConformance } from "./data/conformance.ts";
export { type Copies, countCopies } from "./data/copies.ts";
export { checkDataset, type Dataset, datasetHash, type Splits, takeExamples } from "./data/dataset.ts";
export type { PooledData, PreparationTools, Prepare, PreparedData } from "./data/prepared.ts";
export { crop, preprocess } from "./data/preprocess.ts";
export type { Randomization } from "./data/randomization.ts";
export {
  corruptLabels,
  gaussianPixels,
  permuteLabels,
  type Randomized,
  randomize,
  randomPixels,
  shufflePixels,
} from "./data/randomize.ts";
