/**
 * @file Reads an experiment file, YAML or JSON (which is YAML too), and says where it is wrong.
 */

import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
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

/** Most complaints about one file. */
const MOST_COMPLAINTS = 20;

/** Something wrong with a file. */
interface Complaint {
  /** Where, as a position in the text. */
  readonly at: number;
  readonly says: string;
}

/**
 * Read an experiment file.
 *
 * @param file - Its name, for errors.
 * @throws UsageError naming file, line, column and field, for what is wrong: the first twenty things.
 */
export function parseExperimentFile(text: string, file: string): ExperimentFile {
  const lines = new LineCounter();
  const complaints: Complaint[] = [];
  const found = readFields(text, lines, (complaint) => {
    complaints.push(complaint);
    return complaints.length <= MOST_COMPLAINTS;
  });
  if (complaints.length > 0) {
    const say = ({ at, says }: Complaint): string => {
      const { line, col } = lines.linePos(at);
      return `${file}:${line || 1}:${col || 1}: ${says}`;
    };
    const shown = complaints.slice(0, MOST_COMPLAINTS).sort((a, b) => a.at - b.at);
    const more = complaints.length > shown.length ? [`${file}: and more`] : [];
    throw new UsageError([...shown.map(say), ...more].join("\n"));
  }
  return found;
}

/**
 * Read the fields of a file from its nodes. They are never made into objects: a name may be one that every object has, and
 * few aliases can stand for billions of values, or for themselves.
 *
 * @param complain - Told what is wrong; false if that is enough.
 */
function readFields(
  text: string,
  lines: LineCounter,
  complain: (complaint: Complaint) => boolean,
): ExperimentFile {
  const axesFound: ExperimentFile["axes"][number][] = [];
  const plain = new Map<string, unknown>();
  let isEnough = false;
  const say = (at: number, says: string): void => {
    if (!isEnough) isEnough = !complain({ at, says });
  };
  const document = parse(text, lines, say);
  if (document === undefined) return { name: undefined, title: undefined, seeds: undefined, axes: [] };
  const aliased = aliasesIn(document);
  const behind = (node: unknown): unknown => (isAlias(node) ? aliased.get(node) : node);

  const show = (node: unknown): string => {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === "number") return String(value);
    return shorten(isScalar(node) ? JSON.stringify(value) : text.slice(...rangeOf(node)));
  };
  /** Say what is wrong with the value of a field: where it stands, whatever an alias makes of it. */
  const blame = (path: readonly string[], node: unknown, says: string): void =>
    say(startOf(node), path.length === 0 ? says : `${path.join(".")}: ${says}`);
  /** Check a value; undefined, and said why, if it is none. */
  const check = (
    path: readonly string[],
    schema: z.ZodType,
    given: unknown,
  ): { value: unknown } | undefined => {
    const node = behind(given);
    if (isAlias(given) && node === undefined) {
      blame(path, given, `expected an anchor "&${given.source}" before this alias, got none`);
      return undefined;
    }
    // Lists and groups are no values, whatever is in them.
    const value = isMap(node) ? {} : isSeq(node) ? [] : isScalar(node) ? node.value : null;
    const parsed = schema.safeParse(value);
    if (parsed.success || isPathIn(path, value)) return { value };
    blame(path, node, explain(parsed.error.issues[0]!, value, show(node)));
    return undefined;
  };
  const readAxis = (path: readonly string[], schema: z.ZodType, given: unknown): void => {
    const node = behind(given);
    if (isSeq(node) && node.items.length === 0) {
      blame(path, node, "expected at least one value, got an empty list: the grid would have no cell");
      return;
    }
    const read = (isSeq(node) ? node.items : [given]).map((item) => check(path, schema, item));
    const values = read.flatMap((one) => (one ? [one.value as AxisValue] : []));
    if (values.length === read.length) axesFound.push({ path, values });
  };
  const readGroup = (path: readonly string[], given: unknown, known: readonly string[]): void => {
    const group = behind(given);
    if (!isMap(group)) {
      const node = group ?? given;
      blame(path, node, `expected fields such as "${known.at(-1)}", got ${show(node)}`);
      return;
    }
    const seen = new Set<string>();
    for (const { key, value } of group.items) {
      if (isEnough) return;
      // As it is written: YAML 1.1 takes "n" for false, and makes something else of "<<".
      const name = (isScalar(key) ? key.source : undefined) ?? text.slice(...rangeOf(key));
      const here = [...path, name];
      const axis = axes.find((candidate) => candidate.path.join(".") === here.join("."));
      const inner = groupAt(here);
      const only = path.length === 0 && Object.hasOwn(plainFields, name);
      // A field without a value is an empty one, and stands where its name does.
      const node = value ?? key;
      if (seen.has(name)) blame([...path, shorten(name)], key, "expected once, got it again");
      else if (axis) readAxis(here, axis.schema, node);
      else if (inner) readGroup(here, node, inner);
      else if (only) {
        const checked = check(here, plainFields[name as keyof typeof plainFields], node);
        if (checked) plain.set(name, checked.value);
      } else blame([...path, shorten(name)], key, unknownField(name, path, known));
      seen.add(name);
    }
    if (path.length > 0) return;
    for (const name of ["data", "model"]) {
      if (!seen.has(name)) say(0, `expected a field "${name}", got none`);
    }
  };

  if (document.contents === null) say(0, 'expected a field "data", got none');
  else readGroup([], document.contents, groupAt([])!);
  const [name, title, seeds] = ["name", "title", "seeds"].map((field) => plain.get(field));
  return {
    name: name as string | undefined,
    title: title as string | undefined,
    seeds: seeds as number | undefined,
    axes: axesFound,
  };
}

/** Parse a file; undefined, and said why, if it is no YAML. */
function parse(
  text: string,
  lines: LineCounter,
  say: (at: number, says: string) => void,
): ReturnType<typeof parseDocument> | undefined {
  // Names that are there twice are found while they are read: the library compares each with each.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const nul = text.indexOf("\0");
  if (nul >= 0) say(nul, "expected text, got the character of code 0 (UTF-16? save the file as UTF-8)");
  for (const { pos, message } of document.errors) {
    const isDeep = /call stack/.test(message);
    say(pos[0], isDeep ? "expected fields and lists of values, got a nesting too deep to be read" : message);
  }
  return nul >= 0 || document.errors.length > 0 ? undefined : document;
}

/** What each alias of a document stands for: the node that had its anchor last. */
function aliasesIn(document: ReturnType<typeof parseDocument>): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const found = new Map<Alias, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const behind = anchors.get(node.source);
        if (behind) found.set(node, behind);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return found;
}

/** Where a node stands in the text. */
function rangeOf(node: unknown): [number, number] {
  const [start = 0, end = 0] = (isNode(node) && node.range) || [];
  return [start, end];
}

const startOf = (node: unknown): number => rangeOf(node)[0];

/** What a schema says about a value, in our words: "expected ..., got ...". */
function explain(issue: z.core.$ZodIssue, value: unknown, shown: string): string {
  const said = issue.message.replace(/^(Invalid (input|option|string)|Too (small|big)): /, "");
  const expected = said.replace(/, received .*$/, "");
  const names = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const near = typeof value === "string" ? suggest(value, names) : undefined;
  return `${expected}, got ${shown}${near === undefined ? "" : `; did you mean "${near}"?`}`;
}

function unknownField(name: string, path: readonly string[], known: readonly string[]): string {
  if (name === "<<") return "expected fields, got a merge of YAML 1.1: write the fields out";
  const near = suggest(name, known);
  if (near !== undefined) return `unknown field; did you mean "${near}"?`;
  const elsewhere = axes.find((axis) => axis.path.at(-1) === name);
  if (elsewhere) return `unknown field; did you mean "${elsewhere.path.join(".")}"?`;
  return `unknown field (known${path.length === 0 ? "" : ` in ${path.join(".")}`}: ${known.join(", ")})`;
}

/** A text in one line, cut where it is long, and with nothing that a terminal obeys. */
function shorten(text: string): string {
  const line = text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}|\p{Cs}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
