/**
 * @file Reads a result document, of a test, an experiment, a theory or an audit, and says what is wrong with one that is none.
 */

import type { z } from "zod";
import { type AuditResult, auditResultSchema } from "../audit/audit-result.ts";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { type ExperimentResult, experimentResultSchema } from "../paper/experiment-result.ts";
import { type TestResult, testResultSchema } from "../paper/test-result.ts";
import { type TheoryResult, theoryResultSchema } from "../theory/theory-result.ts";

/** A document that can be read and drawn. */
export type AnyResult = TestResult | ExperimentResult | TheoryResult | AuditResult;

/** The documents that can be read, by what they call their schema. */
const SCHEMAS = {
  "shatter/test@1": testResultSchema,
  "shatter/experiment@1": experimentResultSchema,
  "shatter/theory@1": theoryResultSchema,
  "shatter/audit@1": auditResultSchema,
} as const;

/** Problems of a document that are told, of however many. */
const MOST_PROBLEMS = 3;

/**
 * Read a result.
 *
 * @param where - Its file, for errors.
 * @throws DataError if it is no JSON, or not what its schema says, with the place.
 * @throws UsageError if its schema is not one of this version of Shatter.
 */
export function parseResult(text: string, where: string): AnyResult {
  const document = parseJson(text, where);
  const { schema } = Object(document) as { schema?: unknown };
  if (typeof schema !== "string" || !Object.hasOwn(SCHEMAS, schema)) throw unknownSchema(schema, where);
  const read = SCHEMAS[schema as keyof typeof SCHEMAS].safeParse(document);
  if (read.success) return read.data;
  const { issues } = read.error;
  const told = issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => `${placeOf(path)}: ${message}`);
  const more = issues.length > told.length ? `; and ${issues.length - told.length} more` : "";
  throw new DataError(`${where}: expected a document of ${schema}, got ${told.join("; ")}${more}`);
}

function parseJson(source: string, where: string): unknown {
  const text = source.replace(/^\uFEFF/, "");
  const problem = jsonProblem(text);
  if (problem === null) return JSON.parse(text);
  const place = /\(line \d/.test(problem) ? "" : ` (${placeOfProblem(text, problem)})`;
  throw new DataError(`${where}: expected JSON, got ${problem.replaceAll(/\s+/g, " ")}${place}`);
}

/** What the parser says against a text; null if nothing. */
function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Line and column of a problem that the parser only quotes: after the longest part that does not have it. */
function placeOfProblem(text: string, problem: string): string {
  const [kind] = /^Unexpected token/.exec(problem) ?? [];
  const hasIt = (length: number): boolean =>
    kind !== undefined && jsonProblem(text.slice(0, length))?.startsWith(kind) === true;
  let [without, within] = [0, text.length + 1];
  while (within - without > 1) {
    const middle = Math.floor((without + within) / 2);
    if (hasIt(middle)) within = middle;
    else without = middle;
  }
  const lines = text.slice(0, without).split("\n");
  return `line ${lines.length} column ${lines.at(-1)!.length + 1}`;
}

function unknownSchema(schema: unknown, where: string): UsageError {
  const known = Object.keys(SCHEMAS).map((name) => `"${name}"`);
  const [, name, version] = /^(shatter\/\w+)@(\d+)$/.exec(String(schema)) ?? [];
  const ours = Object.keys(SCHEMAS).find((each) => name !== undefined && each.startsWith(`${name}@`));
  const why =
    ours === undefined
      ? ""
      : Number(version) > Number(ours.split("@")[1])
        ? ": it was written by a newer version of Shatter; update this one"
        : ": it was written by an older version of Shatter; draw it with that one";
  const got = schema === undefined ? "none" : JSON.stringify(schema);
  return new UsageError(`${where}: expected schema ${known.join(" or ")}, got ${got}${why}`);
}

/** A path in a document, such as `trials[3].result.status`. */
const placeOf = (path: z.core.$ZodIssue["path"]): string =>
  path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${String(key)}`))
    .join("") || "the document";
