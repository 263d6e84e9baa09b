/**
 * @file Examples that occur more than once: test inputs that stand in training, and inputs repeated in one split.
 *
 * Only equal inputs are found, value for value; nearer copies - another crop, another encoding - are not.
 */

import {
  type Dataset,
  type ExampleSplits,
  type Examples,
  exampleCount,
  exampleSize,
  inputType,
  isHeld,
  partsOf,
  takeExamples,
} from "./dataset.ts";
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
 * Count equal inputs: by hash, and those of one hash are compared whole.
 *
 * @param splits - Of one shape and element type.
 */
export function countCopies({ train, test }: ExampleSplits): Copies {
  const wide = isWide(train) && isWide(test);
  const [known, asked] = [hashAll(train, wide), hashAll(test, wide)];
  const classOf = (label: number): number => (test.values ? 0 : label);
  const found = { test: 0, testOtherLabel: 0, testRepeats: 0, train: 0, trainOtherLabel: 0 };
  for (const run of runsOf(known)) {
    if (run.length === 1) continue;
    for (const { labels } of groupEqual(known, run)) {
      found.train += sizeOf(labels) - 1;
      found.trainOtherLabel += labels.size - 1;
    }
  }
  const [testByClass, counts, squares] = [0, 1, 2].map(() => test.classNames.map(() => 0)) as [
    number[],
    number[],
    number[],
  ];
  for (const run of runsOf(asked)) {
    const sharing = runWith(known, asked.hashes[run[0]!]!);
    const twins = sharing.length === 0 ? [] : groupEqual(known, sharing);
    for (const { index, labels } of groupEqual(asked, run)) {
      const twin = twins.find((group) => isEqual(known, group.index, asked, index));
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
export function equalGroups({ train, test }: ExampleSplits): EqualGroup[] {
  const wide = isWide(train) && isWide(test);
  const [known, asked] = [hashAll(train, wide), hashAll(test, wide)];
  const found: { readonly train: number[]; readonly test: number[] }[] = [];
  const seen = new Set<number>();
  const place = (hash: number): void => {
    if (seen.has(hash)) return;
    seen.add(hash);
    const runs = [runWith(known, hash), runWith(asked, hash)] as const;
    if (runs[0].length + runs[1].length === 1) return;
    const groups: typeof found = [];
    for (const [split, hashed, run] of [
      ["train", known, runs[0]],
      ["test", asked, runs[1]],
    ] as const) {
      for (const index of run) {
        const group = groups.find(({ train: [first], test: [other] }) =>
          first === undefined ? isEqual(asked, other!, hashed, index) : isEqual(known, first, hashed, index),
        );
        if (group) group[split].push(index);
        else groups.push({ train: [], test: [], [split]: [index] });
      }
    }
    found.push(...groups.filter((group) => group.train.length + group.test.length > 1));
  };
  for (const hash of known.hashes) place(hash);
  for (const hash of asked.hashes) place(hash);
  const order = (group: EqualGroup): number => group.train[0] ?? known.hashes.length + group.test[0]!;
  return found.sort((a, b) => order(a) - order(b));
}

/** The inputs of a split by their hashes. */
interface Hashed {
  readonly examples: Examples;
  /** Whether inputs are compared four bytes at once. */
  readonly wide: boolean;
  /** `[count]`. */
  readonly hashes: Uint32Array;
  /** `[count]`: the examples, those of one hash beside each other. */
  readonly order: Uint32Array;
}

/** Hash all inputs, in one pass. */
function hashAll(examples: Examples, wide: boolean): Hashed {
  const hashes = new Uint32Array(exampleCount(examples));
  let at = 0;
  for (const part of partsOf(examples)) {
    const words = wordsOf(part, wide);
    for (let row = 0; row < exampleCount(part); row++) hashes[at++] = hashOf(words, row);
  }
  const order = Uint32Array.from(hashes, (_, index) => index).sort(
    (a, b) => hashes[a]! - hashes[b]! || a - b,
  );
  return { examples, wide, hashes, order };
}

/** The examples of each hash. */
function* runsOf({ hashes, order }: Hashed): Generator<Uint32Array> {
  for (let from = 0, to = 0; from < order.length; from = to) {
    const hash = hashes[order[from]!]!;
    for (to = from + 1; to < order.length && hashes[order[to]!] === hash; ) to++;
    yield order.subarray(from, to);
  }
}

/** The examples of a hash; none, if there are none. */
function runWith({ hashes, order }: Hashed, hash: number): Uint32Array {
  const firstFrom = (isAt: (at: number) => boolean): number => {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAt(hashes[order[middle]!]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return order.subarray(
    firstFrom((at) => at >= hash),
    firstFrom((at) => at > hash),
  );
}

/** `[classes]`: squared numbers of examples of each class in each group, summed. */
function squaresByGroup(test: Examples): number[] {
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

/** The groups of equal inputs among examples of one hash. */
function groupEqual(hashed: Hashed, run: Uint32Array): Group[] {
  const groups: Group[] = [];
  for (const index of run) {
    const label = hashed.examples.labels[index]!;
    let group = groups.find((candidate) => isEqual(hashed, candidate.index, hashed, index));
    if (!group) groups.push((group = { index, labels: new Map() }));
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
const isWide = (examples: Examples): boolean =>
  inputType(examples) === "float32" ||
  (exampleSize(examples) % 4 === 0 && !(isHeld(examples) && examples.inputs.byteOffset % 4 !== 0));

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

function isEqual(first: Hashed, i: number, second: Hashed, j: number): boolean {
  const [a, b] = [wordsAt(first, i), wordsAt(second, j)];
  for (let at = 0; at < a.size; at++) {
    if (a.values[a.from + at] !== b.values[b.from + at]) return false;
  }
  return true;
}

/** The inputs of one example, from `from` on. */
function wordsAt({ examples, wide }: Hashed, index: number): Words & { readonly from: number } {
  if (!isHeld(examples)) return { ...wordsOf(takeExamples(examples, [index]), wide), from: 0 };
  const words = wordsOf(examples, wide);
  return { ...words, from: index * words.size };
}

/**
 * Which test examples are one, as their inputs are equal or they are of one group: `[test]`, the first index of each; -1 where an
 * example stands in training.
 */
export function clusterTest({ train, test }: ExampleSplits): Int32Array {
  const wide = isWide(train) && isWide(test);
  const [known, asked] = [hashAll(train, wide), hashAll(test, wide)];
  const { placeOf, members } = groupingOf(test);
  const clusters = Int32Array.from(test.labels, (_, index) => index);
  for (const run of runsOf(asked)) {
    const sharing = runWith(known, asked.hashes[run[0]!]!);
    const firsts: number[] = [];
    for (const index of run) {
      const isTrained = sharing.some((other) => isEqual(known, other, asked, index));
      const twin = firsts.find((other) => isEqual(asked, other, asked, index));
      if (!isTrained && twin === undefined) firsts.push(index);
      else clusters[index] = isTrained ? -1 : twin!;
      if (!isTrained && test.groups) clusters[index] = members[placeOf[index]!]![0]!;
    }
  }
  return clusters;
}
