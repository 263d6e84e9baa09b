/**
 * @file Whether randomized inputs are what they claim to be.
 *
 * Peers drew fresh noise at each access, left the test set clean, clamped the noise, or moved all images alike
 * where each should move by itself. The checks look at the data only; one more draws examples a second time.
 */

import { type Dataset, exampleCount, exampleSize, type Splits } from "../dataset.ts";
import { channelMoments } from "../layout.ts";
import { type InputsName, redrawInputs, type SplitName } from "../randomize.ts";
import { atMost, type ConformanceLine } from "./line.ts";
import { distributionDistance, momentDistances } from "./noise.ts";
import { joinHashes, logAgreeing, logUnmoved, pixelHashes, unmatched } from "./pixel-hashes.ts";
import { DISTRIBUTION_BOUND, LOG_NEGLIGIBLE, NORMAL_BOUND } from "./tail-bounds.ts";

/** Most examples of a split that are looked at, evenly spread; moments are taken over all. */
const SAMPLE = 500;

/** A place in a dataset. */
type Place = readonly [split: SplitName, index: number];

/** Check the inputs of a randomized dataset against the original. */
export function checkInputs(
  original: Splits,
  randomized: Splits,
  inputs: InputsName,
  seed: number,
): ConformanceLine[] {
  const name = inputs === "true" ? `true inputs seed ${seed}` : `${inputs} pixels seed ${seed}`;
  const line = (check: string, value: number, bound: number): ConformanceLine =>
    atMost(name, check, value, bound);
  const again = line(
    "sampled inputs that differ when drawn a second time",
    redrawnApart(original, randomized, inputs, seed),
    0,
  );
  if (inputs === "true") return [again];
  if (inputs === "gaussian") {
    const truth = channelMoments(original.train);
    const { mean, variance } = momentDistances(truth, randomized);
    return [
      line("mean of each channel, distance in standard errors", mean, NORMAL_BOUND),
      line("variance of each channel, distance in standard errors", variance, NORMAL_BOUND),
      line(
        "Kolmogorov distance from the unclamped Gaussian, times sqrt(n)",
        distributionDistance(truth, randomized),
        DISTRIBUTION_BOUND,
      ),
      line("sampled neighbours with the same noise", equalNeighbours(randomized), 0),
      again,
    ];
  }
  const lines = [
    line("sampled inputs whose pixels are not those of the original", alteredPixels(original, randomized), 0),
  ];
  const unmoved = unmovedInputs(original, randomized);
  if (unmoved.judged > 0) lines.push(line("sampled inputs left as they were", unmoved.found, 0));
  if (inputs === "shuffled") {
    lines.push(
      line(
        "pixels not moved alike in all sampled training and test inputs",
        movedApart(original, randomized),
        0,
      ),
    );
  } else {
    const alike = movedAlike(original, randomized);
    if (alike.judged > 0)
      lines.push(line("sampled pairs of inputs moved by the same permutation", alike.found, 0));
  }
  return [...lines, again];
}

/** Indices of the sampled examples of a split. */
function sampled(dataset: Dataset): number[] {
  const count = exampleCount(dataset);
  const size = Math.min(SAMPLE, count);
  return Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** The sampled examples of both splits. */
const places = (splits: Splits): Place[] => [
  ...sampled(splits.train).map((index): Place => ["train", index]),
  ...sampled(splits.test).map((index): Place => ["test", index]),
];

/** Neighbours within each split, and examples of both splits that stand in the same place. */
function neighbours(splits: Splits): (readonly [Place, Place])[] {
  return places(splits).flatMap(([split, index]) => {
    const pairs: (readonly [Place, Place])[] = [];
    if (index + 1 < exampleCount(splits[split]))
      pairs.push([
        [split, index],
        [split, index + 1],
      ]);
    if (split === "test" && index < exampleCount(splits.train))
      pairs.push([
        ["train", index],
        ["test", index],
      ]);
    return pairs;
  });
}

function valuesAt(splits: Splits, [split, index]: Place): Uint8Array | Float32Array {
  const size = exampleSize(splits[split]);
  return splits[split].inputs.subarray(index * size, (index + 1) * size);
}

const hashesAt = (splits: Splits, [split, index]: Place): Uint32Array => pixelHashes(splits[split], index);

const equal = (a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** How many sampled examples have other bytes when they are drawn from the seed again. */
function redrawnApart(original: Splits, randomized: Splits, inputs: InputsName, seed: number): number {
  const apart = (split: SplitName): number => {
    const indices = sampled(original[split]);
    const size = exampleSize(original[split]);
    const again = redrawInputs(original, split, indices, inputs, seed);
    return indices.filter(
      (index, row) =>
        !equal(again.subarray(row * size, (row + 1) * size), valuesAt(randomized, [split, index])),
    ).length;
  };
  return apart("train") + apart("test");
}

/** How many sampled examples do not have the pixels of the original, each as often, channels together. */
const alteredPixels = (original: Splits, randomized: Splits): number =>
  places(original).filter((place) => unmatched(hashesAt(original, place), hashesAt(randomized, place)) > 0)
    .length;

/** A count, among the cases in which chance would almost never show the same. */
interface Found {
  readonly found: number;
  readonly judged: number;
}

/** Sampled examples that no permutation seems to have moved. */
function unmovedInputs(original: Splits, randomized: Splits): Found {
  const judged = places(original).filter((place) => logUnmoved(hashesAt(original, place)) < LOG_NEGLIGIBLE);
  const found = judged.filter((place) => equal(valuesAt(original, place), valuesAt(randomized, place)));
  return { found: found.length, judged: judged.length };
}

/**
 * Pixels whose column of values, over all sampled examples of both splits, the original does not have.
 *
 * If one permutation moved all, each column of the original is found again, only elsewhere.
 */
function movedApart(original: Splits, randomized: Splits): number {
  const columns = (splits: Splits): Uint32Array =>
    places(original)
      .map((place) => hashesAt(splits, place))
      .reduce(joinHashes);
  return unmatched(columns(original), columns(randomized));
}

/** Pairs of examples whose pixels were moved by one permutation. */
function movedAlike(original: Splits, randomized: Splits): Found {
  const judged = neighbours(original).filter(
    ([a, b]) => logAgreeing(hashesAt(original, a), hashesAt(original, b)) < LOG_NEGLIGIBLE,
  );
  const columns = (splits: Splits, a: Place, b: Place): Uint32Array =>
    joinHashes(hashesAt(splits, a), hashesAt(splits, b));
  const found = judged.filter(
    ([a, b]) => unmatched(columns(original, a, b), columns(randomized, a, b)) === 0,
  );
  return { found: found.length, judged: judged.length };
}

/** Pairs of examples with equal values. */
const equalNeighbours = (randomized: Splits): number =>
  neighbours(randomized).filter(([a, b]) => equal(valuesAt(randomized, a), valuesAt(randomized, b))).length;
