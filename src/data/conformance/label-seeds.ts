/**
 * @file Whether labels are redrawn independently, seen over many seeds.
 *
 * Of one draw nobody can say that exactly `p n` labels were redrawn, where each should have been with probability `p`:
 * the count lies where it should. Over many seeds it does so too often. Labels drawn again prove the data to be those of
 * the function, so the function is asked: for few rows, each of a class of its own, so that a change is always seen.
 */

import { randomStream } from "../../base/random.ts";
import { logGamma } from "../../base/statistics.ts";
import type { Dataset, Splits } from "../dataset.ts";
import type { Corruption } from "../randomization.ts";
import type { Randomizer } from "../randomize.ts";
import {
  countBound,
  permutationBound,
  type Squares,
  squaresFloor,
  squaresOf,
  strain,
} from "./tail-bounds.ts";

/** Number of rows, and of classes. */
const ROWS = 64;

/** Number of seeds. */
export const SEEDS = 512;

/** Rows whose classes come in turn. */
const probe = (classes: number): Splits => {
  const dataset: Dataset = {
    name: "probe",
    inputs: new Uint8Array(ROWS),
    shape: [ROWS, 1],
    labels: Int32Array.from({ length: ROWS }, (_, row) => row % classes),
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
  };
  return { train: dataset, test: dataset };
};
const OWN_CLASSES = probe(ROWS);
const TWO_CLASSES = probe(2);

/** Other seeds than a trial's own, always the same for one. */
export function otherSeeds(seed: number): number[] {
  const random = randomStream(seed, "conformance-seeds");
  return Array.from({ length: SEEDS }, () => random.uint32());
}

/** What a count is expected to be, with its variance and fourth cumulant. */
interface Chances {
  readonly mean: number;
  readonly variance: number;
  readonly cumulant: number;
}

function binomial(events: number, p: number): Chances {
  const variance = p * (1 - p);
  return { mean: events * p, variance: events * variance, cumulant: events * variance * (1 - 6 * variance) };
}

/**
 * Number of examples, of {@link ROWS} drawn with probability `p` each and permuted, that do not come to stand where they
 * were. Of `r` a number `f` stays with probability `sum((-1)^i / i!, i <= r - f) / f!` (Montmort, 1708).
 */
function exchanged(p: number): Chances {
  const powers = [0, 0, 0];
  // Of r drawn, and of r - f that stay nowhere.
  const deranged = [1];
  for (let r = 1, term = 1; r <= ROWS; r++) {
    term /= -r;
    deranged.push(deranged.at(-1)! + term);
  }
  const each = (visit: (moved: number, chance: number) => void): void => {
    for (let r = 0; r <= ROWS; r++) {
      const ways = logGamma(ROWS + 1) - logGamma(r + 1) - logGamma(ROWS - r + 1);
      const drawn = Math.exp(ways) * p ** r * (1 - p) ** (ROWS - r);
      for (let f = 0; f <= r; f++) visit(r - f, (drawn * deranged[r - f]!) / Math.exp(logGamma(f + 1)));
    }
  };
  each((moved, chance) => {
    powers[0]! += chance * moved;
  });
  each((moved, chance) => {
    powers[1]! += chance * (moved - powers[0]!) ** 2;
    powers[2]! += chance * (moved - powers[0]!) ** 4;
  });
  const [mean, variance, fourth] = powers as [number, number, number];
  return { mean, variance, cumulant: fourth - 3 * variance ** 2 };
}

/**
 * How far labels stray from independent draws over {@link SEEDS} other seeds, as a share of the bound: counts of changed
 * labels by seed (too much alike as well as too different), by row, and by class given; and classes that are left over.
 * Of two classes, where a corrupted label is the true one half of the time, the share that changes.
 */
export function labelsOverSeeds({ redrawLabels }: Randomizer, request: Corruption, seed: number): number {
  const seeds = otherSeeds(seed);
  const redrawn = (splits: Splits): Int32Array[] =>
    seeds.map((other) => redrawLabels(splits, "train", request, other));
  const given = redrawn(OWN_CLASSES);
  const { corrupt: p, labels: how } = request;
  const permuted = how === "permute";
  const ofSeed = permuted ? exchanged(p) : binomial(ROWS, p * (1 - 1 / ROWS));
  const chance = ofSeed.mean / ROWS;
  const each = chance / (ROWS - 1);
  const changed = (labels: Int32Array, { train }: Splits): number =>
    labels.filter((label, row) => label !== train.labels[row]).length;
  const byRow = new Array<number>(ROWS).fill(0);
  const byClass = new Array<number>(ROWS).fill(0);
  for (const labels of given) {
    labels.forEach((label, row) => {
      if (label === row) return;
      byRow[row]!++;
      byClass[label]!++;
    });
  }
  const squares = (counts: readonly number[], { mean, ...chances }: Chances): Squares =>
    squaresOf(counts.map((count) => ({ deviation: count - mean, ...chances })));
  const bySeed = squares(
    given.map((labels) => changed(labels, OWN_CLASSES)),
    ofSeed,
  );
  const ofTwo = redrawn(TWO_CLASSES).reduce((total, labels) => total + changed(labels, TWO_CLASSES), 0);
  const absent = given.reduce((total, labels) => total + ROWS - new Set(labels).size, 0);
  return Math.max(
    strain(bySeed, squaresFloor(SEEDS, 1 + bySeed.variance / SEEDS)),
    strain(squares(byRow, binomial(SEEDS, chance))),
    // Each class goes to as many rows as change, one at most where labels are permuted: less varied than this.
    strain(squares(byClass, binomial(SEEDS * (ROWS - 1), each))),
    permuted ? permutedApart(ofTwo, p) : redrawnApart(ofTwo, p),
    // One label more or less leaves one class more or less without: McDiarmid's inequality (1989).
    Math.abs(absent - (permuted ? 0 : SEEDS * ROWS * chance * (1 - each) ** (ROWS - 1))) /
      Math.sqrt((14 / 2) * SEEDS * ROWS),
  );
}

/** How far the number of changed labels of two classes is from chance, as a share of its bound. */
function redrawnApart(changed: number, p: number): number {
  const { mean, variance } = binomial(SEEDS * ROWS, p / 2);
  return Math.abs(changed - mean) / countBound(variance);
}

/**
 * The same for permuted labels: of `r` drawn, half of each class on average, `r / 2 - (ROWS - r) / (2 (ROWS - 1))` change.
 */
function permutedApart(changed: number, p: number): number {
  const none = (1 - p) ** ROWS;
  const mean = (SEEDS * (ROWS * p - (ROWS * (1 - p - none)) / (ROWS - 1))) / 2;
  return Math.abs(changed - mean) / permutationBound(mean);
}
