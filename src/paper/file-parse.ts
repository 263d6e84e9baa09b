/**
 * @file Reads an experiment file, YAML or JSON (which is YAML too), and says where it is wrong.
 */

import type { z } from "zod";
import { type FieldPath, type FieldReader, type LocatedYaml, readLocated } from "../document/located-yaml.ts";
import { axes, groupAt, isUnlisted, plainFields } from "./file-fields.ts";

/** A value of an axis. */
export type AxisValue = string | number | boolean;

/** An axis that is given: one value, or several. */
export interface GivenAxis {
  readonly path: readonly string[];
  readonly values: readonly AxisValue[];
}

/** An experiment file as it was meant. */
export interface ExperimentFile {
  readonly name: string | undefined;
  readonly title: string | undefined;
  readonly seeds: number | undefined;
  /** The axes that are given, in the order of the file. */
  readonly axes: readonly GivenAxis[];
  /** What two sides differ in, where they are compared: one value an axis. */
  readonly compare: readonly [readonly GivenAxis[], readonly GivenAxis[]] | undefined;
}

/**
 * Read an experiment file.
 *
 * @param file - Its name, for errors.
 * @throws UsageError naming file, line, column and field, for what is wrong: the first twenty things.
 */
export const parseExperimentFile = (text: string, file: string): ExperimentFile =>
  readLocated(text, file, readFields);

function readFields(yaml: LocatedYaml): ExperimentFile {
  const plain = new Map<string, unknown>();
  let sides: (readonly GivenAxis[])[] | undefined;
  const file = readAxes(yaml, yaml.contents, (here, node) => {
    const name = here.join(".");
    if (name === "compare") {
      return () => {
        const items = yaml.items(node);
        if (items?.length === 2) sides = items.map((item) => readSide(yaml, item));
        else yaml.blame(here, node, `expected two sides, got ${items?.length ?? 0}`);
      };
    }
    if (!Object.hasOwn(plainFields, name)) return undefined;
    return () => {
      const checked = yaml.check(here, plainFields[name as keyof typeof plainFields], node);
      if (checked) plain.set(name, checked.value);
    };
  });
  const isGiven = (name: string, axes: readonly GivenAxis[]) => axes.some(({ path }) => path[0] === name);
  for (const name of yaml.contents === null ? ["data"] : ["data", "model"]) {
    const isThere = file.seen.has(name) || (sides?.every((side) => isGiven(name, side)) ?? false);
    if (!isThere) yaml.say(`expected a field "${name}", got none`);
  }
  const [name, title, seeds] = ["name", "title", "seeds"].map((field) => plain.get(field));
  return {
    name: name as string | undefined,
    title: title as string | undefined,
    seeds: seeds as number | undefined,
    axes: file.axes,
    compare: sides as ExperimentFile["compare"],
  };
}

/** One side of a comparison: what it has for itself. */
function readSide(yaml: LocatedYaml, node: unknown): readonly GivenAxis[] {
  const { axes } = readAxes(yaml, node);
  for (const { path, values } of axes) {
    if (values.length > 1)
      yaml.blame(["compare", ...path], node, `expected one value a side, got ${values.length}`);
  }
  return axes;
}

/** The axes in a group, and the names that were there. */
function readAxes(yaml: LocatedYaml, contents: unknown, takePlain?: FieldReader["take"]) {
  const found: GivenAxis[] = [];
  const readAxis = (path: FieldPath, schema: z.ZodType, given: unknown): void => {
    const items = yaml.items(given);
    if (!items) {
      yaml.blame(path, given, "expected at least one value, got an empty list: the grid would have no cell");
      return;
    }
    const read = items.map((item) => yaml.check(path, schema, item, (value) => isUnlisted(path, value)));
    const values = read.flatMap((one) => (one ? [one.value as AxisValue] : []));
    if (values.length === read.length) found.push({ path, values });
  };
  const readGroup = (path: FieldPath, given: unknown): ReadonlySet<string> =>
    yaml.fields(path, given, {
      known: groupAt(path)!,
      elsewhere: (name) => axes.find((axis) => axis.path.at(-1) === name)?.path.join("."),
      take: (here, node) => {
        const axis = axes.find((candidate) => candidate.path.join(".") === here.join("."));
        if (axis) return () => readAxis(here, axis.schema, node);
        if (groupAt(here)) return () => void readGroup(here, node);
        return takePlain?.(here, node);
      },
    });
  const seen: ReadonlySet<string> = contents === null ? new Set() : readGroup([], contents);
  return { axes: found, seen };
}
