/**
 * @file A worker that reads dropped files, so that the page stays alive whatever they are.
 */

import { messageOf } from "../../base/errors.ts";
import { decodeHere } from "./decode.ts";
import type { OwnFile } from "./images.ts";
import { type OwnData, type OwnOptions, readOwn } from "./read.ts";

export interface ToWorker {
  readonly files: readonly OwnFile[];
  readonly options: OwnOptions;
}

export type FromWorker = OwnData | { readonly type: "failed"; readonly error: string };

self.addEventListener("message", ({ data: { files, options } }: MessageEvent<ToWorker>) => {
  readOwn(files, options, decodeHere).then(
    (data) => self.postMessage(data satisfies FromWorker),
    (error: unknown) => self.postMessage({ type: "failed", error: messageOf(error) } satisfies FromWorker),
  );
});
