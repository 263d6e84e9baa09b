/**
 * @file Groups as the paths of images have them, found by a regular expression.
 *
 * The expression may come with somebody's data, and one such as `(a+)+$` takes longer than anybody lives: it is run with a limit of
 * time, which ends it within any path.
 */

import { runInNewContext } from "node:vm";
import { DataError, messageOf, UsageError } from "../../base/errors.ts";
import { listSome } from "../natural.ts";
import { numberGroups } from "../read-groups.ts";

/** Milliseconds that an expression may take, and those for each path more: a hundred times what a plain one takes. */
const PATIENCE_MS = 5_000;
const PATH_MS = 0.1;

/** What is run, with the expression and the paths before it. */
const SEARCH =
  "paths.map((path) => { const found = RegExp(pattern, 'u').exec(path); return found && (found.length > 1 ? found[1] : found[0]); })";

/**
 * Groups by what a regular expression finds in paths: its first part in parentheses, or all of it.
 *
 * @param paths - Of files, from the folder of the data, with slashes.
 * @param patience - Milliseconds that it may take, beside 0.1 for each path.
 * @throws UsageError if it is none, or takes too long; DataError if it finds nothing in some.
 */
export function groupsOfPaths(
  paths: readonly string[],
  pattern: string,
  where: string,
  patience = PATIENCE_MS,
): Int32Array {
  const refuse = (what: string): never => {
    throw new UsageError(
      `data ${where}: \`group\`: expected a regular expression for paths of images, ${what}`,
    );
  };
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    refuse(`got ${pattern} (${messageOf(error)})`);
  }
  const timeout = Math.ceil(patience + PATH_MS * paths.length);
  let names: readonly (string | null | undefined)[] = [];
  try {
    names = runInNewContext(SEARCH, { paths, pattern }, { timeout });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    refuse(
      `got ${pattern}, which took longer than ${timeout / 1000} s on ${paths.length} paths; avoid repetitions in each other, such as (a+)+`,
    );
  }
  const without = paths.filter((_, at) => !names[at]);
  if (without.length === 0) return numberGroups(names as string[]);
  throw new DataError(
    `${where}: \`group\` ${pattern}: expected a group in the path of every image, found none in ${without.length} of ${paths.length}: ` +
      `${listSome(without.slice(0, 3))}; it is a regular expression, such as patient(\\d+) or ([^/]*)_\\d+\\.png$`,
  );
}
