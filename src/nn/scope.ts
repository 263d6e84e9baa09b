/**
 * @file Where a network declares what it needs while it is built: parameters, dropout masks, running averages.
 */

import { GraphError } from "../base/errors.ts";
import { add, multiply, subtract } from "../graph/ops/elementwise.ts";
import { constant, type Input, input, type Shape, type Value } from "../graph/value.ts";

/** A tensor that training changes. */
export interface Parameter {
  readonly name: string;
  /** Weights are drawn at random and decay; biases start at zero, factors of normalizations at one, and do not decay. */
  readonly role: "weight" | "bias" | "scale";
  /**
   * Number of inputs that meet in one unit, and of units that one input reaches (He et al. 2015, section 2.2). No
   * inputs meet in the shift of a normalization.
   */
  readonly fanIn: number;
  readonly fanOut: number;
  /**
   * What it starts as, where that is not drawn as the recipe says: a model file has weights of its own.
   *
   * @param index - The parameter's place in its model: names its stream.
   */
  readonly start?: ((seed: number, index: number) => Float32Array) | undefined;
  /** The value that stands for it in the graph; it has the parameter's name and shape. */
  readonly value: Input;
}

/** A random mask that each training step is given: 0 where a unit is dropped, `1 / keep` elsewhere. */
export interface Mask {
  readonly keep: number;
  readonly value: Input;
}

/** A statistic of the batches, averaged while training for use in evaluation. */
export interface Average {
  readonly name: string;
  /** What it starts as: everywhere, or each element. */
  readonly start: number | Float32Array;
  /** The value that stands for it in the graph; it has the average's name and shape. */
  readonly value: Input;
  /** What it is after a training step; undefined in evaluation. */
  readonly next: Value | undefined;
}

/** Outputs beside the logits that training makes tell the labels, too. */
export interface Auxiliary {
  /** `[batch, classes]`. */
  readonly logits: Value;
  /** How much their loss counts beside that of the logits. */
  readonly weight: number;
}

/** Collects what a network declares. */
export interface Scope {
  /** Whether a step of training is built, or an evaluation. */
  readonly training: boolean;
  readonly parameters: readonly Parameter[];
  readonly masks: readonly Mask[];
  readonly averages: readonly Average[];
  readonly auxiliaries: readonly Auxiliary[];
  parameter(name: string, shape: Shape, facts: Omit<Parameter, "name" | "value">): Value;
  /**
   * Drop hidden units with the recipe's probability, in training only (Srivastava et al. 2014, section 10,
   * "inverted": kept units are scaled up, so evaluation needs no change).
   *
   * @param probability - Of a model file, which has its own; the recipe's unless told.
   */
  dropout(x: Value, probability?: number): Value;
  /**
   * The running average of a statistic of the batches, for use in evaluation (Ioffe and Szegedy, ICML 2015).
   *
   * @param start - What the running average starts as, everywhere or each element.
   * @param statistic - Builds the statistic of the batch, in training only; given the average as it is before.
   * @param elements - Of a variance: the number of elements of the batch that it is over. Its average is then that of the
   *   unbiased estimate, over one less, as PyTorch's.
   * @param weight - How far each step moves it to the batch's, in `[0, 1]`, or a value that says so; a tenth of the way unless told.
   */
  average(
    name: string,
    shape: Shape,
    start: number | Float32Array,
    statistic: (old: Value) => Value,
    elements?: number,
    weight?: number | Value,
  ): Value;
  /**
   * Have training make other outputs tell the labels, too (Szegedy et al., CVPR 2016, section 4). They are built in training only, so
   * the parameters in them are none of the evaluation's, and are to come last.
   *
   * @param logits - Builds `[batch, classes]`.
   */
  auxiliary(logits: () => Value, weight: number): void;
}

/** What a network is built for. */
export interface ScopeSettings {
  /** Whether a step of training is built, or an evaluation. */
  readonly training: boolean;
  /** Probability that a unit is dropped in training, in `[0, 1)`. */
  readonly dropout: number;
}

/** Weight of the batch in a running average: the default of PyTorch's batch normalization. */
const BATCH_WEIGHT = 0.1;

/** Start a scope, of an evaluation unless told. */
export function createScope({ training, dropout }: ScopeSettings = { training: false, dropout: 0 }): Scope {
  const parameters: Parameter[] = [];
  const masks: Mask[] = [];
  const averages: Average[] = [];
  const auxiliaries: Auxiliary[] = [];
  const checkName = (kind: string, name: string): void => {
    if ([...parameters, ...averages].some((other) => other.name === name)) {
      throw new GraphError(`${kind} "${name}": expected a name of its own, but another ${kind} has it`);
    }
  };
  return {
    training,
    parameters,
    masks,
    averages,
    auxiliaries,
    parameter(name, shape, facts) {
      checkName("parameter", name);
      const value = input(name, shape);
      parameters.push({ name, value, ...facts });
      return value;
    },
    dropout(x, probability = dropout) {
      if (!training || probability === 0) return x;
      const value = input(`dropout.${masks.length}`, x.shape);
      masks.push({ keep: 1 - probability, value });
      return multiply(x, value);
    },
    average(name, shape, start, statistic, elements, weight = BATCH_WEIGHT) {
      checkName("average", name);
      const value = input(name, shape);
      const batch = training ? unbiased(statistic(value), elements) : undefined;
      averages.push({ name, start, value, next: batch && blend(value, batch, weight) });
      return value;
    },
    auxiliary(logits, weight) {
      if (training) auxiliaries.push({ logits: logits(), weight });
    },
  };
}

const unbiased = (statistic: Value, elements: number | undefined): Value =>
  elements === undefined ? statistic : multiply(statistic, constant(elements / Math.max(elements - 1, 1)));

const blend = (old: Value, fresh: Value, weight: number | Value): Value => {
  const [kept, moved] =
    typeof weight === "number"
      ? [constant(1 - weight), constant(weight)]
      : [subtract(constant(1), weight), weight];
  return add(multiply(old, kept), multiply(fresh, moved));
};
