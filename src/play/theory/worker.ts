/**
 * @file A worker that computes for the pages of theory, one value after another.
 */

import { messageOf } from "../../base/errors.ts";
import { readDigits } from "../../data/digits.ts";
import {
  type DescentPoint,
  type DescentRequest,
  doubleDescent,
} from "../../theory/double-descent/random-features.ts";
import { compareNorms, type Interpolated, type NormsRequest } from "../../theory/kernel/norms.ts";

/** What can be computed: what each is asked, and what it tells again and again. */
export interface Tasks {
  readonly descent: { readonly request: DescentRequest; readonly value: DescentPoint };
  readonly norms: { readonly request: NormsRequest; readonly value: Interpolated };
}

/** One question. */
export type ToWorker = {
  readonly [T in keyof Tasks]: { readonly task: T; readonly request: Tasks[T]["request"] };
}[keyof Tasks];

export type FromWorker =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: string };

const tell = (message: FromWorker): void => self.postMessage(message);

async function compute(question: ToWorker): Promise<void> {
  const splits = await readDigits();
  const values =
    question.task === "descent"
      ? doubleDescent(splits, question.request)
      : compareNorms(splits, question.request);
  for (const value of values) tell({ type: "value", value });
  tell({ type: "done" });
}

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  compute(data).catch((error: unknown) => tell({ type: "failed", error: messageOf(error) }));
});
