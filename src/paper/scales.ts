/**
 * @file The sizes an experiment comes in: the paper's, one for two cores and twenty minutes, one for a minute.
 */

import type { Recipe } from "../train/recipe.ts";
import type { Condition } from "./condition.ts";
import { type Regularizers, recipeOf } from "./recipes.ts";

export const scales = ["paper", "small", "smoke"] as const;

export type Scale = (typeof scales)[number];

/** The data and the epochs of a scale; all examples where there is no number. */
interface Size {
  readonly data: string;
  readonly n?: number;
  readonly testN?: number;
  readonly epochs: number;
  /** Epochs from one evaluation to the next. */
  readonly evalEvery?: number;
  /** What differs from the paper's recipe. */
  readonly recipe?: Partial<Recipe>;
}

/** What is asked of an experiment, besides its models and seeds. */
export interface Setting {
  readonly scale: Scale;
  /** What differs from the scale. */
  readonly data?: string | undefined;
  /** Of examples that were given as a value: what people call them, and how many there are. */
  readonly own?: { readonly title: string; readonly n: number; readonly testN: number } | undefined;
  readonly n?: number | undefined;
  readonly epochs?: number | undefined;
  /** Epochs from one evaluation to the next. */
  readonly evalEvery?: number | undefined;
  /** Test examples of an evaluation on the way. */
  readonly testN?: number | undefined;
}

/** The paper's Fig. 1a runs to 25,000 steps: 64 epochs of 391. */
export const PAPER_EPOCHS = 64;

/** The paper's size: all of CIFAR-10. */
const PAPER: Size = { data: "cifar10", epochs: PAPER_EPOCHS };

/** All of ImageNet; how long the paper trained on it is not said. */
const IMAGENET: Size = { data: "imagenet", epochs: 100 };

/** How much a model computes for an image: a few million operations, some hundred, some thousand. */
function weightOf(model: string): keyof (typeof SIZES)["smoke"] {
  if (model.startsWith("inception")) return "heaviest";
  return model === "alexnet" ? "heavy" : "light";
}

/**
 * Rates for the few steps of a small size on photographs. At the package's, which hold for thousands of steps, the running averages of 94
 * normalizations are behind the weights, layer upon layer, and evaluation is far beyond guessing; a rate that falls to 0 lets them catch up.
 */
const FEW_STEPS = { learningRate: 0.01, learningRateDecay: "cosine", learningRateWarmup: 6 } as const;

/**
 * Sizes that end in about a minute, and in about 20 minutes a figure, on two cores. Inception trains 55 images
 * a second on one of them, AlexNet 400 and the MLPs 10,000, Inception v3 20 of 84 x 84; evaluation is three times as fast. The seven rows
 * of Table 2 take about ten minutes, and half an hour.
 */
const SIZES = {
  smoke: {
    light: { data: "shapes", n: 256, testN: 256, epochs: 16 },
    heavy: { data: "shapes", n: 128, testN: 128, epochs: 8 },
    heaviest: { data: "shapes", n: 128, testN: 128, epochs: 3 },
    photographs: {
      data: "shapes-96",
      n: 96,
      testN: 50,
      epochs: 20,
      evalEvery: 5,
      recipe: FEW_STEPS,
    },
  },
  small: {
    light: { data: "cifar10", n: 5000, testN: 1000, epochs: 64 },
    heavy: { data: "cifar10", n: 1000, testN: 500, epochs: 48 },
    heaviest: { data: "cifar10", n: 512, testN: 250, epochs: 24 },
    photographs: {
      data: "shapes-96",
      n: 256,
      testN: 250,
      epochs: 30,
      evalEvery: 5,
      recipe: FEW_STEPS,
    },
  },
} as const;

/** Models, those that compute least first, as their sizes stand; the paper lists the largest first. */
export function fastestFirst(models: readonly string[]): string[] {
  const weights = Object.keys(SIZES.smoke);
  return models.toReversed().sort((a, b) => weights.indexOf(weightOf(a)) - weights.indexOf(weightOf(b)));
}

/** The size of a model's trials at a scale. */
function sizeAt(scale: Scale, model: string, isImagenet: boolean): Size {
  if (scale === "paper") return isImagenet ? IMAGENET : PAPER;
  return SIZES[scale][isImagenet ? "photographs" : weightOf(model)];
}

/** What tells the conditions of an experiment apart. */
export interface Variation extends Regularizers {
  readonly inputs?: Condition["inputs"];
  readonly corrupt?: number;
  /** Changes of the recipe that are part of the experiment. */
  readonly recipe?: Partial<Recipe>;
  /** Whether it is of the paper's experiments on ImageNet, and not on CIFAR-10. */
  readonly isImagenet?: boolean;
  /** Times the epochs of the scale. */
  readonly epochsTimes?: number;
}

/** The examples of a scale, or all where there are fewer. */
const atMost = (wanted: number | undefined, there = Number.POSITIVE_INFINITY): number | undefined =>
  wanted === undefined ? undefined : Math.min(wanted, there);

/** A condition of an experiment, for a model in a setting; true inputs and labels unless told. */
export function conditionAt(setting: Setting, model: string, variation: Variation = {}): Condition {
  const { inputs = "true", corrupt = 0, recipe: changes, epochsTimes = 1 } = variation;
  const { isImagenet = false, ...regularizers } = variation;
  const size = sizeAt(setting.scale, model, isImagenet);
  const recipe = recipeOf(model, (setting.epochs ?? size.epochs) * epochsTimes, regularizers);
  const { evalEvery = size.evalEvery ?? recipe.evaluate.every, testN = recipe.evaluate.test } = setting;
  return {
    data: {
      name: setting.data ?? size.data,
      n: setting.n ?? atMost(size.n, setting.own?.n),
      testN: atMost(size.testN, setting.own?.testN),
    },
    model,
    inputs,
    corrupt,
    recipe: { ...recipe, ...size.recipe, ...changes, evaluate: { every: evalEvery, test: testN } },
  };
}
