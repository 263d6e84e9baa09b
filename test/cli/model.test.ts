import { describe, expect, test } from "vitest";
import { shatterHere } from "./shatter.ts";

describe("shatter model list", () => {
  test("lists the paper's models with their parameters", async () => {
    const { code, stdout } = await shatterHere(["model", "list", "--json"]);
    const rows = JSON.parse(stdout) as { readonly name: string; readonly parameters: number }[];
    expect(code).toBe(0);
    expect(rows.map(({ name, parameters }) => [name, parameters])).toEqual([
      ["linear", 23_530],
      ["mlp-1x512", 1_209_866],
      ["mlp-3x512", 1_735_178],
      ["alexnet", 1_387_786],
      ["inception", 1_649_402],
      ["inception-nobn", 1_649_402],
      ["inception-v3", 23_817_352],
    ]);
  });
});

describe("shatter model show", () => {
  test("shows the layers, and what a training step computes", async () => {
    const { code, stdout } = await shatterHere(["model", "show", "mlp-1x512"]);
    expect(code).toBe(0);
    // A step: both layers forward and for the gradients of their weights, the second for that of its inputs.
    expect(stdout).toBe(`mlp-1x512: one hidden layer of 512 ReLU units (Zhang et al., ICLR 2017, section 2)
input [3, 28, 28], 10 classes

  layer    operation        output  parameters  multiply-adds  sees pixels
  hidden1  fully connected     512   1,204,736      1,204,224        28x28
  output   fully connected      10       5,130          5,120        28x28
  total                              1,209,866      1,209,344

Forward, one example: 0.00242 GFLOP in convolutions and matrix products.
A training step of 128 examples: 0.621 GFLOP.
`);
  });

  test("says the same to machines", async () => {
    const { stdout } = await shatterHere([
      "model",
      "show",
      "mlp-1x512",
      "--input",
      "20",
      "--classes",
      "3",
      "--json",
    ]);
    const products = 20 * 512 + 512 * 3;
    expect(JSON.parse(stdout)).toMatchObject({
      name: "mlp-1x512",
      input: [20],
      classes: 3,
      layers: [
        { layer: "hidden1", parameters: 20 * 512 + 512, receptiveField: null },
        { layer: "output", parameters: 512 * 3 + 3 },
      ],
      parameters: [{ name: "hidden1.weight", shape: [512, 20] }, {}, {}, {}],
      count: products + 515,
      forward: { multiplyAdds: products },
      step: { batch: 128, multiplyAdds: 128 * (2 * products + 512 * 3 + 515) },
    });
  });

  test("refuses a table for a model of images", async () => {
    const { code, stderr } = await shatterHere(["model", "show", "alexnet", "--input", "20"]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: model "alexnet": expected images [channels, height, width], got examples [20]; take linear or an MLP, such as mlp-1x512\n',
    );
  });
});
