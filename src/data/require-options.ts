/**
 * @file Refusing options that would change nothing.
 */

import { UsageError } from "../base/errors.ts";
import type { DataOptions } from "./data-options.ts";

/** How a test is drawn, which every reader takes. */
const DRAWN: readonly (keyof DataOptions)[] = ["testShare", "splitSeed"];

/**
 * Check that a reader has a use for all options that are told.
 *
 * @param what - What the data are, such as `a table`.
 * @throws UsageError naming one that it has none for, and those that it has.
 */
export function requireOptions(
  path: string,
  what: string,
  options: DataOptions,
  known: readonly (keyof DataOptions)[],
): void {
  const all: readonly string[] = [...DRAWN, ...known];
  const other = Object.entries(options).find(([name, value]) => value !== undefined && !all.includes(name));
  if (other === undefined) return;
  throw new UsageError(
    `data ${path}: \`${other[0]}\`: expected one of ${all.map((name) => `\`${name}\``).join(", ")} for ${what}`,
  );
}
