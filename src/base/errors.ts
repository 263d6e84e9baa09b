/**
 * @file The errors of Shatter: each says where, what was expected, what came, and what to do.
 *
 * A named class exists only where somebody catches it by name. The command line turns them into
 * exit codes: {@link UsageError} is 2, every other error is 1.
 */

import { hideSecrets } from "./secrets.ts";

/** Something asked for cannot be: an unknown name, a value out of range, options that contradict each other. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file, folder or download is not what it should be: truncated, corrupt, missing, of another format. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** The engine cannot do what was asked on this machine: a provider that is not there, out of memory. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** A value of a graph cannot have these operands, or a graph breaks one of its rules. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/** Operands of an operation have shapes that do not fit. */
export class ShapeError extends GraphError {
  constructor(operation: string, expected: string, shapes: readonly (readonly number[])[]) {
    super(
      `${operation}: expected ${expected}, got ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`,
    );
  }
}

/**
 * The message of anything thrown, without secrets: what a library says may hold the URL that it was given. Of an error after which
 * disposing failed too, the first one's: it says what happened.
 */
export function messageOf(error: unknown): string {
  if (error instanceof Error && "suppressed" in error) return messageOf(error.suppressed);
  return hideSecrets(error instanceof Error ? error.message : String(error));
}
