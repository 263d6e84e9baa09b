/**
 * @file Whether permutations of pixels are uniform, seen over many seeds.
 *
 * A single permutation says little about how it was drawn, and images of few values hide even that. So the function that
 * made the data is asked for the permutation of one small image, whose pixels all differ, over many other seeds.
 */

import type { Dataset } from "../dataset.ts";
import type { Randomizer } from "../randomize.ts";
import { otherSeeds, SEEDS } from "./label-seeds.ts";
import { mostKept, unevenness } from "./permutations.ts";
import { permutationBound } from "./tail-bounds.ts";

/** Height and width. */
const SIDE = 8;

const PROBE: Dataset = {
  name: "probe",
  inputs: Float32Array.from({ length: SIDE * SIDE }, (_, place) => place),
  shape: [1, 1, SIDE, SIDE],
  labels: new Int32Array(1),
  classNames: ["one"],
};

/**
 * How far permutations are from uniform over 512 other seeds, as a share of the bound: where pixels come from and go to,
 * how many stay, and how many keep a distance or a neighbor in one image.
 */
export function permutationsOverSeeds(
  { redrawInputs }: Randomizer,
  inputs: "shuffled" | "random",
  seed: number,
): number {
  const traces = otherSeeds(seed).map((other) =>
    Int32Array.from(redrawInputs({ train: PROBE, test: PROBE }, "train", [0], inputs, other)),
  );
  const staying = traces.reduce(
    (total, trace) => total + trace.reduce((stay, from, to) => stay + Number(from === to), 0),
    0,
  );
  const kept = mostKept(traces, SIDE);
  return Math.max(
    unevenness(traces),
    kept.value / kept.bound,
    // One pixel of each image stays on average.
    Math.abs(staying - SEEDS) / permutationBound(SEEDS),
  );
}
