import { describe, expect, test } from "vitest";
import { type Answered, type FittedSince, followFitted, hardOf, MOST_HARD } from "../../src/train/hard.ts";

const answered = (predicted: number[], labels: number[], losses = predicted.map(() => 1)): Answered => ({
  predicted: Int32Array.from(predicted),
  labels: Int32Array.from(labels),
  losses: Float32Array.from(losses),
});

describe("hardOf", () => {
  test("lists training examples by when they were fitted for good, those never fitted first", () => {
    const labels = [0, 1, 2, 0];
    const epochs = [
      [0, 0, 0, 0],
      [0, 1, 0, 1],
      [0, 1, 1, 0],
    ];
    const since = epochs.reduce<FittedSince>(
      (before, predicted, index) => followFitted(before, answered(predicted, labels), index + 1),
      new Int32Array(4),
    );
    expect([...since]).toEqual([1, 2, 0, 3]);
    const hard = hardOf(answered(epochs[2]!, labels), answered([], []), since);
    expect(hard.trainMissed).toBe(1);
    expect(hard.trainLast).toEqual([
      [2, 2, 1, null],
      [3, 0, 0, 3],
      [1, 1, 1, 2],
      [0, 0, 0, 1],
    ]);
  });

  test("lists missed test examples, the surest first, and so many only", () => {
    const asked = answered([1, 1, 0, 1], [0, 1, 1, 0], [0.5, 9, 3, 4]);
    const hard = hardOf(answered([], []), asked, undefined);
    expect(hard).toEqual({
      trainMissed: 0,
      testMissed: 3,
      testSurest: [
        [3, 0, 1],
        [2, 1, 0],
        [0, 0, 1],
      ],
    });
    const many = new Array<number>(MOST_HARD + 5).fill(1);
    const zeros = many.map(() => 0);
    const { testMissed, testSurest } = hardOf(answered([], []), answered(many, zeros), undefined);
    expect([testMissed, testSurest.length]).toEqual([MOST_HARD + 5, MOST_HARD]);
  });
});
