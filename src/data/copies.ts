/**
 * @file Examples that occur more than once: test inputs that stand in training, and inputs repeated in one split.
 *
 * Only equal inputs are found, value for value; nearer copies - another crop, another encoding - are not.
 */

import { type Dataset, exampleSize, type Splits } from "./dataset.ts";
import { groupingOf } from "./groups.ts";

/** How many examples have equal inputs. */
export interface Copies {
  /** Test examples whose inputs equal those of a training example. */
  readonly test: number;
  /** Of these, those whose label no equal training example has. */
  readonly testOtherLabel: number;
  /** `[classes]`: test examples that stand in training, by their class. */
  readonly testByClass: readonly number[];
  /** Test examples whose inputs equal those of another one before; absent where nobody counted. */
  readonly testRepeats?: number | undefined;
  /**
   * `[classes]`: how many independent test examples those of a class are worth, as equal ones are all answered
   * alike, and those of a group may be: `n^2 / sum m^2` for groups of `m` (Kish, Survey Sampling, 1965); absent where nobody counted.
   */
  readonly testWorthByClass?: readonly number[] | undefined;
  /** Training examples whose inputs equal those of an earlier one. */
  readonly train: number;
  /** Of these, those whose label no earlier equal one has. */
  readonly trainOtherLabel: number;
}

/**
 * Count equal inputs, in one pass over each split; by hash, and each found one is compared whole.
 *
 * @param splits - Of one shape and element type.
 */
export function countCopies({ train, test }: Splits): Copies {
  const wide = isWide(train) && isWide(test);
  const [words, asked] = [wordsOf(train, wide), wordsOf(test, wide)];
  const known = groupEqual(words, train.labels);
  const classOf = (label: number): number => (test.values ? 0 : label);
  const found = { test: 0, testOtherLabel: 0, testRepeats: 0, train: 0, trainOtherLabel: 0 };
  for (const { labels } of [...known.values()].flat()) {
    found.train += sizeOf(labels) - 1;
    found.trainOtherLabel += labels.size - 1;
  }
  const [testByClass, counts, squares] = [0, 1, 2].map(() => test.classNames.map(() => 0)) as [
    number[],
    number[],
    number[],
  ];
  for (const [hash, groups] of groupEqual(asked, test.labels)) {
    for (const { index, labels } of groups) {
      const twin = known.get(hash)?.find((group) => isEqual(words, group.index, asked, index));
      found.testRepeats += sizeOf(labels) - 1;
      if (test.values) squares[0]! += sizeOf(labels) ** 2;
      for (const [label, count] of labels) {
        if (!test.values) squares[label]! += count ** 2;
        counts[classOf(label)]! += count;
        if (!twin) continue;
        found.test += count;
        testByClass[classOf(label)]! += count;
        if (!twin.labels.has(label)) found.testOtherLabel += count;
      }
    }
  }
  const grouped = test.groups ? squaresByGroup(test) : squares;
  const testWorthByClass = counts.map((count, label) =>
    count === 0 ? 0 : count ** 2 / Math.max(squares[label]!, grouped[label]!),
  );
  return { ...found, testByClass, testWorthByClass };
}

/** Examples of equal inputs, by their places in each split. */
export interface EqualGroup {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * All examples whose inputs occur more than once, in groups of equal ones; groups and examples in their order, training first.
 *
 * @param splits - Of one shape and element type.
 */
export function equalGroups({ train, test }: Splits): EqualGroup[] {
  const wide = isWide(train) && isWide(test);
  const words = { train: wordsOf(train, wide), test: wordsOf(test, wide) };
  const groups = new Map<number, { readonly train: number[]; readonly test: number[] }[]>();
  for (const [split, { labels }] of [
    ["train", train],
    ["test", test],
  ] as const) {
    for (let index = 0; index < labels.length; index++) {
      const hash = hashOf(words[split], index);
      const sharing = groups.get(hash);
      const group = sharing?.find((known) => {
        const first = known.train.length > 0 ? "train" : "test";
        return isEqual(words[first], known[first][0]!, words[split], index);
      });
      if (group) group[split].push(index);
      else {
        const fresh: { readonly train: number[]; readonly test: number[] } = { train: [], test: [] };
        fresh[split].push(index);
        if (sharing) sharing.push(fresh);
        else groups.set(hash, [fresh]);
      }
    }
  }
  return [...groups.values()].flat().filter((group) => group.train.length + group.test.length > 1);
}

/** `[classes]`: squared numbers of examples of each class in each group, summed. */
function squaresByGroup(test: Dataset): number[] {
  const squares = test.classNames.map(() => 0);
  for (const members of groupingOf(test).members) {
    const counts = new Map<number, number>();
    for (const index of members) {
      const label = test.values ? 0 : test.labels[index]!;
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    for (const [label, count] of counts) squares[label]! += count ** 2;
  }
  return squares;
}

/** Examples of equal inputs: the first of them, and how many have each label. */
interface Group {
  readonly index: number;
  readonly labels: Map<number, number>;
}

const sizeOf = (labels: Group["labels"]): number =>
  [...labels.values()].reduce((all, count) => all + count, 0);

/** The groups of equal inputs, by hash. */
function groupEqual(words: Words, labels: Int32Array): Map<number, Group[]> {
  const groups = new Map<number, Group[]>();
  for (const [index, label] of labels.entries()) {
    const hash = hashOf(words, index);
    const sharing = groups.get(hash) ?? [];
    if (sharing.length === 0) groups.set(hash, sharing);
    let group = sharing.find((candidate) => isEqual(words, candidate.index, words, index));
    if (!group) sharing.push((group = { index, labels: new Map() }));
    group.labels.set(label, (group.labels.get(label) ?? 0) + 1);
  }
  return groups;
}

/** Inputs as whole numbers, `size` an example. */
interface Words {
  readonly values: Uint8Array | Uint32Array;
  readonly size: number;
}

/** Whether each example is whole words of four bytes. */
const isWide = (dataset: Dataset): boolean =>
  dataset.inputs instanceof Float32Array ||
  (exampleSize(dataset) % 4 === 0 && dataset.inputs.byteOffset % 4 === 0);

/** The bits of the inputs, four bytes at once if `wide`. */
function wordsOf(dataset: Dataset, wide: boolean): Words {
  const { inputs } = dataset;
  const size = exampleSize(dataset);
  if (!wide) return { values: new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength), size };
  const values = new Uint32Array(inputs.buffer, inputs.byteOffset, inputs.byteLength / 4);
  return { values, size: inputs instanceof Uint8Array ? size / 4 : size };
}

/** FNV-1a over words, its high bits mixed in at the end. */
function hashOf({ values, size }: Words, index: number): number {
  let hash = 0x811c9dc5;
  for (let at = index * size; at < (index + 1) * size; at++) {
    hash = Math.imul(hash ^ values[at]!, 0x01000193);
    // A word's high bits would never reach the low ones by multiplication.
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function isEqual(a: Words, first: number, b: Words, second: number): boolean {
  for (let at = 0; at < a.size; at++) {
    if (a.values[first * a.size + at] !== b.values[second * b.size + at]) return false;
  }
  return true;
}

/**
 * Which test examples are one, as their inputs are equal or they are of one group: `[test]`, the first index of each; -1 where an
 * example stands in training.
 */
export function clusterTest({ train, test }: Splits): Int32Array {
  const wide = isWide(train) && isWide(test);
  const [words, asked] = [wordsOf(train, wide), wordsOf(test, wide)];
  const known = groupEqual(words, train.labels);
  const first = new Map<number, number[]>();
  const { placeOf, members } = groupingOf(test);
  return test.labels.map((_, index) => {
    const hash = hashOf(asked, index);
    if (known.get(hash)?.some((group) => isEqual(words, group.index, asked, index))) return -1;
    if (test.groups) return members[placeOf[index]!]![0]!;
    const seen = first.get(hash) ?? [];
    const twin = seen.find((other) => isEqual(asked, other, asked, index));
    if (twin !== undefined) return twin;
    first.set(hash, [...seen, index]);
    return index;
  });
}
