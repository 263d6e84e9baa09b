import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { input } from "../../src/graph/value.ts";
import { crossEntropy } from "../../src/nn/losses.ts";

describe("cross-entropy", () => {
  const logits = input("logits", [2, 4]);
  const labels = input("labels", [2], "int32");
  const lossesOf = (smoothing?: number): number[] => {
    const outputs = [{ name: "losses", value: crossEntropy(logits, labels, smoothing) }];
    // Probabilities 1/2, 1/4, 1/8, 1/8; and four times 1/4.
    const numbers = [3, 2, 1, 1, 5, 5, 5, 5].map((power) => power * Math.LN2);
    const graph = { name: "losses", inputs: [logits, labels], outputs };
    return Array.from(evaluate(graph, { logits: numbers, labels: [1, 3] })["losses"]!.data);
  };

  test("is minus the log-probability of the label", () => {
    expect(lossesOf()).toEqual([2 * Math.LN2, 2 * Math.LN2].map((bits) => expect.closeTo(bits, 14)));
    expect(lossesOf(0)).toEqual(lossesOf());
  });

  test("of smoothed labels adds the mean over all classes, by its share", () => {
    // Over classes 1, 2, 3 and 3 bits: 9/4.
    const [first, second] = lossesOf(0.5);
    expect(first).toBeCloseTo((0.5 * 2 + 0.5 * 2.25) * Math.LN2, 14);
    expect(second).toBeCloseTo(2 * Math.LN2, 14);
  });
});
