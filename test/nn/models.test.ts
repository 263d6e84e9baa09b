import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { input } from "../../src/graph/value.ts";
import { findModel, models, summarizeModel } from "../../src/nn/models.ts";
import { createScope } from "../../src/nn/scope.ts";

/** The paper's examples: CIFAR-10, cropped to its centre. */
const EXAMPLE = [3, 28, 28];

describe("the models", () => {
  // Weights and biases of each layer: 2352 * 10 + 10; 2352 * 512 + 512 + 512 * 10 + 10; twice 512 * 512 + 512 more.
  test.each([
    ["linear", 23_530],
    ["mlp-1x512", 1_209_866],
    ["mlp-3x512", 1_735_178],
  ])("have the paper's number of parameters: %s", (name, count) => {
    expect(summarizeModel(findModel(name), EXAMPLE, 10).count).toBe(count);
  });

  test.each(
    [...models.values()].map((model) => [model.name, model] as const),
  )("give logits: %s", (name, model) => {
    const scope = createScope();
    expect(model.name).toBe(name);
    expect(model.logits(input("x", [7, ...EXAMPLE]), 10, scope).shape).toEqual([7, 10]);
    expect(model.logits(input("x", [7, 20]), 4, createScope()).shape).toEqual([7, 4]);
  });

  test("name their parameters by layer", () => {
    const { parameters } = summarizeModel(findModel("mlp-1x512"), EXAMPLE, 10);
    expect(
      parameters.map(({ name, role, fanIn, fanOut, value }) => [name, role, fanIn, fanOut, value.shape]),
    ).toEqual([
      ["hidden1.weight", "weight", 2352, 512, [512, 2352]],
      ["hidden1.bias", "bias", 2352, 512, [512]],
      ["output.weight", "weight", 512, 10, [10, 512]],
      ["output.bias", "bias", 512, 10, [10]],
    ]);
  });

  test("ask for a dropout mask for each hidden layer, in training only", () => {
    const scope = createScope(0.25);
    findModel("mlp-3x512").logits(input("x", [7, 20]), 4, scope);
    expect(scope.masks.map(({ keep, value }) => [keep, value.shape])).toEqual([
      [0.75, [7, 512]],
      [0.75, [7, 512]],
      [0.75, [7, 512]],
    ]);
    expect(new Set(scope.masks.map(({ value }) => value.name)).size).toBe(3);
    const evaluation = createScope();
    findModel("mlp-3x512").logits(input("x", [7, 20]), 4, evaluation);
    expect(evaluation.masks).toEqual([]);
  });
});

describe("findModel", () => {
  test("suggests the nearest name", () => {
    expect(() => findModel("mlp-1x521")).toThrow(
      new UsageError(
        'unknown model "mlp-1x521"; did you mean "mlp-1x512"? (known: linear, mlp-1x512, mlp-3x512)',
      ),
    );
  });
});

describe("a scope", () => {
  test("refuses two parameters of one name", () => {
    const scope = createScope();
    const facts = { role: "weight", fanIn: 1, fanOut: 1 } as const;
    scope.parameter("w", [1], facts);
    expect(() => scope.parameter("w", [1], facts)).toThrow(
      'parameter "w": expected a name of its own, but another parameter has it',
    );
  });
});
