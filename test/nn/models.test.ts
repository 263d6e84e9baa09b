import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { input, sizeOf } from "../../src/graph/value.ts";
import { findModel, models } from "../../src/nn/models.ts";
import { summarizeModel } from "../../src/nn/profile.ts";
import { createScope } from "../../src/nn/scope.ts";

/** The paper's examples: CIFAR-10, cropped to its center. */
const EXAMPLE = [3, 28, 28];

/** Those for small images. */
const small = [...models.values()].filter(({ usual }) => usual === undefined);

describe("the models", () => {
  // Weights and biases of each layer: 2352 * 10 + 10; 2352 * 512 + 512 + 512 * 10 + 10; twice 512 * 512 + 512 more.
  test.each([
    ["linear", 23_530],
    ["mlp-1x512", 1_209_866],
    ["mlp-3x512", 1_735_178],
    ["alexnet", 1_387_786],
    ["inception", 1_649_402],
    ["inception-nobn", 1_649_402],
  ])("have the paper's number of parameters: %s", (name, count) => {
    expect(summarizeModel(findModel(name), EXAMPLE, 10).count).toBe(count);
  });

  /** Parameters in training, where there is an auxiliary head, and in evaluation. */
  test.each([
    // torchvision's 27,161,264 and 23,834,568 without the factors of its 96 and 94 normalizations, one a channel.
    ["299 x 299, 1,000 classes", [3, 299, 299], 1000, 27_161_264 - 18_112, 23_834_568 - 17_216],
    // Where images are smaller the auxiliary head's last window is, too: of 1 x 1 pixels instead of 5 x 5.
    [
      "75 x 75, 10 classes",
      [3, 75, 75],
      10,
      27_161_264 - 18_112 - 990 * (2048 + 1 + 768 + 1) - 128 * 768 * 24,
      23_834_568 - 17_216 - 990 * (2048 + 1),
    ],
  ] as const)("inception-v3 has torchvision's parameters but for the factors: %s", (_, example, classes, ...counts) => {
    const found = [true, false].map((training) => {
      const scope = createScope({ training, dropout: 0 });
      const logits = findModel("inception-v3").logits(input("x", [2, ...example]), classes, scope);
      expect(logits.shape).toEqual([2, classes]);
      return scope.parameters.reduce((total, { value }) => total + sizeOf(value.shape), 0);
    });
    expect(found).toEqual(counts);
    expect(() => summarizeModel(findModel("inception-v3"), [3, 74, 75], 10)).toThrow(
      "at least 75 x 75, got 74 x 75",
    );
  });

  test.each(small.map((model) => [model.name, model] as const))("give logits: %s", (name, model) => {
    const scope = createScope();
    expect(model.name).toBe(name);
    expect(model.logits(input("x", [7, ...EXAMPLE]), 10, scope).shape).toEqual([7, 10]);
    expect(model.logits(input("x", [7, 1, 15, 9]), 4, createScope()).shape).toEqual([7, 4]);
  });

  test.each([
    ["linear", 20 * 4 + 4],
    ["mlp-1x512", 20 * 512 + 512 + 512 * 4 + 4],
  ])("take rows of a table: %s", (name, count) => {
    expect(summarizeModel(findModel(name), [20], 4).count).toBe(count);
  });

  test.each(["alexnet", "inception", "inception-nobn"])("take images alone: %s", (name) => {
    expect(() => summarizeModel(findModel(name), [20], 4)).toThrow(
      new UsageError(
        `model "${name}": expected images [channels, height, width], got examples [20]; take linear or an MLP, such as mlp-1x512`,
      ),
    );
  });

  test("have a bias for each filter, before or after the normalization", () => {
    const shapesOf = (name: string) =>
      summarizeModel(findModel(name), EXAMPLE, 10).parameters.map(({ role, value }) => [
        value.name,
        role,
        value.shape,
      ]);
    expect(shapesOf("inception")).toEqual(shapesOf("inception-nobn"));
    expect(shapesOf("inception").slice(0, 6)).toEqual([
      ["conv1.weight", "weight", [96, 3, 3, 3]],
      ["conv1.bias", "bias", [96]],
      ["module2.conv1x1.weight", "weight", [32, 96, 1, 1]],
      ["module2.conv1x1.bias", "bias", [32]],
      ["module2.conv3x3.weight", "weight", [32, 96, 3, 3]],
      ["module2.conv3x3.bias", "bias", [32]],
    ]);
  });

  test("count the pixels of a filter among the inputs that meet in it", () => {
    const { parameters } = summarizeModel(findModel("inception-nobn"), EXAMPLE, 10);
    expect(parameters.slice(0, 6).map(({ fanIn, fanOut }) => [fanIn, fanOut])).toEqual([
      [3 * 9, 96 * 9],
      [3 * 9, 96 * 9],
      [96, 32],
      [96, 32],
      [96 * 9, 32 * 9],
      [96 * 9, 32 * 9],
    ]);
  });

  test("average over batches where they normalize", () => {
    const averagesOf = (name: string, training: boolean) => {
      const scope = createScope({ training, dropout: 0 });
      findModel(name).logits(input("x", [2, ...EXAMPLE]), 10, scope);
      return scope.averages.map(({ name: average, start, value, next }) => [
        average,
        start,
        value.shape,
        next?.shape,
      ]);
    };
    expect(averagesOf("inception-nobn", true)).toEqual([]);
    expect(averagesOf("inception", true).slice(0, 2)).toEqual([
      ["conv1.mean", 0, [96], [96]],
      ["conv1.variance", 1, [96], [96]],
    ]);
    // One convolution, two in each of eight modules, one in each of two that downsample.
    expect(averagesOf("inception", false).length).toBe(2 * (1 + 2 * 8 + 2));
    expect(averagesOf("inception", false)[0]).toEqual(["conv1.mean", 0, [96], undefined]);
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
    const scope = createScope({ training: true, dropout: 0.25 });
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
  // Layers and images: 20 * 8 + 8, 8 * 8 + 8, 8 * 4 + 4; 9 * 3 * 4 + 4, 9 * 4 * 4 + 4, 7 * 7 * 4 * 128 + 128, 128 * 10 + 10.
  test.each([
    ["mlp-2x8", [20], 4, 276],
    ["cnn-2x4", EXAMPLE, 10, 26_766],
  ] as const)("makes models of a family by their sizes: %s", (name, example, classes, count) => {
    expect(summarizeModel(findModel(name), example, classes).count).toBe(count);
    expect(findModel(name)).toBe(findModel(name));
  });

  test("suggests the nearest name", () => {
    expect(() => findModel("mlp-1x51z")).toThrow(
      new UsageError(
        'unknown model "mlp-1x51z"; did you mean "mlp-1x512"? (known: linear, mlp-1x512, mlp-3x512, alexnet, inception, inception-nobn, inception-v3)',
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
