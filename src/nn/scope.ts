/**
 * @file Where a network declares what it needs while it is built: parameters, and dropout masks.
 */

import { GraphError } from "../base/errors.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { type Input, input, type Shape, type Value } from "../graph/value.ts";

/** A tensor that training changes. */
export interface Parameter {
  readonly name: string;
  /** Weights are drawn at random and decay; biases start at zero and do not decay. */
  readonly role: "weight" | "bias";
  /** Number of inputs that meet in one unit, and of units that one input reaches (He et al. 2015, section 2.2). */
  readonly fanIn: number;
  readonly fanOut: number;
  /** The value that stands for it in the graph; it has the parameter's name and shape. */
  readonly value: Input;
}

/** A random mask that each training step is given: 0 where a unit is dropped, `1 / keep` elsewhere. */
export interface Mask {
  readonly keep: number;
  readonly value: Input;
}

/** Collects what a network declares. */
export interface Scope {
  readonly parameters: readonly Parameter[];
  readonly masks: readonly Mask[];
  parameter(name: string, shape: Shape, facts: Omit<Parameter, "name" | "value">): Value;
  /**
   * Drop hidden units with the recipe's probability, in training only (Srivastava et al. 2014, section 10,
   * "inverted": kept units are scaled up, so evaluation needs no change).
   */
  dropout(x: Value): Value;
}

/**
 * Start a scope.
 *
 * @param dropout - Probability that a unit is dropped, in `[0, 1)`; 0 in evaluation.
 */
export function createScope(dropout = 0): Scope {
  const parameters: Parameter[] = [];
  const masks: Mask[] = [];
  return {
    parameters,
    masks,
    parameter(name, shape, facts) {
      if (parameters.some((other) => other.name === name)) {
        throw new GraphError(`parameter "${name}": expected a name of its own, but another parameter has it`);
      }
      const value = input(name, shape);
      parameters.push({ name, value, ...facts });
      return value;
    },
    dropout(x) {
      if (dropout === 0) return x;
      const value = input(`dropout.${masks.length}`, x.shape);
      masks.push({ keep: 1 - dropout, value });
      return multiply(x, value);
    },
  };
}
