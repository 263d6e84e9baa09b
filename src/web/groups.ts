/**
 * @file Groups of trials to compare: by some fields of their specs, or by all in which they differ but the seed.
 */

import { type InputsName, inputsNames } from "../data/randomization.ts";
import { nameGroups } from "../report/group-names.ts";
import type { Varying } from "../store/read/compare.ts";
import type { Differing } from "./api.ts";
import { Refusal } from "./refusal.ts";

/** Fields by whose path people would not know them, and that follow from others. */
const HIDDEN = ["schema", "dataset.hash"];

/** The leaves of a spec as texts, by path: `model`, `dataset.train`, `recipe.learningRate`, ... */
function leavesOf(value: unknown, path = ""): [string, string][] {
  if (value === null || typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leavesOf(inner, path === "" ? key : `${path}.${key}`),
  );
}

/** A path as people say it: the dataset is known by its name. */
const asField = (path: string): string => (path === "dataset.name" ? "dataset" : path);

/** The leaves of every variant by its hash, all fields there are, and those in which the variants differ. */
function leavesOfAll(variants: Varying["variants"]) {
  const leaves = new Map<string, ReadonlyMap<string, string>>();
  for (const { hash, spec } of variants) {
    const own = leavesOf(spec).filter(([path]) => !HIDDEN.includes(path) && path !== "seed");
    leaves.set(hash, new Map(own.map(([path, text]) => [asField(path), text])));
  }
  const known = new Set([...leaves.values()].flatMap((own) => [...own.keys()]));
  const differing = [...known].filter(
    (field) => new Set([...leaves.values()].map((own) => own.get(field))).size > 1,
  );
  return { leaves, known, differing };
}

/** Fields that lists of trials show of every trial. */
const SHOWN = ["model", "dataset", "inputs", "corrupt", "labels", "recipe.epochs"];

/** The fields in which trials differ, beside those that every list shows, and the values of these trials. */
export function differingOf({ trials, variants }: Varying): Differing {
  const { leaves, differing } = leavesOfAll(variants);
  const isAside = (field: string): number => Number(/^recipe\.(evaluate|fit)\./.test(field));
  const fields = differing
    .filter((field) => !SHOWN.includes(field))
    // How often a network is measured, and when that ends, says less than what it is trained by.
    .toSorted((a, b) => isAside(a) - isAside(b));
  const values = trials.map(({ id, hash }) => [
    id,
    fields.map((field) => leaves.get(hash)?.get(field) ?? ""),
  ]);
  return { fields, values: fields.length === 0 ? {} : Object.fromEntries(values) };
}

/** A group: what its trials have in common, and which they are. */
export interface Group {
  readonly title: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly trials: readonly string[];
}

/** Trials in groups. */
export interface Grouping {
  readonly by: readonly string[];
  /** All fields in which the trials differ. */
  readonly fields: readonly string[];
  readonly groups: readonly Group[];
}

/**
 * Group trials; groups come in the order of the values of their fields.
 *
 * @param asked - Fields to group by; unless told, all in which the trials differ but the seed.
 * @throws Refusal (400) if trials have no such field.
 */
export function groupTrials({ trials, variants }: Varying, asked?: readonly string[]): Grouping {
  const { leaves, known, differing } = leavesOfAll(variants);
  const seeds = new Set(trials.map(({ seed }) => seed));
  const fields = seeds.size > 1 ? [...differing, "seed"] : differing;
  // The same name may hold other bytes, and then nothing else tells them apart: unlike data are never one curve.
  const standard = differing.length > 0 ? differing : ["model"];
  const by = asked ?? standard;
  const stranger = by.find((field) => field !== "seed" && !known.has(field));
  if (stranger !== undefined && trials.length > 0) {
    throw new Refusal(
      400,
      `by: expected fields of trials, such as ${fields.concat("model")[0]}, got ${stranger}`,
    );
  }
  const groups = new Map<string, { fields: Record<string, string>; trials: string[] }>();
  for (const { id, seed, hash } of trials) {
    const values = by.map((field) =>
      field === "seed" ? String(seed) : (leaves.get(hash)?.get(field) ?? ""),
    );
    const key = JSON.stringify(asked ? values : [values, hash]);
    const group = groups.get(key);
    if (group) group.trials.push(id);
    else {
      const entries = by.map((field, index) => [field, values[index]!]);
      groups.set(key, { fields: Object.fromEntries(entries), trials: [id] });
    }
  }
  const sorted = [...groups.values()].sort((a, b) => compareFields(by, a.fields, b.fields));
  const titles = nameGroups(sorted.map((group) => group.fields));
  return { by, fields, groups: sorted.map((group, place) => ({ ...group, title: titles[place]! })) };
}

/** Where a value stands among those of its field; inputs from true ones to mere noise, as everywhere. */
const placeOf = (field: string, value: string): number =>
  field === "inputs" ? inputsNames.indexOf(value as InputsName) : Number(value);

/** Groups in the order of their values, numbers as such. */
function compareFields(by: readonly string[], a: Group["fields"], b: Group["fields"]): number {
  for (const field of by) {
    const [one, other] = [a[field]!, b[field]!];
    const order = placeOf(field, one) - placeOf(field, other) || one.localeCompare(other, "en");
    if (order !== 0) return order;
  }
  return 0;
}
