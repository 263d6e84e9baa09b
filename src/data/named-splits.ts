/**
 * @file The name of data that are known by their bytes.
 */

import { sha256 } from "../base/json.ts";
import { datasetHash, type ExampleSplits, type Examples, type Splits } from "./dataset.ts";

/** SHA-256 of both splits. */
export const splitsHash = async ({ train, test }: ExampleSplits): Promise<string> =>
  sha256(await datasetHash(train), await datasetHash(test));

/** Splits under the name of their bytes, and with a title for people. */
export const nameSplits = async (splits: Splits, title: string): Promise<Splits> =>
  nameBy(await splitsHash(splits), splits, title);

/** Splits under the name of their hash. */
export function nameBy<S extends ExampleSplits>(hash: string, splits: S, title: string): S {
  const as = <E extends Examples>(split: E): E => ({ ...split, name: `data-${hash.slice(0, 8)}`, title });
  return { ...splits, train: as(splits.train), test: as(splits.test) };
}
