/**
 * @file Reads an experiment file, YAML or JSON (which is YAML too), and says where it is wrong.
 */

import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { UsageError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import { axes, groupAt, plainFields } from "./file-fields.ts";

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

type YamlDocument = ReturnType<typeof parseDocument>;

/**
 * Read an experiment file.
 *
 * @param file - Its name, for errors.
 * @throws UsageError naming file, line, column and field, for everything that is wrong.
 */
export function parseExperimentFile(text: string, file: string): ExperimentFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const complaints: { readonly at: number; readonly says: string }[] = document.errors.map(
    ({ pos, message }) => ({ at: pos[0], says: message }),
  );
  const fields: ExperimentFile["axes"][number][] = [];
  const plain: { [name: string]: unknown } = {};

  const complain = (path: readonly (string | number)[], says: string, onKey = false): void => {
    const field = path.filter((part) => typeof part === "string").join(".");
    complaints.push({
      at: positionOf(document, path, onKey),
      says: field === "" ? says : `${field}: ${says}`,
    });
  };
  const check = (path: readonly (string | number)[], schema: z.ZodType, value: unknown): boolean => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) complain(path, explain(parsed.error.issues[0]!, value));
    return parsed.success;
  };
  const readAxis = (path: readonly string[], schema: z.ZodType, value: unknown): void => {
    if (!Array.isArray(value)) {
      if (check(path, schema, value)) fields.push({ path, values: [value as AxisValue] });
    } else if (value.length === 0) {
      complain(path, "expected at least one value, got an empty list: the grid would have no cell");
    } else if (value.map((each, index) => check([...path, index], schema, each)).every(Boolean)) {
      fields.push({ path, values: value as AxisValue[] });
    }
  };
  const readGroup = (path: readonly string[], group: unknown, known: readonly string[]): void => {
    if (typeof group !== "object" || group === null || Array.isArray(group)) {
      complain(path, `expected fields such as "${known.at(-1)}", got ${show(group)}`);
      return;
    }
    for (const [name, value] of Object.entries(group)) {
      const here = [...path, name];
      const axis = axes.find((candidate) => candidate.path.join(".") === here.join("."));
      const inner = groupAt(here);
      const only = path.length === 0 ? plainFields[name as keyof typeof plainFields] : undefined;
      if (axis) readAxis(here, axis.schema, value);
      else if (inner) readGroup(here, value, inner);
      else if (only) {
        if (check(here, only, value)) plain[name] = value;
      } else complain(here, unknownField(name, path, known), true);
    }
  };

  if (complaints.length === 0) {
    readGroup([], document.toJS() ?? {}, groupAt([])!);
    for (const name of ["data", "model"]) {
      const isThere = isMap(document.contents) && document.contents.has(name);
      if (!isThere) complaints.push({ at: 0, says: `expected a field "${name}", got none` });
    }
  }
  if (complaints.length > 0) {
    const say = ({ at, says }: (typeof complaints)[number]): string => {
      const { line, col } = lines.linePos(at);
      return `${file}:${line || 1}:${col || 1}: ${says}`;
    };
    throw new UsageError(
      complaints
        .sort((a, b) => a.at - b.at)
        .map(say)
        .join("\n"),
    );
  }
  const { name, title, seeds } = plain as Pick<ExperimentFile, "name" | "title" | "seeds">;
  return { name, title, seeds, axes: fields };
}

/** Where a field is in the text: its value, or its name; where it is made by an alias, what is around it. */
function positionOf(document: YamlDocument, path: readonly (string | number)[], onKey: boolean): number {
  const parent = document.getIn(path.slice(0, -1), true);
  const around = path.length > 1 ? parent : document.contents;
  const pair = isMap(around)
    ? around.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    : undefined;
  const node = onKey ? pair?.key : document.getIn(path, true);
  const found = [node, pair?.key, around].find((candidate) => isNode(candidate) && candidate.range);
  return isNode(found) ? (found.range?.[0] ?? 0) : 0;
}

/** What a schema says about a value, in our words: "expected ..., got ...". */
function explain(issue: z.core.$ZodIssue, value: unknown): string {
  const said = issue.message.replace(/^(Invalid (input|option|string)|Too (small|big)): /, "");
  const expected = said.replace(/, received .*$/, "");
  const names = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const near = typeof value === "string" ? suggest(value, names) : undefined;
  return `${expected}, got ${show(value)}${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

function unknownField(name: string, path: readonly string[], known: readonly string[]): string {
  const near = suggest(name, known);
  if (near !== undefined) return `unknown field; did you mean "${near}"?`;
  const elsewhere = axes.find((axis) => axis.path.at(-1) === name);
  if (elsewhere) return `unknown field; did you mean "${elsewhere.path.join(".")}"?`;
  return `unknown field (known${path.length === 0 ? "" : ` in ${path.join(".")}`}: ${known.join(", ")})`;
}

/** A value as JSON, cut where it is long. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
