/**
 * @file The models Shatter knows by name, each a function from examples to logits.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { relu } from "../graph/ops/elementwise.ts";
import { input, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { dense, flatten } from "./layers.ts";
import { createScope, type Parameter, type Scope } from "./scope.ts";

/** A network: how examples become logits. */
export interface Model {
  readonly name: string;
  /** What it is, in a line. */
  readonly title: string;
  /** Where it is described. */
  readonly source: string;
  /** `[batch, ...example] -> [batch, classes]`. */
  logits(x: Value, classes: number, scope: Scope): Value;
}

/** A multilayer perceptron with ReLU between its layers: no hidden layer is a linear model. */
function mlp(name: string, hidden: readonly number[], title: string, source: string): Model {
  return {
    name,
    title,
    source,
    logits(x, classes, scope) {
      const top = hidden.reduce(
        (h, units, index) => scope.dropout(relu(dense(h, units, scope, `hidden${index + 1}`))),
        flatten(x),
      );
      return dense(top, classes, scope, "output");
    },
  };
}

const PAPER = "Zhang et al., ICLR 2017, section 2";

/** All models, by name. */
export const models: ReadonlyMap<string, Model> = new Map(
  [
    mlp("linear", [], "softmax regression: no hidden layer", "Zhang et al., ICLR 2017, section 5"),
    mlp("mlp-1x512", [512], "one hidden layer of 512 ReLU units", PAPER),
    mlp("mlp-3x512", [512, 512, 512], "three hidden layers of 512 ReLU units", PAPER),
  ].map((model) => [model.name, model]),
);

/**
 * The model of that name.
 *
 * @throws UsageError with the nearest name, if there is none.
 */
export function findModel(name: string): Model {
  const model = models.get(name);
  if (!model) throw new UsageError(unknownName("model", name, [...models.keys()]));
  return model;
}

/** One row of a model's parameter table. */
export interface ModelSummary {
  readonly parameters: readonly Parameter[];
  /** Total number of trained numbers. */
  readonly count: number;
}

/** What a model trains, for examples of a shape and a number of classes. */
export function summarizeModel(model: Model, example: Shape, classes: number): ModelSummary {
  const scope = createScope();
  model.logits(input("x", [1, ...example]), classes, scope);
  const count = scope.parameters.reduce((total, { value }) => total + sizeOf(value.shape), 0);
  return { parameters: scope.parameters, count };
}
