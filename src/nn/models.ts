/**
 * @file The models Shatter knows by name.
 */

import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Initialization } from "./initialize.ts";
import { type Model, PAPER } from "./model.ts";
import { alexnet } from "./models/alexnet.ts";
import { cnn } from "./models/cnn.ts";
import { inception, inceptionWithoutNorm } from "./models/inception.ts";
import { inceptionV3 } from "./models/inception-v3.ts";
import { evenMlp, mlp } from "./models/mlp.ts";

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

/** Families of models, whose names say their sizes: `mlp-2x64`, `cnn-2x16`. */
const FAMILIES = [
  {
    pattern: /^mlp-([1-9]\d?)x([1-9]\d{0,3})$/,
    make: (_: string, layers: number, units: number): Model => evenMlp(layers, units),
  },
  { pattern: /^cnn-([1-5])x([1-9]\d{0,2})$/, make: cnn },
];

/** What the names of families are, as a pattern. */
export const familyPattern = new RegExp(FAMILIES.map(({ pattern }) => pattern.source).join("|"));

/** Models of families that were asked for: one name is one model. */
const made = new Map<string, Model>();

/** The model of that name, listed or of a family; undefined if there is none. */
export function modelNamed(name: string): Model | undefined {
  const known = models.get(name) ?? made.get(name);
  if (known) return known;
  for (const { pattern, make } of FAMILIES) {
    const [, layers, units] = pattern.exec(name) ?? [];
    if (layers === undefined) continue;
    const model = make(name, Number(layers), Number(units));
    made.set(name, model);
    return model;
  }
  return undefined;
}

/** How the parameters of a model, or of the one of that name, start unless told; `he-normal` for any that does not say. */
export const usualInitialization = (model: string | Model): Initialization =>
  (typeof model === "string" ? modelNamed(model) : model)?.initialization ?? "he-normal";

/**
 * The model of that name: one of {@link models}, an MLP of any size as `mlp-<layers>x<units>`, or a small convolutional
 * network as `cnn-<convolutions>x<filters>`.
 *
 * @throws UsageError with the nearest name, if there is none.
 */
export function findModel(name: string): Model {
  const model = modelNamed(name);
  if (!model) throw new UsageError(unknownName("model", name, [...models.keys()]));
  return model;
}
