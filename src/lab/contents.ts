/**
 * @file Brings models and examples that were given as values to where trials are run.
 *
 * They are files in the lab's folder, or rows in the database of a lab on a server: a worker then writes those that its
 * trials are about into a folder of its own machine, for their processes to read.
 */

import { readFile } from "node:fs/promises";
import { DataError } from "../base/errors.ts";
import { type AnyContent, contentsOf, type ReadContent } from "../run/contents.ts";
import { type ContentFolder, openContents } from "../run/node/contents.ts";
import type { DataSource } from "../run/runner.ts";
import { readContent, writeContent } from "../store/contents.ts";
import type { Database } from "../store/database.ts";
import type { TrialSpec } from "../train/spec.ts";

/** The contents of a lab. */
export interface LabContents {
  /** On this machine. */
  readonly files: ContentFolder;
  /**
   * Keep contents, so that every worker has them.
   *
   * @throws DataError if one is larger than a database takes.
   */
  keep(contents: readonly AnyContent[]): Promise<void>;
  /** From this machine, or else from the database. */
  readonly read: ReadContent;
  /** Bring what a trial is about to this machine; what the lab has not is for the trial's process to miss. */
  fetch(spec: Pick<TrialSpec, "model">, source: DataSource): Promise<void>;
}

/** A database is no file server; a message of PostgreSQL holds a gigabyte, and bytes are sent as twice as many digits. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Open the contents of a lab.
 *
 * @param folder - Of their files on this machine.
 * @param mostBytes - Largest content that goes into the database.
 */
export function openLabContents(
  { tables, kind }: Pick<Database, "tables" | "kind">,
  folder: string,
  mostBytes = MOST_BYTES,
): LabContents {
  const files = openContents(folder);
  const isRemote = kind === "postgres";
  const read: ReadContent = async (identity) =>
    (await files.read(identity)) ?? (isRemote ? await readContent(tables, identity) : undefined);
  return {
    files,
    read,
    async keep(contents) {
      const sizeOf = (content: AnyContent): number =>
        "bytes" in content ? content.bytes.length : content.size;
      const large = contents.find((content) => isRemote && sizeOf(content) > mostBytes);
      if (large) {
        throw new DataError(
          `${large.identity}: expected at most ${mostBytes} bytes of a model or of data that is given as a value to a lab on a server, got ${sizeOf(large)}; give fewer examples, or use a lab in a folder`,
        );
      }
      for (const content of contents) {
        const bytes = async () => ("bytes" in content ? content.bytes : await readFile(content.path));
        if (isRemote) await writeContent(tables, content.identity, await bytes());
        else await files.write(content);
      }
    },
    async fetch(spec, source) {
      if (!isRemote) return;
      for (const identity of contentsOf(spec, source)) {
        if (await files.has(identity)) continue;
        const bytes = await readContent(tables, identity);
        if (bytes) await files.write({ identity, bytes });
      }
    },
  };
}
