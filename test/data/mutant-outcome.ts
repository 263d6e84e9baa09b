/**
 * @file What becomes of a mutant of a data file.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { checkDataset, type Splits } from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";
import type { Mutant } from "./mutate.ts";
import type { SeedFiles } from "./seed-files.ts";

/** Longest message: more tells nobody anything. */
const LONGEST = 2000;

/** Read, or refused with a message that says where. */
export type Outcome =
  | { readonly end: "read"; readonly splits: Splits; readonly understood: readonly string[] }
  | { readonly end: "refused"; readonly because: string };

/** Write well-formed files into a folder of their kind. */
export function writeSeeds(root: string, seeds: readonly SeedFiles[]): void {
  for (const { kind, files } of seeds) {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, kind, name)), { recursive: true });
      writeFileSync(join(root, kind, name), bytes);
    }
  }
}

/**
 * Read a mutant in the place of its seed, which is written again by the next of its kind.
 *
 * @throws whatever else than a `DataError` or `UsageError` the reader throws, and an Error if that says no place, or too much.
 */
export async function outcomeOf(root: string, { seed, bytes }: Mutant): Promise<Outcome> {
  const folder = join(root, seed.kind);
  writeFileSync(join(folder, seed.mutated), bytes);
  try {
    const { splits, understood } = await readData(join(folder, seed.path));
    checkDataset(splits.train, folder);
    checkDataset(splits.test, folder);
    return { end: "read", splits, understood };
  } catch (error) {
    if (!(error instanceof DataError || error instanceof UsageError)) throw error;
    if (error.message.includes(folder) && error.message.length < LONGEST) {
      return { end: "refused", because: error.message };
    }
    throw new Error(`expected a message that says where, in ${LONGEST} characters: ${error.message}`);
  }
}
