/**
 * @file Labels of WebDataset's shards: which field has them, and how they are written in it.
 */

import { DataError } from "../base/errors.ts";

/** Fields of whole numbers, as WebDataset decodes them. */
const NUMBERS = ["cls", "cls2", "class", "count", "index", "inx", "id"];

/** Where labels are. */
export interface ShardTarget {
  /** As it was asked for, such as `json.label`. */
  readonly text: string;
  /** The field of the members, such as `json`. */
  readonly field: string;
  /**
   * Read a label.
   *
   * @throws DataError if it is none.
   */
  readonly read: (bytes: Uint8Array, where: string) => number | string;
}

/** Find out where labels are: in `cls` unless told; `json.a.b` is what `a` has as `b`. */
export function parseShardTarget(text = "cls"): ShardTarget {
  const [, json, path] = /^((?:.*\.)?json)\.(.+)$/is.exec(text) ?? [];
  const field = (json ?? text).toLowerCase();
  if (path !== undefined) {
    const names = path.split(".");
    return { text, field, read: (bytes, where) => labelIn(textOf(bytes, where), names, where) };
  }
  if (/(^|\.)json$/.test(field)) {
    return {
      text,
      field,
      read: (bytes, where) => labelIn(textOf(bytes, where), [], where),
    };
  }
  const isNumber = NUMBERS.includes(field.split(".").at(-1)!);
  return { text, field, read: (bytes, where) => plainLabel(textOf(bytes, where), isNumber, where) };
}

function plainLabel(text: string, isNumber: boolean, where: string): number | string {
  const label = text.trim();
  if (!isNumber && label !== "") return label;
  const value = /^[+-]?\d{1,15}$/.test(label) ? Number(label) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new DataError(
    `${where}: expected a label, ${isNumber ? "a whole number" : "a text"}, got ${JSON.stringify(label.slice(0, 40))}`,
  );
}

function labelIn(text: string, names: readonly string[], where: string): number | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DataError(`${where}: expected JSON, got ${JSON.stringify(text.slice(0, 40))}`);
  }
  const known = fieldsOf(value);
  for (const name of names) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  if (typeof value === "number" || (typeof value === "string" && value.trim() !== "")) return value;
  throw new DataError(
    `${where}: expected a number or a text${names.length > 0 ? ` as ${JSON.stringify(names.join("."))}` : ""}, got ` +
      (value === undefined
        ? `none; it has ${known}`
        : Array.isArray(value)
          ? "a list: one label each is read"
          : JSON.stringify(value).slice(0, 40)) +
      "; name the field by `target`, such as json.label",
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): string =>
  isObject(value) ? Object.keys(value).slice(0, 20).join(", ") || "no field" : "no fields";

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError(`${where}: expected text in UTF-8, got bytes that are none`);
  }
}
