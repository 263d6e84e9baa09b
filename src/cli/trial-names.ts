/**
 * @file Names for the trials of an experiment: what they train on, and whatever tells them apart.
 */

import { shortIdentity } from "../run/contents.ts";
import { kindOfSpec, nameKind } from "../run/kinds.ts";
import type { TrialState } from "../run/record.ts";

/** Gives a trial a name that is short and not another's. */
export type NameTrial = (trial: TrialState) => string;

/** The fields of a recipe, by path: `augment.crop`. */
function fieldsOf(group: object, prefix = ""): [name: string, value: unknown][] {
  return Object.entries(group).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? fieldsOf(value, `${prefix}${name}.`)
      : [[prefix + name, value] as [string, unknown]],
  );
}

/** Names for trials, with the fields of their recipes in which trials of one model differ. */
export function namesOf(trials: readonly TrialState[]): NameTrial {
  const varied = new Map<string, Set<string>>();
  for (const [model, same] of Map.groupBy(trials, ({ spec }) => spec.model)) {
    const values = Map.groupBy(
      same.flatMap(({ spec }) => fieldsOf(spec.recipe)),
      ([name]) => name,
    );
    const names = [...values]
      .filter(([, fields]) => new Set(fields.map(([, value]) => value)).size > 1)
      .map(([name]) => name);
    varied.set(model, new Set(names));
  }
  return ({ spec }) => {
    const { model, recipe, seed } = spec;
    const fields = fieldsOf(recipe)
      .filter(([name]) => varied.get(model)?.has(name))
      .map(([name, value]) => `, ${name.split(".").at(-1)} ${value}`);
    return `${shortIdentity(model)}, ${nameKind(kindOfSpec(spec)).toLowerCase()}${fields.join("")}, seed ${seed}`;
  };
}
