/**
 * @file Numbers of a trained multilayer perceptron that are said to tell how well it generalizes: norms, margin, sharpness.
 *
 * Source: Jiang et al., "Fantastic Generalization Measures and Where to Find Them", ICLR 2020; the path norm is Neyshabur et al.'s
 * (COLT 2015).
 */

import { randomStream } from "../../base/random.ts";
import { type Dataset, exampleCount, exampleShape, exampleSize } from "../../data/dataset.ts";
import { input } from "../../graph/value.ts";
import type { Model } from "../../nn/model.ts";
import { createScope, type Parameter } from "../../nn/scope.ts";
import type { Engine } from "../../train/engine.ts";
import { openProgram } from "../../train/program.ts";
import type { TrainingState } from "../../train/session.ts";

/** What is measured of a trained network; larger is said to be worse, each. */
export interface NetworkMeasures {
  /** Sum of the squares of all parameters. */
  readonly norm: number;
  /** Root of the sum over all paths from an input, or a bias, to an output of the product of squared parameters on them. */
  readonly pathNorm: number;
  /** `1 / m^2`, where a tenth of the training examples have a margin (logit of the label less the next) of at most `m`. */
  readonly margin: number;
  /** `1 / s^2`, where noise of deviation `s` on all parameters costs a tenth of training accuracy. */
  readonly sharpness: number;
  /** The same of noise of deviation `s` times each parameter's size. */
  readonly relativeSharpness: number;
}

/** Training accuracy that noise may cost, and draws of noise over which that is averaged. */
const COST = 0.1;
const DRAWS = 3;

/** Deviations of noise that are searched, as powers of 2, and halvings of the search. */
const DEVIATIONS = [-16, 4] as const;
const HALVINGS = 12;

/**
 * Measure a network whose layers are a chain, as an MLP's are.
 *
 * @param data - What it was trained on, as it sees it.
 * @param state - Its parameters, by name.
 * @param seed - Of the noise.
 */
export async function measureNetwork(
  engine: Engine,
  model: Model,
  data: Dataset,
  state: TrainingState,
  seed: number,
): Promise<NetworkMeasures> {
  const [count, classes] = [exampleCount(data), data.classNames.length];
  const x = input("x", [count, ...exampleShape(data)]);
  const scope = createScope();
  const logits = model.logits(x, classes, scope);
  const { parameters } = scope;
  const inputs = [x, ...parameters.map(({ value }) => value)];
  await using program = await openProgram(engine, {
    name: `${model.name}-logits`,
    inputs,
    outputs: [{ name: "logits", value: logits }],
  });
  /** The margin of each example, where each parameter is moved. */
  const margins = async (move: (parameter: Parameter, at: number) => Float32Array): Promise<Float64Array> => {
    const moved = parameters.map((one, at) => [one.name, { data: move(one, at), dims: one.value.shape }]);
    const given = { x: { data: data.inputs as Float32Array, dims: x.shape }, ...Object.fromEntries(moved) };
    return marginsOf((await program.run(given))["logits"] as Float32Array, data.labels, classes);
  };
  const weights = parameters.map(({ name }) => state[name]!);
  const noises = Array.from({ length: DRAWS }, (_, draw) =>
    weights.map((elements, at) => {
      const random = randomStream(seed, "theory-sharpness", draw, at);
      return elements.map(() => random.normal());
    }),
  );
  /** Training accuracy with some deviation of noise. */
  const accuracy = async (deviation: number, isRelative: boolean): Promise<number> => {
    let hits = 0;
    for (const noise of noises) {
      const moved = await margins((_, at) =>
        weights[at]!.map(
          (weight, index) => weight + deviation * noise[at]![index]! * (isRelative ? Math.abs(weight) : 1),
        ),
      );
      for (const margin of moved) hits += Number(margin > 0);
    }
    return hits / (DRAWS * count);
  };
  const unmoved = (await margins((_, at) => weights[at]!)).toSorted();
  const least = unmoved.filter((margin) => margin > 0).length / count - COST;
  const sharpnessOf = async (isRelative: boolean): Promise<number> => {
    let [low, high]: readonly [number, number] = DEVIATIONS;
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = (low + high) / 2;
      if ((await accuracy(2 ** middle, isRelative)) >= least) low = middle;
      else high = middle;
    }
    return 2 ** (-2 * low);
  };
  return {
    norm: weights.flatMap((elements) => [...elements]).reduce((total, weight) => total + weight ** 2, 0),
    pathNorm: pathNorm(parameters, state, exampleSize(data)),
    margin: unmoved[Math.floor(count / 10)]! ** -2,
    sharpness: await sharpnessOf(false),
    relativeSharpness: await sharpnessOf(true),
  };
}

/** `[count]`: the logit of each label less the largest other one. */
function marginsOf(logits: Float32Array, labels: Int32Array, classes: number): Float64Array {
  return Float64Array.from(labels, (label, row) => {
    let next = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < classes; at++) {
      if (at !== label) next = Math.max(next, logits[row * classes + at]!);
    }
    return logits[row * classes + label]! - next;
  });
}

/** Squares of parameters, carried forward from ones: what a network of these without ReLU says of them. */
function pathNorm(parameters: readonly Parameter[], state: TrainingState, size: number): number {
  let paths = new Float64Array(size).fill(1);
  for (const { name, role } of parameters) {
    const elements = state[name]!;
    if (role === "bias") {
      paths = paths.map((path, unit) => path + elements[unit]! ** 2);
      continue;
    }
    const before = paths;
    paths = new Float64Array(elements.length / before.length).map((_, unit) =>
      before.reduce((total, path, at) => total + path * elements[unit * before.length + at]! ** 2, 0),
    );
  }
  return Math.sqrt(paths.reduce((total, path) => total + path, 0));
}
