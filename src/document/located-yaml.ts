/**
 * @file YAML (and JSON, which is YAML too) with fields that somebody wrote by hand: read from its nodes, so that what is wrong is
 * said with file, line, column and field.
 *
 * Nodes are never made into objects: a name may be one that every object has, and few aliases can stand for billions of values,
 * or for themselves.
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

/** Most complaints about one file. */
const MOST_COMPLAINTS = 20;

/** Something wrong with a file. */
interface Complaint {
  /** Where, as a position in the text. */
  readonly at: number;
  readonly says: string;
}

/** The name of a field, from the outermost group on. */
export type FieldPath = readonly string[];

/** A value that was read. */
interface Checked {
  readonly value: unknown;
}

/** What takes a field. */
export interface FieldReader {
  /** Names that a field may have here, for who mistakes one. */
  readonly known: readonly string[];
  /** Where a name is known that is not known here, such as `recipe.augment.crop`. */
  readonly elsewhere?: (name: string) => string | undefined;
  /** Take a field; undefined if the name is none. */
  readonly take: (path: FieldPath, value: unknown) => (() => void) | undefined;
}

/** A file that is being read. */
export interface LocatedYaml {
  /** Its outermost node; null if the file is empty. */
  readonly contents: unknown;
  /** Say what is wrong at the beginning of the file. */
  say(says: string): void;
  /** Say what is wrong with the value of a field. */
  blame(path: FieldPath, node: unknown, says: string): void;
  /** The values of a list, the value itself if it is none, undefined if the list is empty. */
  items(node: unknown): readonly unknown[] | undefined;
  /** Check a value; undefined, and said why, if it is none. `isOther` lets some pass that the schema does not. */
  check(
    path: FieldPath,
    schema: z.ZodType,
    node: unknown,
    isOther?: (value: unknown) => boolean,
  ): Checked | undefined;
  /** Read the fields of a group, each once; returns the names that were there. */
  fields(path: FieldPath, node: unknown, reader: FieldReader): ReadonlySet<string>;
}

/**
 * Read a file.
 *
 * @param file - Its name, for errors.
 * @param read - Reads what is in it, and says what is wrong.
 * @returns What `read` returned.
 * @throws UsageError naming file, line, column and field, for what is wrong: the first twenty things.
 */
export function readLocated<T>(text: string, file: string, read: (yaml: LocatedYaml) => T): T {
  const lines = new LineCounter();
  const complaints: Complaint[] = [];
  const say = (at: number, says: string): void => {
    if (complaints.length <= MOST_COMPLAINTS) complaints.push({ at, says });
  };
  const document = parse(text, lines, say);
  const result = document && read(locate(text, document, say, () => complaints.length > MOST_COMPLAINTS));
  if (complaints.length > 0) {
    const tell = ({ at, says }: Complaint): string => {
      const { line, col } = lines.linePos(at);
      return `${file}:${line || 1}:${col || 1}: ${says}`;
    };
    const shown = complaints.slice(0, MOST_COMPLAINTS).sort((a, b) => a.at - b.at);
    const more = complaints.length > shown.length ? [`${file}: and more`] : [];
    throw new UsageError([...shown.map(tell), ...more].join("\n"));
  }
  return result as T;
}

function locate(
  text: string,
  document: ReturnType<typeof parseDocument>,
  say: (at: number, says: string) => void,
  isEnough: () => boolean,
): LocatedYaml {
  const aliased = aliasesIn(document);
  const behind = (node: unknown): unknown => (isAlias(node) ? aliased.get(node) : node);
  const show = (node: unknown): string => {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === "number") return String(value);
    return shorten(isScalar(node) ? JSON.stringify(value) : text.slice(...rangeOf(node)));
  };
  // Where it stands, whatever an alias makes of it.
  const blame = (path: FieldPath, node: unknown, says: string): void =>
    say(startOf(node), path.length === 0 ? says : `${path.join(".")}: ${says}`);
  return {
    contents: document.contents,
    say: (says) => say(0, says),
    blame,
    items(given) {
      const node = behind(given);
      if (!isSeq(node)) return [given];
      return node.items.length === 0 ? undefined : node.items;
    },
    check(path, schema, given, isOther = () => false) {
      const node = behind(given);
      if (isAlias(given) && node === undefined) {
        blame(path, given, `expected an anchor "&${given.source}" before this alias, got none`);
        return undefined;
      }
      // Lists and groups are no values, whatever is in them.
      const value = isMap(node) ? {} : isSeq(node) ? [] : isScalar(node) ? node.value : null;
      const parsed = schema.safeParse(value);
      if (parsed.success || isOther(value)) return { value };
      blame(path, node, explain(parsed.error.issues[0]!, value, show(node)));
      return undefined;
    },
    fields(path, given, { known, elsewhere, take }) {
      const seen = new Set<string>();
      const group = behind(given);
      if (!isMap(group)) {
        const node = group ?? given;
        blame(path, node, `expected fields such as "${known.at(-1)}", got ${show(node)}`);
        return new Set(known);
      }
      for (const { key, value } of group.items) {
        if (isEnough()) break;
        // As it is written: YAML 1.1 takes "n" for false, and makes something else of "<<".
        const name = (isScalar(key) ? key.source : undefined) ?? text.slice(...rangeOf(key));
        // A field without a value is an empty one, and stands where its name does.
        const taken = seen.has(name) ? undefined : take([...path, name], value ?? key);
        if (seen.has(name)) blame([...path, shorten(name)], key, "expected once, got it again");
        else if (taken) taken();
        else blame([...path, shorten(name)], key, unknownField(name, path, known, elsewhere));
        seen.add(name);
      }
      return seen;
    },
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

function unknownField(
  name: string,
  path: FieldPath,
  known: readonly string[],
  elsewhere: FieldReader["elsewhere"],
): string {
  if (name === "<<") return "expected fields, got a merge of YAML 1.1: write the fields out";
  const near = suggest(name, known) ?? elsewhere?.(name);
  if (near !== undefined) return `unknown field; did you mean "${near}"?`;
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

/**
 * The text of a file in UTF-8, or in UTF-16 that says so by its first character (editors of Windows write it).
 *
 * @throws Error saying what to do.
 */
export function decodeYaml(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const order =
    first === 0xff && second === 0xfe ? "le" : first === 0xfe && second === 0xff ? "be" : undefined;
  const encoding = order === undefined ? "utf-8" : `utf-16${order}`;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`bytes that are not ${encoding.toUpperCase()}: save the file as UTF-8`);
  }
}
