/**
 * @file What the playground was given of one's own, and how a trial finds it.
 */

import { UsageError } from "../../base/errors.ts";
import { exampleCount, type Splits } from "../../data/dataset.ts";
import { partOf, type SubsetSizes } from "../../data/subset.ts";
import type { FileModel } from "../../import/model.ts";
import { modelOfFile } from "../../run/model-file.ts";
import { readSplits } from "../../run/splits.ts";

/** Examples and a model; neither is in the address, and both are gone with the page. */
export interface Own {
  /** Examples as a file, which `writeSplits` wrote. */
  readonly examples?: Blob | undefined;
  readonly model?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

/** What was read last: the next race is on the same. */
let read: { readonly from: Blob; readonly splits: Splits } | undefined;

/**
 * As many of the examples as are wanted, all if there are fewer.
 *
 * @throws UsageError if none were given.
 */
export async function ownSplits({ examples }: Own, { n, testN }: SubsetSizes): Promise<Splits> {
  if (!examples) throw new UsageError("your own data are not here, or not any more: drop them on the page");
  if (read?.from !== examples) {
    read = { from: examples, splits: readSplits(new Uint8Array(await examples.arrayBuffer())) };
  }
  const { splits } = read;
  const most = (wanted: number, split: Splits["train"]): number => Math.min(wanted, exampleCount(split));
  return partOf(splits, { n: most(n, splits.train), testN: most(testN, splits.test) });
}

/**
 * The model of the ONNX file, and its identity for a spec.
 *
 * @throws UsageError if none was given, DataError if it is none.
 */
export async function ownModel({ model }: Own): Promise<{
  readonly model: FileModel;
  readonly identity: string;
}> {
  if (!model) throw new UsageError("your own model is not here, or not any more: choose its ONNX file");
  const made = await modelOfFile(model.bytes, "", model.name);
  return { model: made, identity: made.content!.identity };
}
