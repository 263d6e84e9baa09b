import { expect, test } from "vitest";
import { permutationTest } from "../../src/base/permutation-test.ts";
import { randomStream } from "../../src/base/random.ts";

/** `[classes][classes]` counts of labels and predictions. */
function confusionOf(labels: readonly number[], predicted: readonly number[], classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [index, label] of labels.entries()) confusion[label]![predicted[index]!]!++;
  return confusion;
}

test("is the share of arrangements, counted by hand", () => {
  // Two labels of each kind, all named right: one of six arrangements does as well.
  const whole = [
    [2, 0],
    [0, 2],
  ];
  const { accuracy, expected, pValue } = permutationTest([whole], 0);
  expect([accuracy, expected]).toEqual([1, 0.5]);
  // The first twenty of them come after 120 draws or so.
  expect(pValue).toBeGreaterThan(1 / 12);
  expect(pValue).toBeLessThan(1 / 3);
  // With three such sets it is one in 216.
  expect(permutationTest([whole, whole, whole], 0).pValue).toBeLessThan(1 / 100);
});

test("takes always the same class for a guess, however right it is", () => {
  const constant = [
    [90, 0],
    [10, 0],
  ];
  expect(permutationTest([constant], 0)).toEqual({ accuracy: 0.9, expected: 0.9, pValue: 1 });
});

test("p-values of guesses are at most as often small as they say", () => {
  const [classes, size, repetitions] = [3, 30, 1000];
  const pValues = Array.from({ length: repetitions }, (_, repetition) => {
    const random = randomStream(repetition, "permutation-test-check");
    // Unequal classes, and guesses that are not spread as labels are.
    const labels = Array.from({ length: size }, () => (random.below(5) < 3 ? 0 : 1 + random.below(2)));
    const predicted = Array.from({ length: size }, () => Math.max(0, random.below(4) - 1));
    return permutationTest([confusionOf(labels, predicted, classes)], repetition).pValue;
  });
  for (const level of [0.01, 0.05, 0.2]) {
    const small = pValues.filter((pValue) => pValue <= level).length / repetitions;
    // Five standard errors.
    expect(small).toBeLessThan(level + 5 * Math.sqrt((level * (1 - level)) / repetitions));
  }
});

test("needs a test example", () => {
  expect(() => permutationTest([[[0]]], 0)).toThrow(RangeError);
});
