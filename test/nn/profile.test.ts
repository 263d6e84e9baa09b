import { describe, expect, test } from "vitest";
import { countMultiplyAdds } from "../../src/graph/cost.ts";
import { convolution, transposedConvolution } from "../../src/graph/ops/convolution.ts";
import { add } from "../../src/graph/ops/elementwise.ts";
import { gemm, matmul } from "../../src/graph/ops/linear.ts";
import { plain } from "../../src/graph/ops/window.ts";
import { input, type Value } from "../../src/graph/value.ts";
import { describedBy } from "../../src/nn/model.ts";
import { findModel, models } from "../../src/nn/models.ts";
import { isLinear, profileModel, summarizeModel } from "../../src/nn/profile.ts";

test("isLinear tells softmax regression from networks, on images and on rows", () => {
  const linear = [...models.values()].filter((model) => !model.usual && isLinear(model, [3, 28, 28], 10));
  expect(linear.map(({ name }) => name)).toEqual(["linear"]);
  expect(isLinear(findModel("linear"), [20], 2)).toBe(true);
  expect(isLinear(findModel("mlp-1x512"), [20], 2)).toBe(false);
});

/** The paper's examples: CIFAR-10, cropped to its center. */
const EXAMPLE = [3, 28, 28];

describe("countMultiplyAdds", () => {
  const x = input("x", [2, 6, 5, 5]);
  const filters = input("filters", [4, 3, 3, 3]);
  const a = input("a", [3, 5]);
  const b = input("b", [5, 7]);
  const settings = { ...plain, strides: [2, 2], groups: 2 };
  const y = convolution(x, filters, settings);

  // [3, 5] x [5, 7]; 2 images of 4 channels of 2x2, each from 3 channels of 3x3; the same, back.
  test.each<readonly [string, Value, number]>([
    ["a sum", add(x, x), 0],
    ["a matrix product", matmul(a, b), 3 * 5 * 7],
    [
      "a transposed matrix product",
      gemm(a, input("c", [7, 5]), input("bias", [7]), {
        alpha: 1,
        beta: 1,
        transposeA: false,
        transposeB: true,
      }),
      3 * 5 * 7,
    ],
    ["a convolution", y, 2 * 4 * 4 * 27],
    [
      "a convolution and its transpose",
      transposedConvolution(y, filters, { ...settings, size: [5, 5] }),
      2 * (2 * 4 * 4 * 27),
    ],
  ])("counts products: %s", (_, value, expected) => {
    expect(countMultiplyAdds([value])).toBe(expected);
  });

  test("counts a value once, however often it is used", () => {
    const product = matmul(a, b);
    expect(countMultiplyAdds([add(product, product), product])).toBe(3 * 5 * 7);
  });
});

describe("profileModel", () => {
  test.each(
    [...models.values()].map((model) => [model.name, model] as const),
  )("tells all parameters apart: %s", (_, model) => {
    const { example, classes } = describedBy(model);
    const rows = profileModel(model, example, classes);
    const total = rows.reduce((sum, { parameters }) => sum + parameters, 0);
    expect(total).toBe(summarizeModel(model, example, classes).count);
    expect(rows.at(-1)).toMatchObject({ operation: "fully connected", output: [classes] });
  });

  // Weights: 5 5 3 64 + 64, 5 5 64 64 + 64. A pool of 3 adds 2 rows, after it a filter of 5 adds 4 2, a pool 2 2.
  test("follows images through AlexNet", () => {
    const rows = profileModel(findModel("alexnet"), EXAMPLE, 10);
    expect(
      rows.map(({ layer, operation, output, parameters, receptiveField }) => [
        layer,
        operation,
        output,
        parameters,
        receptiveField,
      ]),
    ).toEqual([
      ["conv1", "5x5 convolution", [64, 28, 28], 4_864, [5, 5]],
      ["", "3x3 max-pool, stride 2", [64, 14, 14], 0, [7, 7]],
      ["", "1x1 convolution, fixed", [64, 14, 14], 0, [7, 7]],
      ["conv2", "5x5 convolution", [64, 14, 14], 102_464, [15, 15]],
      ["", "3x3 max-pool, stride 2", [64, 7, 7], 0, [19, 19]],
      ["", "1x1 convolution, fixed", [64, 7, 7], 0, [19, 19]],
      ["hidden1", "fully connected", [384], 1_204_608, [28, 28]],
      ["hidden2", "fully connected", [192], 73_920, [28, 28]],
      ["output", "fully connected", [10], 1_930, [28, 28]],
    ]);
    expect(rows[3]!.multiplyAdds).toBe(64 * 14 * 14 * 64 * 25);
  });

  test("sees both ways of a module, up to the whole image", () => {
    const rows = profileModel(findModel("inception"), EXAMPLE, 10);
    const seen = Object.fromEntries(rows.map(({ layer, receptiveField }) => [layer, receptiveField]));
    // 3, then 2 more a module; twice that after the first downsampling.
    expect(seen["module3.conv3x3"]).toEqual([7, 7]);
    expect(seen["module5.conv1x1"]).toEqual([9, 9]);
    expect(seen["module5.conv3x3"]).toEqual([13, 13]);
    expect(seen["output"]).toEqual([28, 28]);
  });

  test("takes rows of a table", () => {
    expect(profileModel(findModel("linear"), [20], 3)).toEqual([
      {
        layer: "output",
        operation: "fully connected",
        output: [3],
        parameters: 63,
        multiplyAdds: 60,
        receptiveField: null,
      },
    ]);
  });
});
