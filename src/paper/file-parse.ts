/**
 * @file Reads an experiment file, YAML or JSON (which is YAML too), and says where it is wrong.
 */

import type { z } from "zod";
import { type FieldPath, type LocatedYaml, readLocated } from "../document/located-yaml.ts";
import { axes, groupAt, isPathIn, plainFields } from "./file-fields.ts";

/** A value of an axis. */
export type AxisValue = string | number | boolean;

/** An experiment file as it was meant. */
export interface ExperimentFile {
  readonly name: string | undefined;
  readonly title: string | undefined;
  readonly seeds: number | undefined;
  /** The axes that are given, in the order of the file; one value each, or several. */
  readonly axes: readonly { readonly path: readonly string[]; readonly values: readonly AxisValue[] }[];
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
  const axesFound: ExperimentFile["axes"][number][] = [];
  const plain = new Map<string, unknown>();
  const readAxis = (path: FieldPath, schema: z.ZodType, given: unknown): void => {
    const items = yaml.items(given);
    if (!items) {
      yaml.blame(path, given, "expected at least one value, got an empty list: the grid would have no cell");
      return;
    }
    const read = items.map((item) => yaml.check(path, schema, item, (value) => isPathIn(path, value)));
    const values = read.flatMap((one) => (one ? [one.value as AxisValue] : []));
    if (values.length === read.length) axesFound.push({ path, values });
  };
  const readGroup = (path: FieldPath, given: unknown): ReadonlySet<string> =>
    yaml.fields(path, given, {
      known: groupAt(path)!,
      elsewhere: (name) => axes.find((axis) => axis.path.at(-1) === name)?.path.join("."),
      take: (here, node) => {
        const axis = axes.find((candidate) => candidate.path.join(".") === here.join("."));
        if (axis) return () => readAxis(here, axis.schema, node);
        if (groupAt(here)) return () => void readGroup(here, node);
        const name = here.join(".");
        if (!Object.hasOwn(plainFields, name)) return undefined;
        return () => {
          const checked = yaml.check(here, plainFields[name as keyof typeof plainFields], node);
          if (checked) plain.set(name, checked.value);
        };
      },
    });
  if (yaml.contents === null) yaml.say('expected a field "data", got none');
  else {
    const seen = readGroup([], yaml.contents);
    for (const name of ["data", "model"])
      if (!seen.has(name)) yaml.say(`expected a field "${name}", got none`);
  }
  const [name, title, seeds] = ["name", "title", "seeds"].map((field) => plain.get(field));
  return {
    name: name as string | undefined,
    title: title as string | undefined,
    seeds: seeds as number | undefined,
    axes: axesFound,
  };
}
