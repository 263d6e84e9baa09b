/**
 * @file Optimizers: from gradients to the next parameters, as graph.
 */

import { add, divide, minimum, multiply, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { sum } from "../graph/ops/sum.ts";
import { constant, type Input, type Shape, type Value } from "../graph/value.ts";
import type { Parameter } from "./scope.ts";

/** A value that is carried from step to step, and what replaces it. */
export interface Update {
  readonly state: Input;
  readonly next: Value;
}

/** What an optimizer is given for one step. */
export interface OptimizerInputs {
  readonly parameters: readonly Parameter[];
  /** Gradient of the loss by each parameter. */
  readonly gradients: readonly Value[];
  /** The learning rate of this step, a scalar. */
  readonly rate: Value;
  /** Declare a tensor to carry along, and what it starts as. */
  readonly state: (name: string, shape: Shape, start: number) => Input;
  /**
   * Declare a tensor to carry along that starts as zero and is in proportion to the rate of the step that left it:
   * whoever does the steps multiplies it by the ratio of rates where the rate changes.
   */
  readonly displacement: (name: string, shape: Shape) => Input;
}

/** An optimizer: the updates of the parameters and of its own state. */
export type Optimizer = (inputs: OptimizerInputs) => readonly Update[];

/**
 * Stochastic gradient descent with momentum, as in PyTorch and TensorFlow:
 * `v <- momentum v + g; w <- w - rate v`, or with Nesterov's look-ahead `w <- w - rate (g + momentum v)`
 * (Sutskever et al., ICML 2013). The velocity starts at zero.
 *
 * What is carried is the displacement `d = rate v`: the gradient of a matrix is a product, and scaling its smaller factor
 * costs less than a pass over the velocity in every step (docs/performance.md). Where the rate changes in every step, the
 * displacement would have to be scaled in every step, which costs more; so the velocity itself is carried there.
 *
 * @param rateHolds - Whether steps of one rate follow one another.
 */
export const sgd =
  (momentum: number, nesterov: boolean, rateHolds: boolean): Optimizer =>
  ({ parameters, gradients, rate, state, displacement }) =>
    parameters.flatMap((parameter, index) => {
      const { name, value: w } = parameter;
      const atRate = (change: Value): Value => multiply(rate, change);
      const g = gradients[index]!;
      if (momentum === 0) return [{ state: w, next: subtract(w, atRate(g)) }];
      const carried = rateHolds
        ? displacement(`${name}.displacement`, w.shape)
        : state(`${name}.velocity`, w.shape, 0);
      const descent = rateHolds ? atRate(g) : g;
      const next = add(multiply(carried, constant(momentum)), descent);
      const change = nesterov ? add(descent, multiply(next, constant(momentum))) : next;
      return [
        { state: w, next: subtract(w, rateHolds ? change : atRate(change)) },
        { state: carried, next },
      ];
    });

const DECAY = 0.9;
/** That of the TensorFlow package of Inception. */
const RMS_EPSILON = 1;

/**
 * RMSProp as in TensorFlow, with the settings of its Inception package (decay 0.9, epsilon 1): `s <- 0.9 s + 0.1 g^2;
 * v <- momentum v + rate g / sqrt(s + 1); w <- w - v`, where `s` starts at one and `v` at zero.
 *
 * PyTorch's starts `s` at zero, adds its epsilon to the root, and takes the rate after the momentum.
 */
export const rmsprop =
  (momentum: number): Optimizer =>
  ({ parameters, gradients, rate, state }) =>
    parameters.flatMap(({ name, value: w }, index) => {
      const g = gradients[index]!;
      const squares = state(`${name}.squares`, w.shape, 1);
      const velocity = state(`${name}.velocity`, w.shape, 0);
      const nextSquares = add(
        multiply(squares, constant(DECAY)),
        multiply(multiply(g, g), constant(1 - DECAY)),
      );
      const scaled = divide(multiply(rate, g), sqrt(add(nextSquares, constant(RMS_EPSILON))));
      const next = add(multiply(velocity, constant(momentum)), scaled);
      return [
        { state: w, next: subtract(w, next) },
        { state: squares, next: nextSquares },
        { state: velocity, next },
      ];
    });

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma and Ba, ICLR 2015, algorithm 1) with the authors' settings: 0.9, 0.999, 1e-8; or AdamW (Loshchilov and Hutter,
 * ICLR 2019, algorithm 2), which first takes `rate decay w` from weights (not from biases) instead of adding a penalty's
 * gradient to theirs, as PyTorch's.
 *
 * @param decay - Of AdamW; 0 is Adam.
 */
export const adam =
  (decay = 0): Optimizer =>
  ({ parameters, gradients, rate, state }) => {
    const power1 = state("adam.beta1Power", [], 1);
    const power2 = state("adam.beta2Power", [], 1);
    const nextPower1 = multiply(power1, constant(BETA_1));
    const nextPower2 = multiply(power2, constant(BETA_2));
    const blend = (beta: number, old: Value, fresh: Value): Value =>
      add(multiply(old, constant(beta)), multiply(fresh, constant(1 - beta)));
    const kept = subtract(constant(1), multiply(rate, constant(decay)));
    const updates = parameters.flatMap((parameter, index): Update[] => {
      const w = parameter.value;
      const g = gradients[index]!;
      const m = state(`${parameter.name}.moment1`, w.shape, 0);
      const v = state(`${parameter.name}.moment2`, w.shape, 0);
      const moment1 = blend(BETA_1, m, g);
      const moment2 = blend(BETA_2, v, multiply(g, g));
      const corrected1 = divide(moment1, subtract(constant(1), nextPower1));
      const corrected2 = divide(moment2, subtract(constant(1), nextPower2));
      const change = divide(corrected1, add(sqrt(corrected2), constant(EPSILON)));
      const left = decay > 0 && parameter.role === "weight" ? multiply(w, kept) : w;
      return [
        { state: w, next: subtract(left, multiply(rate, change)) },
        { state: m, next: moment1 },
        { state: v, next: moment2 },
      ];
    });
    return [...updates, { state: power1, next: nextPower1 }, { state: power2, next: nextPower2 }];
  };

/** Keeps a factor finite where all gradients are 0, as PyTorch's does. */
const CLIP_EPSILON = 1e-6;

/**
 * Gradients whose norm, that of all their elements together, is larger than a bound are scaled down to it (Pascanu et al., ICML
 * 2013, algorithm 1), by `bound / (norm + 1e-6)` as PyTorch does.
 */
export function clipGradients(gradients: readonly Value[], bound: number): readonly Value[] {
  const squares = gradients.map((gradient) => {
    const square = multiply(gradient, gradient);
    const axes = square.shape.map((_, axis) => axis);
    return axes.length === 0 ? square : sum(square, { axes, keepDims: false });
  });
  const norm = sqrt(squares.reduce((total, square) => add(total, square)));
  const factor = minimum(divide(constant(bound), add(norm, constant(CLIP_EPSILON))), constant(1));
  return gradients.map((gradient) => multiply(gradient, factor));
}

/**
 * The gradient of an L2 penalty `coefficient/2 |w|^2` added to the gradients of the weights, not of the biases.
 *
 * A coefficient of 0 changes nothing.
 */
export function addWeightDecay(
  parameters: readonly Parameter[],
  gradients: readonly Value[],
  coefficient: number,
): readonly Value[] {
  if (coefficient === 0) return gradients;
  return gradients.map((gradient, index) => {
    const { role, value } = parameters[index]!;
    return role === "weight" ? add(gradient, multiply(value, constant(coefficient))) : gradient;
  });
}
