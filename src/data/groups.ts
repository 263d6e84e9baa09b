/**
 * @file Examples that belong together - of one person, one day, one batch of measurements: their groups, and labels that change
 * places by whole groups.
 *
 * Examples of a group are no independent ones, so permuting them one by one would compare with labels that are more varied than
 * any of whole groups. What may change places are the groups: "exchangeability blocks" (Anderson and ter Braak, J. Stat. Comput.
 * Simul. 2003; Winkler, Ridgway, Webster, Smith and Nichols, NeuroImage 2014).
 */

import { randomStream } from "../base/random.ts";
import type { Dataset, ExampleSplits, Examples, Splits } from "./dataset.ts";

/** The groups of some examples. */
export interface Grouping {
  /** `[count]`: the place of each example's group, groups in the order of their first examples. */
  readonly placeOf: Int32Array;
  /** `[groups][examples]`. */
  readonly members: readonly (readonly number[])[];
}

/** The groups of a split; each example is its own where there are none. */
export function groupingOf({ labels, groups }: Pick<Dataset, "labels" | "groups">): Grouping {
  const places = new Map<number, number>();
  const members: number[][] = [];
  const placeOf = labels.map((_, index) => {
    const group = groups ? groups[index]! : index;
    const place = places.get(group) ?? members.length;
    if (place === members.length) {
      places.set(group, place);
      members.push([]);
    }
    members[place]!.push(index);
    return place;
  });
  return { placeOf, members };
}

/** Number of groups that examples are of; undefined without groups. */
export const groupCount = ({ groups }: Pick<Dataset, "groups">): number | undefined =>
  groups && new Set(groups).size;

/** How many independent examples those of groups are worth, if each group is answered alike: `n^2 / sum m^2` (Kish, 1965). */
export function groupWorth(dataset: Examples): number {
  const sizes = groupingOf(dataset).members.map(({ length }) => length);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(sizes) ** 2 / sum(sizes.map((size) => size ** 2));
}

/** Whether all examples of each group have one label. */
const isConstant = (dataset: Examples): boolean =>
  groupingOf(dataset).members.every((members) =>
    members.every((index) => dataset.labels[index] === dataset.labels[members[0]!]),
  );

/** Whether both splits have groups, and one label in each: a whole group is given one label then. */
export const hasGroupLabels = ({ train, test }: ExampleSplits): boolean =>
  train.groups !== undefined && test.groups !== undefined && isConstant(train) && isConstant(test);

/** One example of each group of both splits, without inputs: what labels of whole groups are drawn for. */
export const oneOfEachGroup = ({ train, test }: ExampleSplits): Splits => ({
  train: firstOfEach(train),
  test: firstOfEach(test),
});

function firstOfEach(dataset: Examples): Dataset {
  const { members } = groupingOf(dataset);
  const { name, classNames, values } = dataset;
  return {
    name,
    classNames,
    ...(values && { values }),
    inputs: new Uint8Array(members.length),
    shape: [members.length, 1],
    labels: Int32Array.from(members, ([first]) => dataset.labels[first!]!),
  };
}

/** `[examples]`: labels of groups, each given to all examples of its group. */
export function spreadOverGroups(labels: Int32Array, dataset: Examples): Int32Array {
  const { placeOf } = groupingOf(dataset);
  return placeOf.map((place) => labels[place]!);
}

/**
 * Draw groups, each with a probability, and let their labels change places by whole groups.
 *
 * The groups drawn are put in a random order and each one's labels as well; then all these labels are dealt to the groups drawn, in
 * their own order. So every label is kept, and a group has the labels of one other group, or of a few neighbors in that order. Where all
 * groups have one size this is the permutation of whole blocks and within them (Winkler et al., 2014).
 *
 * @param probability - In `[0, 1]`.
 * @param purpose - Names the stream.
 */
export function dealLabels(
  dataset: Examples,
  probability: number,
  seed: number,
  purpose: string,
): Int32Array {
  const random = randomStream(seed, purpose);
  const drawn = groupingOf(dataset).members.filter(() => random.uniform() < probability);
  const order = random.permutation(drawn.length);
  const dealt: number[] = [];
  for (const place of order) {
    const donor = drawn[place]!;
    for (const at of random.permutation(donor.length)) dealt.push(dataset.labels[donor[at]!]!);
  }
  const labels = dataset.labels.slice();
  drawn.flat().forEach((index, at) => {
    labels[index] = dealt[at]!;
  });
  return labels;
}
