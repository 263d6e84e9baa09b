/**
 * @file Where this machine keeps examples that are more than may be held: files in its cache, each written once and found
 * again as long as what it was made of is the same.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../base/json.ts";
import { usualMemory } from "../../data/node/memory.ts";
import type { SplitsStore } from "../../data/planned.ts";
import { cacheFolder } from "../../disk/cache.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { openSplitsFile, writeSplitsFile } from "./splits-file.ts";

/** What is known of a file by what it was made of. */
const entrySchema = z.strictObject({
  schema: z.literal("shatter/examples@1"),
  identity: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int(),
  understood: z.array(z.string()),
});

/**
 * Open the store of this machine.
 *
 * @param memory - Bytes of examples, as float32, that may be held.
 */
export function openExamplesStore(
  memory: number = usualMemory(),
  folder: string = join(cacheFolder(), "examples"),
): SplitsStore {
  const entryAt = async (made: string): Promise<string> => join(folder, `${await sha256(made)}.json`);
  return {
    memory,
    write: (planned) => writeSplitsFile(folder, planned),
    async find(made) {
      try {
        const { identity, size, understood } = entrySchema.parse(
          JSON.parse(await readFile(await entryAt(made.key), "utf8")),
        );
        const path = join(folder, identity.replace(":", "-"));
        const splits = await openSplitsFile({ identity, path, size }, made.title);
        return splits.content.size === size ? { splits, understood } : undefined;
      } catch {
        // What is not there, or not whole, is made again.
        return undefined;
      }
    },
    async remember(made, { splits, understood }) {
      if (!splits.content) return;
      const { identity, size } = splits.content;
      const entry = { schema: "shatter/examples@1", identity, size, understood };
      await writeWhole(await entryAt(made.key), `${JSON.stringify(entry)}\n`);
    },
  };
}
