/**
 * @file The trials a lab keeps: a file each, named by the trial's id.
 */

import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import { whyUnstorable } from "../base/limits.ts";
import { isAbsent } from "../disk/refusals.ts";
import { writeWhole } from "../disk/whole-files.ts";
import {
  contradictionOf,
  type StoredTrial,
  type TrialStore,
  trialResultSchema,
} from "../run/trial-result.ts";
import { trialId } from "../train/spec.ts";

const NAME = /^[0-9a-f]{16}\.json$/;

/**
 * Open the trials of a lab, whose folder need not exist yet.
 *
 * A file that is not the trial it is named after - half written, edited, of another version - is given another
 * name, so that its trial is run again and nothing is lost.
 *
 * @param onAside - Told what was put aside, as a sentence. Without it, such a file is left where it is, and reading it throws.
 */
export function openTrialStore(folder: string, onAside?: (message: string) => void): TrialStore {
  const read = async (name: string): Promise<StoredTrial | undefined> => {
    const path = join(folder, name);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new DataError(`${path}: expected a file that can be read, got ${messageOf(error)}`);
    }
    try {
      return await parse(text, name);
    } catch (error) {
      if (!onAside) throw new DataError(`${path}: ${messageOf(error)}`);
      const aside = `${path}.${Date.now()}.aside`;
      // Another process that found it too may have been first.
      await rename(path, aside).catch(() => {});
      onAside(`${path}: ${messageOf(error)}; it is now ${aside}, and its trial counts as not done`);
      return undefined;
    }
  };
  const ids = async (): Promise<string[]> => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (isAbsent(error)) return [];
      throw new DataError(`${folder}: expected a folder of trials, got ${error.message}`);
    });
    return names
      .filter((candidate) => NAME.test(candidate))
      .sort()
      .map((name) => name.slice(0, -".json".length));
  };
  return {
    folder,
    ids,
    async all() {
      const trials: StoredTrial[] = [];
      for (const id of await ids()) {
        const trial = await read(`${id}.json`);
        if (trial) trials.push(trial);
      }
      return trials;
    },
    read: (id) => read(`${id}.json`),
    async write(trial) {
      await writeWhole(join(folder, `${trial.result.id}.json`), `${JSON.stringify(trial, null, 1)}\n`);
    },
  };
}

/** A stored trial, from its text; an error says what is wrong with it. */
async function parse(text: string, name: string): Promise<StoredTrial> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error(`expected JSON, got ${text.length} characters that are not (half a file?)`);
  }
  const { schema } = Object(document) as { schema?: unknown };
  if (schema !== "shatter/trial-result@1") {
    throw new Error(`expected schema "shatter/trial-result@1", got ${JSON.stringify(schema)}`);
  }
  const parsed = trialResultSchema.safeParse(document);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new Error(`expected a trial, but ${path.join(".")} is not right: ${message}`);
  }
  const id = await trialId(parsed.data.spec);
  if (`${id}.json` !== name || parsed.data.result.id !== id) {
    throw new Error(`expected the trial of its name, got trial ${id}`);
  }
  const why = whyUnstorable(document) ?? contradictionOf(parsed.data);
  if (why !== undefined) throw new Error(why);
  return parsed.data;
}
