/**
 * @file Multilayer perceptrons.
 */

import { relu } from "../../graph/ops/elementwise.ts";
import { dense, flatten } from "../layers.ts";
import type { Model } from "../model.ts";

/** A multilayer perceptron with ReLU between its layers: no hidden layer is a linear model. */
export function mlp(name: string, hidden: readonly number[], title: string, source: string): Model {
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
