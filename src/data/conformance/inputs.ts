/**
 * @file Whether randomized inputs are what they claim to be.
 *
 * Peers drew fresh noise at each access, left the test set clean, clamped the noise, moved all images alike where each
 * should move by itself, or shifted them where they should be shuffled. Where an input has nothing that tells a
 * permutation (it is constant, say), nothing is said of it.
 */

import { randomStream } from "../../base/random.ts";
import {
  type ExampleSplits,
  exampleCount,
  exampleSize,
  isHeld,
  isImages,
  partRows,
  takeExamples,
} from "../dataset.ts";
import { channelMoments, pixelLayout } from "../layout.ts";
import type { InputsName, SplitName } from "../randomization.ts";
import type { Randomizer } from "../randomize.ts";
import { movedAlike } from "./alike.ts";
import { atMost, type ConformanceLine } from "./line.ts";
import { dependence, distributionDistance, judgedChannels, momentDistances } from "./noise.ts";
import { mostKept, traceOf, unevenness } from "./permutations.ts";
import { joinHashes, occurrences, pixelHashes, unmatched } from "./pixel-hashes.ts";
import { permutationsOverSeeds } from "./pixel-seeds.ts";
import { DISTRIBUTION_BOUND, NORMAL_BOUND, permutationBound } from "./tail-bounds.ts";

/** Pairs of neighboring examples of a split that are looked at, at random places; moments are taken over all. */
const PAIRS = 100;

/** A place in a dataset. */
type Place = readonly [split: SplitName, index: number];

/** A line about these inputs. */
type Write = (check: string, value: number, bound: number) => ConformanceLine;

/** Check the inputs of a randomized dataset against the original. */
export function checkInputs(
  original: ExampleSplits,
  randomized: ExampleSplits,
  inputs: InputsName,
  seed: number,
  by: Randomizer,
): ConformanceLine[] {
  const name = inputs === "true" ? `true inputs seed ${seed}` : `${inputs} pixels seed ${seed}`;
  const line: Write = (check, value, bound) => atMost(name, check, value, bound);
  const places = sampledPlaces(original, seed);
  const again = line(
    "sampled inputs that differ when drawn a second time",
    redrawnApart(original, randomized, places, (split, indices) =>
      by.redrawInputs(original, split, indices, inputs, seed),
    ),
    0,
  );
  if (inputs === "true") return [again];
  if (inputs === "gaussian") return [...checkNoise(original, randomized, places, line), again];
  return [
    ...checkMoves(original, randomized, places, inputs, line),
    line(
      "permutations over 512 other seeds, by places, pixels that stay and neighbors: distance from uniform, of its bound",
      permutationsOverSeeds(by, inputs, seed),
      1,
    ),
    again,
  ];
}

/** Whether noise is Gaussian with the moments of the training inputs, and every number of it drawn by itself. */
function checkNoise(
  original: ExampleSplits,
  randomized: ExampleSplits,
  places: readonly Place[],
  line: Write,
): ConformanceLine[] {
  const truth = channelMoments(original.train);
  // Noise that does not vary is the same everywhere, and no worse for it.
  if (!judgedChannels(truth).includes(true)) return [];
  const { mean, variance } = momentDistances(truth, randomized);
  return [
    line("mean of each channel, distance in standard errors", mean, NORMAL_BOUND),
    line("variance of each channel, distance in standard errors", variance, NORMAL_BOUND),
    line(
      "Kolmogorov distance from the unclamped Gaussian, times sqrt(n)",
      distributionDistance(truth, randomized),
      DISTRIBUTION_BOUND,
    ),
    line(
      "serial correlation of the noise, and spread of the means of inputs: distance from chance, of its bound",
      dependence(truth, randomized),
      1,
    ),
    line("sampled inputs with the noise of another", repeated(randomized, places), 0),
  ];
}

/** Whether inputs have the pixels that they had, moved by one permutation, or by one of each. */
function checkMoves(
  original: ExampleSplits,
  randomized: ExampleSplits,
  places: readonly Place[],
  inputs: "shuffled" | "random",
  line: Write,
): ConformanceLine[] {
  const before = places.map((place) => hashesAt(original, place));
  const after = places.map((place) => hashesAt(randomized, place));
  const altered = before.filter((hashes, i) => unmatched(hashes, after[i]!) > 0).length;
  const same = line("sampled inputs whose pixels are not those of the original", altered, 0);
  const width = isImages(original.train) ? original.train.shape[3]! : 1;
  const kept = (traces: readonly Int32Array[]): ConformanceLine => {
    const { value, bound } = mostKept(traces, width);
    return line(
      "pixels of one input that stay, move by one distance or keep their step to a neighbor, at most",
      value,
      bound,
    );
  };
  if (inputs === "shuffled") {
    const columns = [before, after].map((hashes) => hashes.reduce(joinHashes));
    return [
      same,
      // If one permutation moved all, each column of the original is found again, only elsewhere.
      line(
        "pixels not moved alike in all sampled training and test inputs",
        unmatched(columns[0]!, columns[1]!),
        0,
      ),
      kept([traceOf(columns[0]!, columns[1]!)]),
    ];
  }
  const traces = before.map((hashes, i) => traceOf(hashes, after[i]!));
  return [
    same,
    kept(traces),
    line(
      "pixels of sampled inputs with the value they had: distance from chance",
      ...unmovedPixels(before, after),
    ),
    line(
      "parts of the input that pixels move to: distance from uniform, of its bound",
      unevenness(traces),
      1,
    ),
    line("pairs of sampled inputs moved by the same permutation", movedAlike(before, after), 0),
  ];
}

/**
 * The sampled examples: {@link PAIRS} random pairs of neighbors in each split, and the training examples in the places
 * of the test examples. Random, as evenly spread ones can miss or hit whatever repeats.
 */
function sampledPlaces(splits: ExampleSplits, seed: number): Place[] {
  const random = randomStream(seed, "conformance-sample");
  const drawn = (split: SplitName): number[] => {
    const count = exampleCount(splits[split]);
    if (count <= 2 * PAIRS) return Array.from({ length: count }, (_, index) => index);
    return Array.from({ length: PAIRS }, () => random.below(count - 1)).flatMap((index) => [
      index,
      index + 1,
    ]);
  };
  const test = [...new Set(drawn("test"))];
  const alsoTest = test.filter((index) => index < exampleCount(splits.train));
  const train = [...new Set([...drawn("train"), ...alsoTest])];
  return [...train.map((index): Place => ["train", index]), ...test.map((index): Place => ["test", index])];
}

function valuesAt(splits: ExampleSplits, [split, index]: Place): Uint8Array | Float32Array {
  const examples = splits[split];
  if (!isHeld(examples)) return takeExamples(examples, [index]).inputs;
  const size = exampleSize(examples);
  return examples.inputs.subarray(index * size, (index + 1) * size);
}

/** One hash for each pixel of a sampled example, over its channels, `[pixels]`. */
const hashesAt = (splits: ExampleSplits, place: Place): Uint32Array =>
  pixelHashes(valuesAt(splits, place), pixelLayout(splits[place[0]]));

const equal = (a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** How many sampled examples have other bytes when they are drawn from the seed again. */
function redrawnApart(
  original: ExampleSplits,
  randomized: ExampleSplits,
  places: readonly Place[],
  redraw: (split: SplitName, indices: readonly number[]) => Uint8Array | Float32Array,
): number {
  const apart = (split: SplitName): number => {
    const all = places.filter(([of]) => of === split).map(([, index]) => index);
    const size = exampleSize(original[split]);
    const rows = partRows(original[split]);
    let count = 0;
    // Some at once: a hundred large images are no small part of a memory.
    for (let from = 0; from < all.length; from += rows) {
      const indices = all.slice(from, from + rows);
      const again = redraw(split, indices);
      count += indices.filter(
        (index, row) =>
          !equal(again.subarray(row * size, (row + 1) * size), valuesAt(randomized, [split, index])),
      ).length;
    }
    return count;
  };
  return apart("train") + apart("test");
}

/**
 * How far the number of pixels whose value is the one that was there before is from that of uniform permutations.
 *
 * A pixel finds its value in its place with the share of pixels that have it.
 */
function unmovedPixels(
  before: readonly Uint32Array[],
  after: readonly Uint32Array[],
): [distance: number, bound: number] {
  let unmoved = 0;
  let expected = 0;
  let pixels = 0;
  before.forEach((hashes, i) => {
    hashes.forEach((hash, place) => {
      unmoved += Number(hash === after[i]![place]);
    });
    for (const count of occurrences(hashes).values()) expected += count ** 2 / hashes.length;
    pixels += hashes.length;
  });
  return [Math.abs(unmoved - expected), permutationBound(Math.min(expected, pixels - expected))];
}

/** Sampled examples with the values of another one. */
function repeated(randomized: ExampleSplits, places: readonly Place[]): number {
  const seen = new Map<number, Place[]>();
  return places.filter((place) => {
    const values = valuesAt(randomized, place);
    const key = hashesAt(randomized, place).reduce((sum, hash) => (sum + hash) >>> 0, 0);
    const others = seen.get(key) ?? [];
    seen.set(key, [...others, place]);
    return others.some((other) => equal(valuesAt(randomized, other), values));
  }).length;
}
