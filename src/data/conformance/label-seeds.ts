/**
 * @file Whether labels are redrawn independently, seen over many seeds.
 *
 * Of one draw nobody can say that exactly `p n` labels were redrawn, where each should have been with probability `p`:
 * the count lies where it should. Over many seeds it does so too often. Labels drawn again prove the data to be those of
 * the function, so the function is asked: for few rows, each of a class of its own, so that a change is always seen.
 */

import { randomStream } from "../../base/random.ts";
import type { Dataset, Splits } from "../dataset.ts";
import type { Randomizer } from "../randomize.ts";
import { countBound, squaresFloor, squaresOf, strain } from "./tail-bounds.ts";

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

/**
 * How far labels stray from independent draws over {@link SEEDS} other seeds, as a share of the bound: counts of changed
 * labels by seed (too much alike as well as too different), by row, and by class given; and classes that are left over.
 */
export function labelsOverSeeds({ redrawLabels }: Randomizer, corrupt: number, seed: number): number {
  const redrawn = (splits: Splits): Int32Array[] =>
    otherSeeds(seed).map((other) => redrawLabels(splits, "train", { corrupt }, other));
  const given = redrawn(OWN_CLASSES);
  // A change from row to row, and to which class.
  const each = corrupt / ROWS;
  const chance = each * (ROWS - 1);
  const binomial = (count: number, events: number, p: number) => {
    const variance = p * (1 - p);
    return {
      deviation: count - events * p,
      variance: events * variance,
      cumulant: events * variance * (1 - 6 * variance),
    };
  };
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
  const bySeed = squaresOf(given.map((labels) => binomial(changed(labels, OWN_CLASSES), ROWS, chance)));
  const kurtosis = 1 + bySeed.variance / SEEDS;
  const absent = given.reduce((total, labels) => total + ROWS - new Set(labels).size, 0);
  const absence = SEEDS * ROWS * chance * (1 - each) ** (ROWS - 1);
  const ofTwo = redrawn(TWO_CLASSES).reduce((total, labels) => total + changed(labels, TWO_CLASSES), 0);
  const { deviation, variance } = binomial(ofTwo, SEEDS * ROWS, corrupt / 2);
  return Math.max(
    Math.abs(deviation) / countBound(variance),
    strain(bySeed, squaresFloor(SEEDS, kurtosis)),
    strain(squaresOf(byRow.map((count) => binomial(count, SEEDS, chance)))),
    strain(squaresOf(byClass.map((count) => binomial(count, SEEDS * (ROWS - 1), each)))),
    // One label more or less leaves one class more or less without: McDiarmid's inequality (1989).
    Math.abs(absent - absence) / Math.sqrt((14 / 2) * SEEDS * ROWS),
  );
}
