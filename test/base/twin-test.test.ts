import { expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type TwinAnswer, twinTest } from "../../src/base/twin-test.ts";

const pair = (twin: number, given: number, answered: number): TwinAnswer => ({ twin, given, answered });

test("pairs of different twins are binomial", () => {
  // Two hits of three at one in two: (3 + 1) / 8.
  const { hits, expected, pValue } = twinTest([pair(1, 0, 0), pair(2, 1, 1), pair(3, 1, 0)], [0, 1]);
  expect({ hits, expected, pValue }).toEqual({ hits: 2, expected: 1.5, pValue: 0.5 });
});

test("two pairs of one twin hit together", () => {
  const { hits, expected, pValue } = twinTest([pair(1, 2, 2), pair(1, 2, 2)], [0, 1, 2, 3]);
  expect(hits).toBe(2);
  expect(expected).toBe(0.5);
  expect(pValue).toBe(0.25);
});

test("is what trying all labels gives", () => {
  const random = randomStream(3, "twin-test");
  for (let round = 0; round < 20; round++) {
    const classes: readonly number[] = [0, 1, 4];
    const twins = 1 + random.below(5);
    const given = Array.from({ length: twins }, () => classes[random.below(3)]!);
    // Class 2 is answered at times, and never drawn.
    const pairs = Array.from({ length: 8 }, () => {
      const twin = random.below(twins);
      return pair(twin, given[twin]!, [0, 1, 2, 4][random.below(4)]!);
    });
    const hitsWith = (labels: readonly number[]): number =>
      pairs.filter(({ twin, answered }) => labels[Number(twin)] === answered).length;
    const all = Array.from({ length: 3 ** twins }, (_, at) =>
      hitsWith(given.map((_, twin) => classes[Math.floor(at / 3 ** twin) % 3]!)),
    );
    const observed = hitsWith(given);
    const { hits, expected, pValue } = twinTest(pairs, classes);
    expect(hits).toBe(observed);
    expect(expected).toBeCloseTo(all.reduce((sum, count) => sum + count, 0) / all.length, 12);
    expect(pValue).toBeCloseTo(all.filter((count) => count >= observed).length / all.length, 12);
  }
});

test("small probabilities are not rounded away, and nothing is refused", () => {
  const pairs = Array.from({ length: 200 }, (_, twin) => pair(twin, 3, 3));
  const classes = Array.from({ length: 10 }, (_, label) => label);
  expect(twinTest(pairs, classes).pValue).toBeGreaterThan(0.9e-200);
  expect(twinTest(pairs, classes).pValue).toBeLessThan(1.1e-200);
  expect(() => twinTest([], classes)).toThrow(RangeError);
});
