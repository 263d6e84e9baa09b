/**
 * @file The fields of an experiment file: its few plain ones, and the axes of its grid, which are the fields of a
 * trial's spec. Also the JSON Schema of such files, for editors.
 */

import { z } from "zod";
import { storable, whole } from "../base/limits.ts";
import { inputsNames, labelsNames } from "../data/randomization.ts";
import { datasetNames, familyPattern, isDataPath, isModelPath, modelNames } from "../run/subject.ts";
import { recipeSchema } from "../train/recipe.ts";
import { trialSpecSchema } from "../train/spec.ts";

/** Fields whose values may also be paths: what tells a path from a name, and the same for schemas. */
const PATHS: Readonly<
  Record<string, { readonly isPath: (text: string) => boolean; readonly pattern: RegExp }>
> = {
  model: { isPath: isModelPath, pattern: new RegExp(`\\.onnx(\\?.*)?$|${familyPattern.source}`) },
  data: { isPath: isDataPath, pattern: /[\\/.?]/ },
};

/** Most letters of an experiment's name, which names its folder. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const count = whole(1);

/** Fields that are no axes: they take one value, never a list. */
export const plainFields = {
  $schema: storable().describe("Where this schema is, for editors."),
  name: z
    .string()
    .regex(NAME, { error: "expected up to 64 small letters, digits, dots and hyphens" })
    .describe("Names the folder of the result; the file's own name unless told."),
  title: storable().describe("Stands over the result."),
  seeds: count.describe("Number of repetitions of every cell; 1 unless told."),
} as const;

/** A field that may be one value or a list of values, an axis of the grid. */
export interface Axis {
  /** Such as `recipe.augment.crop`. */
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

/** Whether a value of a field is a path, of a model file or of data, where one may be. */
export const isPathIn = (path: readonly string[], value: unknown): value is string =>
  typeof value === "string" && (PATHS[path.join(".")]?.isPath(value) ?? false);

/** Whether a value that its schema does not list may stand in a field: a path, or a model of a family. */
export const isUnlisted = (path: readonly string[], value: unknown): boolean =>
  isPathIn(path, value) ||
  (path.join(".") === "model" && typeof value === "string" && familyPattern.test(value));

const enumOf = (names: readonly string[]) => z.enum(names as [string, ...string[]]);

/** The axes that are not of the recipe. */
const specAxes = {
  data: enumOf(datasetNames).describe("Dataset; or the path of data, seen from this file: ./photos?size=64."),
  n: count.describe("Training examples; all unless told."),
  testN: count.describe("Test examples; all unless told."),
  model: enumOf(modelNames).describe(
    "Model; one of any size, mlp-2x64 or cnn-2x16; or a model file, FILE.onnx, beside this one.",
  ),
  inputs: enumOf(inputsNames).describe("How inputs are randomized; true unless told."),
  corrupt: trialSpecSchema.shape.corrupt.describe("Probability that a label is corrupted; 0 unless told."),
  labels: enumOf(labelsNames).describe(
    "How: redrawn, or permuted, which keeps the count of each class; redrawn unless told. No axis where corrupt is 0.",
  ),
  batchNorm: z
    .boolean()
    .describe("With batch normalization or without; only for models that come in both forms."),
} as const;

/** Groups of axes, as objects in the file. */
type Group = { readonly [name: string]: z.ZodType | Group };

/** What a schema has inside, if it is an object; without its default. */
function shapeOf(schema: z.ZodType): Group | undefined {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject ? (inner.shape as Group) : undefined;
}

/** All fields that may be axes, by group. */
const axisTree: Group = { ...specAxes, recipe: recipeSchema.shape as Group };

function* leaves(group: Group, path: readonly string[] = []): Generator<Axis> {
  for (const [name, member] of Object.entries(group)) {
    const inner = member instanceof z.ZodType ? shapeOf(member) : member;
    if (inner) yield* leaves(inner, [...path, name]);
    else yield { path: [...path, name], schema: member as z.ZodType };
  }
}

/** Every axis there is. */
export const axes: readonly Axis[] = [...leaves(axisTree)];

/** The fields inside a path that is a group, such as those of `recipe`; undefined if it is none. */
export function groupAt(path: readonly string[]): readonly string[] | undefined {
  if (path.length === 0) return [...Object.keys(plainFields), "compare", ...Object.keys(axisTree)];
  const inside = axes.filter(
    (axis) => axis.path.length > path.length && path.every((name, at) => axis.path[at] === name),
  );
  return inside.length === 0 ? undefined : [...new Set(inside.map((axis) => axis.path[path.length]!))];
}

/** Lets every leaf of a group be a value or a list of values. */
function gridOf(group: Group): z.ZodType {
  const shape = Object.entries(group).map(([name, member]) => {
    const inner = member instanceof z.ZodType ? shapeOf(member) : member;
    if (inner) return [name, gridOf(inner).optional()];
    const own = member as z.ZodType;
    const { pattern } = PATHS[name] ?? {};
    const leaf = pattern ? z.union([own, z.string().regex(pattern)]) : own;
    const either = z.union([leaf, z.array(leaf).min(1)]);
    const { description } = own;
    return [name, (description ? either.describe(description) : either).optional()];
  });
  return z.strictObject(Object.fromEntries(shape));
}

/** The JSON Schema (draft 2020-12) of experiment files, as it is published in `schema/experiment-file@1.json`. */
export function experimentFileJsonSchema(): object {
  const plain = Object.entries(plainFields).map(([name, schema]) => [name, schema.optional()]);
  const grid = gridOf(axisTree) as z.ZodObject;
  const compare = grid
    .array()
    .length(2)
    .optional()
    .describe("Two sides to compare, seed by seed: the fields each has for itself, one value each.");
  const file = z.strictObject({ ...Object.fromEntries(plain), compare, ...grid.shape });
  return {
    $id: "shatter/experiment-file@1",
    title: "An experiment: a grid over the fields of a trial",
    ...z.toJSONSchema(file, { io: "input" }),
    anyOf: [{ required: ["data", "model"] }, { required: ["compare"] }],
  };
}
