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

/** A multilayer perceptron of equally wide layers, by the name of its family: `mlp-2x64`. */
export const evenMlp = (layers: number, units: number): Model =>
  mlp(
    `mlp-${layers}x${units}`,
    new Array<number>(layers).fill(units),
    `${layers} hidden ${layers === 1 ? "layer" : "layers"} of ${units} ReLU units`,
    "a multilayer perceptron of any width and depth, as the paper's two are",
  );
