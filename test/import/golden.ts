/**
 * @file The committed model files, what PyTorch says of them, and the data that both sides make by one formula.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "../../src/data/dataset.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";

export const MODELS = join(import.meta.dirname, "..", "fixtures", "models");

/** What PyTorch says of a file; `scripts/models/make.py` writes it. */
export interface Golden {
  readonly file: string;
  readonly export: string;
  readonly opset: number;
  readonly input: {
    readonly kind: "numbers" | "textured" | "tokens";
    readonly shape: readonly number[];
    readonly vocabulary?: number;
  };
  readonly classes: number;
  readonly batch: number;
  /** Whether it was trained in training mode. */
  readonly train: boolean;
  readonly optimizer: { readonly rate: number; readonly momentum: number; readonly weightDecay: number };
  /** How far PyTorch's own trajectories in float32 and in float64 are apart. */
  readonly discrepancy: number;
  /** `[batch, classes]`: logits before and after the steps. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly losses: readonly number[];
  readonly running: { readonly [name: string]: readonly number[] };
  readonly parameters: readonly {
    readonly name: string;
    /** Name of its tensor in the file, if that is another; null if there is none that is it alone. */
    readonly in?: string | null;
    readonly shape: readonly number[];
    readonly decay: boolean;
    readonly norm: number;
  }[];
}

/** All of them, by name. */
export const goldens: readonly (readonly [name: string, golden: Golden])[] = readdirSync(MODELS)
  .filter((file) => file.endsWith(".json"))
  .map((file) => [file.replace(/\.json$/, ""), JSON.parse(readFileSync(join(MODELS, file), "utf8"))]);

/** A file, whole. */
export const bytesOf = (file: string): Promise<Uint8Array> => readModelAt(join(MODELS, file));

const uniform = (i: number, seed: number): number =>
  (((48271 * i + 16807 * seed + 12345) % 65521) / 65521) * 2 - 1;

const squared = (i: number, seed: number): number => {
  const v = 48271 * i + 16807 * seed + 12345;
  return (Number((BigInt(v) * BigInt(v)) % 65521n) / 65521) * 2 - 1;
};

/** The examples of some steps, one batch after another. */
export function examplesOf({ input, classes, batch }: Golden, steps: number): Dataset {
  const { kind, shape, vocabulary = 0 } = input;
  const size = shape.reduce((product, each) => product * each, 1);
  const [, height = 1, width = 1] = shape;
  const element = (i: number, step: number): number => {
    if (kind === "tokens") return ((48271 * i + 16807 * (step + 1)) % 65521) % vocabulary;
    if (kind === "numbers") return uniform(i, step + 1);
    const [plane, pixel] = [Math.floor(i / (height * width)), i % (height * width)];
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const block =
      plane * (height / 8) * (width / 8) + Math.floor(row / 8) * (width / 8) + Math.floor(column / 8);
    return (squared(i, step + 1) + squared(block, step + 1)) / 2;
  };
  const inputs = Float32Array.from({ length: steps * batch * size }, (_, at) =>
    element(at % (batch * size), Math.floor(at / (batch * size))),
  );
  const labels = Int32Array.from(
    { length: steps * batch },
    (_, at) => (3 * (at % batch) + 7 * Math.floor(at / batch)) % classes,
  );
  return {
    name: "formula",
    inputs,
    labels,
    shape: [steps * batch, ...shape],
    classNames: Array.from({ length: classes }, (_, at) => String(at)),
  } as Dataset;
}

/** Largest difference, over the largest number expected. */
export function relativeError(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let at = 0; at < wanted.length; at++) {
    error = Math.max(error, Math.abs(got[at]! - wanted[at]!));
    size = Math.max(size, Math.abs(wanted[at]!));
  }
  return Number.isFinite(error) ? error / size : Number.POSITIVE_INFINITY;
}
