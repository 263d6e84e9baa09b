import { describe, expect, test } from "vitest";
import { add, multiply, relu } from "../../src/graph/ops/elementwise.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import { reshape } from "../../src/graph/ops/shape.ts";
import { printGraph } from "../../src/graph/print.ts";
import { constant, input, type Value } from "../../src/graph/value.ts";
import { dense, flatten } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { findModel, models } from "../../src/nn/models.ts";
import { readNetwork, writeNetwork } from "../../src/nn/network.ts";
import { createScope } from "../../src/nn/scope.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { buildStep } from "../../src/train/step.ts";

const EXAMPLE = [3, 12, 12];

/** Names of those for small images. */
const small = [...models.values()].flatMap(({ name, usual }) => (usual ? [] : [name]));

/** A model that is given as a value. */
const modelOf = (logits: Model["logits"]): Model => ({ name: "mine", title: "", source: "", logits });

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("a network written down and read again", () => {
  const recipe = { ...paperRecipe, dropout: 0.3 };

  test.each(small)("trains like %s, in batches of any size", (name) => {
    const model = findModel(name);
    const again = readNetwork(writeNetwork(model, EXAMPLE, 10));
    for (const batch of [1, 2, 50]) {
      const [step, sameStep] = [model, again].map((each) =>
        buildStep({ ...each, name }, { ...recipe, batch }, EXAMPLE, 10, 100),
      );
      expect(printGraph(sameStep!.graph)).toBe(printGraph(step!.graph));
      // Their order names the random streams they come from.
      expect(sameStep!.parameters).toEqual(step!.parameters);
      expect(sameStep!.masks).toEqual(step!.masks);
      expect(sameStep!.state).toEqual(step!.state);
    }
  });

  test.each(small)("is evaluated like %s", (name) => {
    const outputOf = (model: Model) => {
      const x = input("x", [7, ...EXAMPLE]);
      const scope = createScope();
      const value = model.logits(x, 10, scope);
      const inputs = [x, ...[...scope.parameters, ...scope.averages].map((each) => each.value)];
      return printGraph({ name, inputs, outputs: [{ name: "logits", value }] });
    };
    const model = findModel(name);
    expect(outputOf(readNetwork(writeNetwork(model, EXAMPLE, 10)))).toBe(outputOf(model));
  });

  test("has the same bytes each time, and others under another name", () => {
    const model = findModel("inception");
    const bytes = writeNetwork(model, EXAMPLE, 10);
    expect(writeNetwork(model, EXAMPLE, 10)).toEqual(bytes);
    expect(writeNetwork({ ...model, title: "another title" }, EXAMPLE, 10)).toEqual(bytes);
    expect(writeNetwork({ ...model, name: "mine" }, EXAMPLE, 10)).not.toEqual(bytes);
    expect(writeNetwork(readNetwork(bytes), EXAMPLE, 10)).toEqual(bytes);
  });

  test("takes the examples that it was written for, and no others", () => {
    const model = readNetwork(writeNetwork(findModel("linear"), EXAMPLE, 10));
    expect(() => model.logits(input("x", [2, 3, 12, 13]), 10, createScope())).toThrow(
      'model "linear": expected examples [3, 12, 12] of 10 classes, as it was given for, got [3, 12, 13] of 10',
    );
    expect(() => model.logits(input("x", [2, ...EXAMPLE]), 2, createScope())).toThrow("of 2");
  });
});

describe("a model of one's own", () => {
  const write = (logits: Model["logits"]) => writeNetwork(modelOf(logits), [4], 3);

  test("keeps the order of its masks, whatever order the graph has", () => {
    const model = modelOf((x, classes, scope) => {
      const [first, second] = [scope.dropout(relu(x)), scope.dropout(multiply(x, x))];
      return dense(add(second, first), classes, scope, "output");
    });
    const masksOf = (one: Model) => {
      const scope = createScope({ training: true, dropout: 0.5 });
      const x = input("x", [2, 4]);
      const logits = one.logits(x, 3, scope);
      const inputs = [...scope.masks, ...scope.parameters].map(({ value }) => value);
      return printGraph({
        name: "masks",
        inputs: [x, ...inputs],
        outputs: [{ name: "y", value: logits }],
      });
    };
    expect(masksOf(readNetwork(writeNetwork(model, [4], 3)))).toBe(masksOf(model));
  });

  test("may branch in training, and give logits that are not computed last", () => {
    const branching = modelOf((x, classes, scope) => {
      const logits = dense(scope.training ? relu(x) : x, classes, scope, "output");
      scope.parameter("unused", [2], { role: "bias", fanIn: 0, fanOut: 1 });
      return logits;
    });
    const bytes = writeNetwork(branching, [4], 3);
    expect(textOf(bytes).match(/"name":"relu"/g)).toHaveLength(1);
    const scope = createScope();
    expect(readNetwork(bytes).logits(input("x", [2, 4]), 3, scope).shape).toEqual([2, 3]);
    expect(scope.parameters.map(({ name }) => name)).toEqual(["output.weight", "output.bias", "unused"]);
  });

  test.each<[string, Model["logits"], string]>([
    [
      "a constant that depends on the batch",
      (x, classes, scope) => dense(multiply(x, constant(1 / x.shape[0]!)), classes, scope, "output"),
      "expected networks for batches of 2, 3, 7, 128 examples that differ in whole numbers alone",
    ],
    [
      "another network for large batches",
      (x, classes, scope) => dense(x.shape[0]! > 100 ? relu(x) : x, classes, scope, "output"),
      "expected networks for batches of 2, 3, 7, 128",
    ],
    [
      "an input that nobody gives",
      (x, classes, scope) => dense(add(x, input("noise", x.shape)), classes, scope, "output"),
      'expected no inputs but the examples, got "noise"',
    ],
    [
      "a constant that JSON has no word for",
      (x, classes, scope) => dense(add(x, constant(Number.NEGATIVE_INFINITY)), classes, scope, "output"),
      "training.steps.3.data: expected finite numbers",
    ],
    [
      "outputs beside the logits",
      (x, classes, scope) => {
        scope.auxiliary(() => dense(x, classes, scope, "other"), 0.4);
        return dense(x, classes, scope, "output");
      },
      "expected no auxiliary outputs",
    ],
  ])("is refused with %s", (_, logits, message) => {
    expect(() => write(logits)).toThrow(`model "mine" cannot be written down: ${message}`);
  });

  test("may compute with sizes of the batch", () => {
    const pairs = (x: Value): Value => reshape(x, { shape: [2 * x.shape[0]!, 2] });
    const bytes = write((x, classes, scope) => {
      const centered = multiply(pairs(x), mean(pairs(x), { axes: [1], keepDims: true }));
      return dense(flatten(reshape(centered, { shape: [x.shape[0]!, 2, 2] })), classes, scope, "output");
    });
    expect(textOf(bytes)).toContain('"shape":[{"batch":2,"plus":0},2]');
    expect(readNetwork(bytes).logits(input("x", [5, 4]), 3, createScope()).shape).toEqual([5, 3]);
  });
});

describe("bytes that are no network", () => {
  const good = JSON.parse(textOf(writeNetwork(findModel("linear"), [4], 3)));
  const broken = (steps: readonly object[]): Uint8Array => {
    const evaluation = { steps: [{ does: "examples" }, ...steps], logits: steps.length };
    return new TextEncoder().encode(JSON.stringify({ ...good, evaluation }));
  };
  const use = (bytes: Uint8Array) => readNetwork(bytes).logits(input("x", [2, 4]), 3, createScope());

  test.each([
    [new Uint8Array([1, 2, 3]), "network: expected JSON, got 3 bytes"],
    [new TextEncoder().encode("{}"), "network: schema: "],
    [broken([{ does: "nothing" }]), "network: evaluation.steps.1"],
    [
      broken([{ does: "operation", name: "relu", of: [1], attributes: {} }]),
      "step 1: expected the place of an earlier step, got 1",
    ],
    [
      broken([{ does: "operation", name: "constructor", of: [0], attributes: {} }]),
      'expected an operation, got "constructor"',
    ],
    [
      broken([{ does: "operation", name: "reshape", of: [0], attributes: { shape: "x" } }]),
      'network "linear": step 1: ',
    ],
    [broken([{ does: "operation", name: "gemm", of: [0], attributes: {} }]), "step 1: gemm: expected"],
    [
      broken([{ does: "constant", type: "float32", shape: [100_000, 100_000], data: 0 }]),
      "elements in constants",
    ],
    [
      broken([
        { does: "average", name: "a", shape: [1], start: 0, of: 7 },
        { does: "dropout", of: 9 },
      ]),
      "step 2: expected the place",
    ],
  ])("are refused: %#", (bytes, message) => {
    expect(() => use(bytes)).toThrow(
      expect.objectContaining({ name: "DataError", message: expect.stringContaining(message) }),
    );
  });
});
