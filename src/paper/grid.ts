/**
 * @file From an experiment file to the cells of its grid: every combination of the values of its axes.
 */

import { UsageError } from "../base/errors.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import type { LabelsName } from "../data/randomization.ts";
import { modelNames } from "../run/subject.ts";
import { askedRecipeSchema } from "../train/recipe.ts";
import type { Condition } from "./condition.ts";
import type { AxisValue, ExperimentFile, GivenAxis } from "./file-parse.ts";
import { labelsOfSpec } from "./plan.ts";
import { recipeOf } from "./recipes.ts";
import { PAPER_EPOCHS } from "./scales.ts";

/** The value of an axis in a cell. */
export interface Coordinate {
  /** Such as `recipe.weightDecay`. */
  readonly axis: string;
  readonly value: AxisValue;
}

/** One cell of a grid. */
export interface Cell {
  /** Where it is on the axes that have more than one value. */
  readonly coordinates: readonly Coordinate[];
  /** Which of two sides it is on, where they are compared. */
  readonly side?: 0 | 1;
  readonly condition: Condition;
}

/** Most cells of a grid: a slip of the keyboard should not plan a million trials. */
const MOST_CELLS = 10_000;

/** Identities of the model files and of the data at paths that an experiment file names, by what it calls them. */
export type Identities = Readonly<Record<string, string>>;

/**
 * The cells of an experiment file, its first axis varying slowest.
 *
 * @param file - Its name, for errors.
 * @param identities - Of its model files and its data at paths; none unless told.
 * @throws UsageError if a combination is not possible, two cells are the same, or there are too many.
 */
export function cellsOf(
  { axes, compare }: ExperimentFile,
  file: string,
  identities: Identities = {},
): Cell[] {
  const cells = compare
    ? compare.flatMap((own, side) => {
        const isOwn = (axis: GivenAxis) => own.some(({ path }) => path.join(".") === axis.path.join("."));
        const rest = axes.filter((axis) => !isOwn(axis));
        return gridOf([...rest, ...own], file, identities).map((cell) => ({ ...cell, side: side as 0 | 1 }));
      })
    : gridOf(axes, file, identities);
  refuseTwins(cells, file);
  return cells;
}

function gridOf(axes: readonly GivenAxis[], file: string, identities: Identities): Cell[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_CELLS) {
    throw new UsageError(
      `${file}: expected at most ${MOST_CELLS} cells, got ${count}: the product of its lists`,
    );
  }
  let combinations: {
    readonly path: readonly string[];
    readonly value: AxisValue;
    readonly varies: boolean;
  }[][] = [[]];
  for (const { path, values } of axes) {
    combinations = combinations.flatMap((combination) =>
      values.map((value) => [...combination, { path, value, varies: values.length > 1 }]),
    );
  }
  return combinations.map((combination): Cell => {
    const coordinates = combination
      .filter(({ varies }) => varies)
      .map(({ path, value }) => ({ axis: path.join("."), value }));
    return {
      coordinates,
      condition: conditionOf(combination, `${file}: ${nameCell(coordinates)}`, identities),
    };
  });
}

/** A cell in few words: `model mlp-1x512, corrupt 0.5`. */
export const nameCell = (coordinates: readonly Coordinate[]): string =>
  coordinates.length === 0
    ? "the only cell"
    : coordinates.map(({ axis, value }) => `${axis.split(".").at(-1)} ${value}`).join(", ");

/** What all cells have in common, and what a side of a comparison has where it says nothing else. */
export function gridNotes(
  axes: readonly GivenAxis[],
  compare: readonly (readonly GivenAxis[])[] = [],
): string[] {
  const fixed = axes.filter(({ values }) => values.length === 1);
  const ownOf = ({ path }: GivenAxis): number =>
    compare.filter((own) => own.some((one) => one.path.join(".") === path.join("."))).length;
  const said = (sides: number): string =>
    fixed
      .filter((axis) => ownOf(axis) === sides)
      .map(({ path, values }) => `${path.join(".")} ${values[0]}`)
      .join(", ");
  const [common, partly] = [said(0), said(1)];
  return [
    ...(common === "" ? [] : [`In every cell: ${common}.`]),
    ...(partly === "" ? [] : [`Where a side has none of its own: ${partly}.`]),
    "Everything else is the paper's recipe for the model.",
  ];
}

/** The condition of a cell: the paper's recipe for its model, with the fields that the file sets. */
function conditionOf(
  fields: readonly { readonly path: readonly string[]; readonly value: AxisValue }[],
  where: string,
  identities: Identities,
): Condition {
  const fieldOf = (name: string): AxisValue | undefined => fields.find(({ path }) => path[0] === name)?.value;
  const named = fieldOf("model") as string;
  const batchNorm = fieldOf("batchNorm") as boolean | undefined;
  const model = identities[named] ?? normalized(named, batchNorm, where);
  const recipe: { [name: string]: unknown } = structuredClone(recipeOf(model, PAPER_EPOCHS));
  for (const { path, value } of fields) {
    if (path[0] !== "recipe") continue;
    const inner = path.slice(1, -1).reduce((group, name) => group[name] as typeof recipe, recipe);
    inner[path.at(-1)!] = value;
  }
  const data = fieldOf("data") as string;
  const corrupt = (fieldOf("corrupt") as number | undefined) ?? 0;
  return {
    data: {
      name: identities[data] ?? data,
      n: fieldOf("n") as number | undefined,
      testN: fieldOf("testN") as number | undefined,
    },
    model,
    inputs: (fieldOf("inputs") as Condition["inputs"] | undefined) ?? "true",
    corrupt,
    ...labelsOfSpec(corrupt, fieldOf("labels") as LabelsName | undefined),
    recipe: askedRecipeSchema.parse(recipe),
  };
}

/** The suffix of models that are another one without its batch normalization. */
const WITHOUT = "-nobn";

/** The model with batch normalization or without, as asked. */
function normalized(model: string, batchNorm: boolean | undefined, where: string): string {
  if (batchNorm === undefined) return model;
  const base = model.endsWith(WITHOUT) ? model.slice(0, -WITHOUT.length) : model;
  const pair = modelNames.filter((name) => name === base || name === base + WITHOUT);
  if (pair.length < 2) {
    throw new UsageError(
      `${where}: batchNorm: expected a model that comes with batch normalization and without, got "${model}", which has none to switch: leave batchNorm out, or choose another model`,
    );
  }
  return batchNorm ? base : base + WITHOUT;
}

function refuseTwins(cells: readonly Cell[], file: string): void {
  const seen = new Map<string, Cell>();
  for (const cell of cells) {
    const key = canonicalJson(cell.condition as unknown as Json);
    const twin = seen.get(key);
    if (twin) {
      throw new UsageError(
        `${file}: expected cells that differ, got twice the same training: ${nameCell(twin.coordinates)}; and: ${nameCell(cell.coordinates)}. Remove one`,
      );
    }
    seen.set(key, cell);
  }
}
