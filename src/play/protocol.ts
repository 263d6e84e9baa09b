/**
 * @file What the page and the workers that train say to each other. A worker has one network; the page allows each epoch,
 * so that two of them race in step, and a pause is a page that allows nothing.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { EpochRow } from "../train/history.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Verdict } from "../verdict/schema.ts";
import type { Own } from "./own-data/own.ts";
import type { TrialRequest } from "./recipe.ts";

/** Training images as the network sees them but for their scale, and their labels. */
export interface Pictures {
  /** `[count, channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
  readonly shape: readonly number[];
  /** `[count]`: the labels trained on, and the true ones. */
  readonly given: Int32Array;
  readonly truth: Int32Array;
  readonly classNames: readonly string[];
}

/** Weights of the first layer that can be drawn, `[count, channels, height, width]`. */
export interface Filters {
  readonly weights: Float32Array;
  readonly shape: readonly number[];
}

/** What computes, for people. */
export interface EngineFacts {
  readonly provider: string;
  readonly threads: number;
}

/** What the page asks; `run` tells an answer to an earlier question from one to this. */
export type ToWorker =
  | { readonly type: "own"; readonly own: Own }
  | { readonly type: "start"; readonly run: number; readonly request: TrialRequest }
  /** It may train up to this epoch. */
  | { readonly type: "allow"; readonly epoch: number }
  /** Judge what both networks came to; the other's trial is on true labels. */
  | { readonly type: "judge"; readonly run: number; readonly other: TrialResult }
  /** Write the trained network as files. */
  | { readonly type: "files"; readonly run: number };

export type FromWorker = { readonly run: number } & (
  | { readonly type: "opened"; readonly engine: EngineFacts }
  | { readonly type: "prepared"; readonly id: string; readonly pictures: Pictures }
  | {
      readonly type: "epoch";
      readonly row: EpochRow;
      /** `[count]`: the class that the network answers for each training example. */
      readonly predicted: Int32Array;
      readonly filters: Filters | undefined;
    }
  | { readonly type: "ended"; readonly result: TrialResult; readonly spec: TrialSpec }
  | { readonly type: "judged"; readonly verdict: Verdict }
  | { readonly type: "files"; readonly onnx: Uint8Array; readonly safetensors: Uint8Array }
  | { readonly type: "failed"; readonly error: string }
);
