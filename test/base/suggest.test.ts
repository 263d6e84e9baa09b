import { describe, expect, test } from "vitest";
import { suggest, unknownName } from "../../src/base/suggest.ts";

const MODELS = ["linear", "mlp-1x512", "mlp-3x512"];

describe("suggest", () => {
  test.each([
    ["mlp1x512", "mlp-1x512"],
    ["MLP-3x521", "mlp-3x512"],
    ["liner", "linear"],
    ["mlp-3x51", "mlp-3x512"],
  ])("takes %s for %s", (typed, meant) => {
    expect(suggest(typed, MODELS)).toBe(meant);
  });

  test("suggests nothing for a name like none of them", () => {
    expect(suggest("resnet", MODELS)).toBeUndefined();
  });

  test("says what is known", () => {
    expect(unknownName("model", "liner", MODELS)).toBe(
      'unknown model "liner"; did you mean "linear"? (known: linear, mlp-1x512, mlp-3x512)',
    );
  });
});
