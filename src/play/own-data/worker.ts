/**
 * @file A worker that reads dropped files, so that the page stays alive whatever they are.
 */

import { messageOf } from "../../base/errors.ts";
import { exampleCount } from "../../data/dataset.ts";
import { writeSplits } from "../../run/splits.ts";
import { decodeHere } from "./decode.ts";
import type { OwnFile } from "./images.ts";
import { type OwnData, type OwnOptions, readOwn } from "./read.ts";

export interface ToWorker {
  readonly files: readonly OwnFile[];
  readonly options: OwnOptions;
}

/** Data that were read, as a file: what holds them is not copied wherever they are sent, and the page never waits for it. */
export interface ReadHere extends Omit<OwnData & { readonly type: "read" }, "splits"> {
  /** What `writeSplits` writes. */
  readonly examples: Blob;
  /** Number of training examples. */
  readonly n: number;
}

export type FromWorker =
  | ReadHere
  | Exclude<OwnData, { readonly type: "read" }>
  | { readonly type: "failed"; readonly error: string };

function toFile(data: OwnData): FromWorker {
  if (data.type !== "read") return data;
  const { splits, ...rest } = data;
  const examples = new Blob([writeSplits(splits) as Uint8Array<ArrayBuffer>]);
  return { ...rest, examples, n: exampleCount(splits.train) };
}

self.addEventListener("message", ({ data: { files, options } }: MessageEvent<ToWorker>) => {
  readOwn(files, options, decodeHere).then(
    (data) => self.postMessage(toFile(data)),
    (error: unknown) => self.postMessage({ type: "failed", error: messageOf(error) } satisfies FromWorker),
  );
});
