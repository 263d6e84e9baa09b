/**
 * @file Examples that occur more than once: test inputs that stand in training, and repeated training inputs.
 *
 * Only equal inputs are found, value for value; nearer copies - another crop, another encoding - are not.
 */

import { type Dataset, exampleCount, exampleSize, type Splits } from "./dataset.ts";

/** How many examples have equal inputs. */
export interface Copies {
  /** Test examples whose inputs equal those of a training example. */
  readonly test: number;
  /** Of these, those whose label no equal training example has. */
  readonly testOtherLabel: number;
  /** `[classes]`: test examples that stand in training, by their class. */
  readonly testByClass: readonly number[];
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
  const groups = new Map<number, Group[]>();
  const wide = isWide(train) && isWide(test);
  const words = wordsOf(train, wide);
  const found = { test: 0, testOtherLabel: 0, train: 0, trainOtherLabel: 0 };
  for (let index = 0; index < exampleCount(train); index++) {
    const hash = hashOf(words, index);
    const label = train.labels[index]!;
    const sharing = groups.get(hash);
    const group = sharing?.find((candidate) => isEqual(words, candidate.index, words, index));
    if (group) {
      found.train++;
      if (!group.labels.has(label)) found.trainOtherLabel++;
      group.labels.add(label);
    } else if (sharing) sharing.push({ index, labels: new Set([label]) });
    else groups.set(hash, [{ index, labels: new Set([label]) }]);
  }
  const testByClass = new Array<number>(test.classNames.length).fill(0);
  const asked = wordsOf(test, wide);
  for (let index = 0; index < exampleCount(test); index++) {
    const group = groups
      .get(hashOf(asked, index))
      ?.find((candidate) => isEqual(words, candidate.index, asked, index));
    if (!group) continue;
    const label = test.labels[index]!;
    found.test++;
    testByClass[label]!++;
    if (!group.labels.has(label)) found.testOtherLabel++;
  }
  return { ...found, testByClass };
}

/** Training examples of equal inputs: the first of them, and the labels they have. */
interface Group {
  readonly index: number;
  readonly labels: Set<number>;
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
