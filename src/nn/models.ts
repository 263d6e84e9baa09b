/**
 * @file The models Shatter knows by name.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Initialization } from "./initialize.ts";
import { type Model, PAPER } from "./model.ts";
import { alexnet } from "./models/alexnet.ts";
import { inception, inceptionWithoutNorm } from "./models/inception.ts";
import { inceptionV3 } from "./models/inception-v3.ts";
import { mlp } from "./models/mlp.ts";

/** All models, by name. */
export const models: ReadonlyMap<string, Model> = new Map(
  [
    mlp("linear", [], "softmax regression: no hidden layer", "Zhang et al., ICLR 2017, section 5"),
    mlp("mlp-1x512", [512], "one hidden layer of 512 ReLU units", PAPER),
    mlp("mlp-3x512", [512, 512, 512], "three hidden layers of 512 ReLU units", PAPER),
    alexnet,
    inception,
    inceptionWithoutNorm,
    inceptionV3,
  ].map((model) => [model.name, model]),
);

/** How the parameters of a model, or of the one of that name, start unless told; `he-normal` for any that does not say. */
export const usualInitialization = (model: string | Model): Initialization =>
  (typeof model === "string" ? models.get(model) : model)?.initialization ?? "he-normal";

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
