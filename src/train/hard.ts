/**
 * @file The examples a network finds hard: those it fitted last, and those it misses.
 */

import { z } from "zod";

const count = z.int().min(0);

/** An example, its label, what is answered to it; and since which epoch that is the label, to the end. */
const missedSchema = z.tuple([count, count, count]);
const lateSchema = z.tuple([count, count, count, z.int().min(1).nullable()]);

/** What a network of classes found hard; lists are cut off at {@link MOST_HARD}. Indices are those of the examples used. */
export const hardSchema = z.strictObject({
  /** Training examples that it does not answer as taught after the last epoch. */
  trainMissed: count,
  /**
   * Training examples that were answered as taught last: `[index, label taught, answer, epoch]`; from that measured epoch on they
   * were to the end. First, and null, are those that are missed still. Absent if training went on from a checkpoint that does not know.
   */
  trainLast: z.array(lateSchema).optional(),
  /** Test examples that it misses after the last epoch, by their true labels. */
  testMissed: count,
  /** Those it is surest about, by their loss: `[index, true label, answer]`. */
  testSurest: z.array(missedSchema),
});

export type Hard = z.infer<typeof hardSchema>;

/** Examples of a list: enough to look at, and few enough for the documents of thousands of trials. */
export const MOST_HARD = 64;

/** Since which measured epoch each training example is answered as taught, without a break; 0 if it is not. `[count]` */
export type FittedSince = Int32Array;

/** Answers, and what they should be. `[count]` each. */
export interface Answered {
  readonly predicted: Int32Array;
  readonly losses: Float32Array;
  readonly labels: Int32Array;
}

/** Follow the training examples through one more epoch. */
export const followFitted = (
  since: FittedSince,
  { predicted, labels }: Omit<Answered, "losses">,
  epoch: number,
): FittedSince =>
  since.map((before, index) => (predicted[index] !== labels[index] ? 0 : before === 0 ? epoch : before));

/**
 * What was hard, after the last epoch.
 *
 * @param train - Answers to the training examples, and the labels they were taught.
 * @param test - Answers to the test examples, and their true labels.
 * @param since - Of the training examples; undefined if it is not known.
 */
export function hardOf(train: Answered, test: Answered, since: FittedSince | undefined): Hard {
  const missed = ({ predicted, labels }: Answered): number[] =>
    Array.from(labels.keys()).filter((index) => predicted[index] !== labels[index]);
  const [missedTrain, missedTest] = [missed(train), missed(test)];
  const said = ({ labels, predicted }: Answered, index: number): [number, number, number] => [
    index,
    labels[index]!,
    predicted[index]!,
  ];
  const bySize =
    ({ losses }: Answered) =>
    (a: number, b: number) =>
      losses[b]! - losses[a]! || a - b;
  const never = Number.POSITIVE_INFINITY;
  const late = (index: number): number => since![index] || never;
  const last =
    since &&
    [...since.keys()]
      .sort((a, b) => (late(a) === late(b) ? bySize(train)(a, b) : late(b) - late(a)))
      .slice(0, MOST_HARD);
  return {
    trainMissed: missedTrain.length,
    ...(last && {
      trainLast: last.map((index) => [...said(train, index), since[index] || null]),
    }),
    testMissed: missedTest.length,
    testSurest: missedTest
      .sort(bySize(test))
      .slice(0, MOST_HARD)
      .map((index) => said(test, index)),
  };
}
