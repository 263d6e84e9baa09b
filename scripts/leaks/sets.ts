/**
 * @file Small sets of data whose truth is known: tables and images, with labels that are pure chance or that can be learned.
 */

import { type RandomStream, randomStream } from "../../src/base/random.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";

export const CLASSES = 4;
export const TRAIN = 160;
export const TEST = 80;

/** Height and width of images. */
export const SIDE = 8;

/** An example: its label and inputs. */
export type Example = readonly [label: number, inputs: number[]];

export const streamOf = (seed: number, purpose: string): RandomStream =>
  randomStream(seed, `leaks-${purpose}`);

export const noise = (random: RandomStream, size = 10): number[] =>
  Array.from({ length: size }, () => random.normal());

/** So many examples of a kind. */
export const several = (count: number, draw: (index: number) => Example): Example[] =>
  Array.from({ length: count }, (_, index) => draw(index));

/** A row under a label that is pure chance. */
export const chance = (random: RandomStream, columns = 10): Example => [
  random.below(CLASSES),
  noise(random, columns),
];

/** A row that lies `distance` from the middle along the axis of its class: at 2, three of four can be known. */
export function cloud(random: RandomStream, distance: number): Example {
  const label = random.below(CLASSES);
  return [label, noise(random).map((value, axis) => value + (axis === label ? distance : 0))];
}

/** Gray images of smooth noise; with a signal, of a class's own pattern in it. */
export function image(random: RandomStream, signal: number): Example {
  const label = random.below(CLASSES);
  const waves = noise(random, 6);
  const pixels = Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [(at % SIDE) / SIDE, Math.floor(at / SIDE) / SIDE];
    const smooth = waves.reduce(
      (sum, wave, index) => sum + wave * Math.cos(Math.PI * ((index % 3) * x + Math.ceil(index / 3) * y)),
      0,
    );
    const pattern = Math.cos(2 * Math.PI * (label + 1) * (label % 2 === 0 ? x : y));
    return pixel(128 + 20 * smooth + 40 * signal * pattern + 10 * random.normal());
  });
  return [label, pixels];
}

export const pixel = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** Both splits of examples: rows of a table, or images. */
export function splitsOf(train: readonly Example[], test: readonly Example[], kind = "table"): Splits {
  const datasetOf = (examples: readonly Example[]): Dataset => {
    const values = examples.flatMap(([, inputs]) => inputs);
    return {
      name: kind,
      inputs: kind === "table" ? Float32Array.from(values) : Uint8Array.from(values),
      shape: [examples.length, ...(kind === "table" ? [examples[0]![1].length] : [1, SIDE, SIDE])],
      labels: Int32Array.from(examples, ([label]) => label),
      classNames: Array.from({ length: CLASSES }, (_, label) => String(label)),
    };
  };
  return { train: datasetOf(train), test: datasetOf(test) };
}

/** Examples in random order, a third of them as test. */
export function divide(examples: readonly Example[], random: RandomStream, kind?: string): Splits {
  const order = [...random.permutation(examples.length)].map((index) => examples[index]!);
  const tests = Math.round(order.length / 3);
  return splitsOf(order.slice(tests), order.slice(0, tests), kind);
}
