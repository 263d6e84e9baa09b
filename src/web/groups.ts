/**
 * @file Groups of trials to compare: by some fields of their specs, or by all in which they differ but the seed.
 */

import type { Varying } from "../store/read/compare.ts";
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
 * Group trials.
 *
 * @param asked - Fields to group by; unless told, all in which the trials differ but the seed.
 * @throws Refusal (400) if trials have no such field.
 */
export function groupTrials({ trials, variants }: Varying, asked?: readonly string[]): Grouping {
  const leaves = new Map<string, ReadonlyMap<string, string>>();
  for (const { hash, spec } of variants) {
    const own = leavesOf(spec).filter(([path]) => !HIDDEN.includes(path) && path !== "seed");
    leaves.set(hash, new Map(own.map(([path, text]) => [asField(path), text])));
  }
  const known = new Set([...leaves.values()].flatMap((own) => [...own.keys()]));
  const differing = [...known].filter(
    (field) => new Set([...leaves.values()].map((own) => own.get(field))).size > 1,
  );
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
  return {
    by,
    fields,
    groups: [...groups.values()].map((group) => ({ ...group, title: titleOf(group.fields) })),
  };
}

/** What a group is called: names alone where they say what they are, other values with their field. */
const titleOf = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([field, value]) =>
      field === "model" || field === "dataset" ? value : `${lastPart(field)} ${value}`,
    )
    .join(", ");

const lastPart = (field: string): string => field.split(".").at(-1)!;
