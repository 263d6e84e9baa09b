/**
 * @file What groups of trials are called: by as few of the fields they are told apart by as tell each from the others.
 */

import { formatShare } from "../base/percent.ts";

type Fields = Readonly<Record<string, string>>;

/** Fields that people ask for first, and whose values say what they are. */
const FIRST = ["model", "dataset", "inputs", "corrupt"];

/** A value with its field: the value alone where it says what it is. */
export function nameValue(field: string, value: string): string {
  if (field === "model" || field === "dataset") return value;
  if (field === "inputs") return `${value} inputs`;
  if (field !== "corrupt") return `${field.split(".").at(-1)!} ${value}`;
  return value === "0"
    ? "true labels"
    : `${value === "1" ? "" : `${formatShare(Number(value))} `}random labels`;
}

/**
 * The names of groups: of each the values that tell it from those which are like it in all values before.
 *
 * @param groups - With the same fields each.
 */
export function nameGroups(groups: readonly Fields[]): string[] {
  const by = Object.keys(groups[0] ?? {});
  const order = [
    ...FIRST.filter((field) => by.includes(field)),
    ...by.filter((field) => !FIRST.includes(field)),
  ];
  return groups.map((group) => {
    const told: string[] = [];
    let alike = groups;
    for (const field of order) {
      const rest = alike.filter((other) => other[field] === group[field]);
      if (rest.length < alike.length) told.push(nameValue(field, group[field]!));
      alike = rest;
    }
    // What is alone is called by what it is asked for by.
    return told.length > 0
      ? told.join(", ")
      : order.map((field) => nameValue(field, group[field]!)).join(", ");
  });
}
