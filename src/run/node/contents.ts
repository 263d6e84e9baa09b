/**
 * @file Contents as files in a folder, each named by its hash.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAbsent } from "../../disk/refusals.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { type Content, contentOf, isContent, type ReadContent } from "../contents.ts";

/** Contents in a folder. */
export interface ContentFolder {
  readonly folder: string;
  readonly read: ReadContent;
  /** Whether a content is here, undamaged. */
  has(identity: string): Promise<boolean>;
  /** Keep a content; one that is here stays as it is. */
  write(content: Content): Promise<void>;
}

/** Open a folder of contents, which need not exist yet. */
export function openContents(folder: string): ContentFolder {
  const pathOf = (identity: string): string => {
    if (isContent(identity)) return join(folder, identity.replace(":", "-"));
    throw new RangeError(`contents: expected the identity of a content, got "${identity}"`);
  };
  const read: ReadContent = async (identity) => {
    try {
      return await readFile(pathOf(identity));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  const has = async (identity: string): Promise<boolean> => {
    const bytes = await read(identity);
    return bytes !== undefined && (await contentOf(bytes)).identity === identity;
  };
  return {
    folder,
    read,
    has,
    async write({ identity, bytes }) {
      if (!(await has(identity))) await writeWhole(pathOf(identity), bytes);
    },
  };
}

/** Put contents where other processes of this machine can read them; the folder is removed with all that is in it. */
export async function shareContents(
  contents: readonly Content[],
): Promise<AsyncDisposable & { readonly folder: string | undefined }> {
  const folder = contents.length === 0 ? undefined : await mkdtemp(join(tmpdir(), "shatter-contents-"));
  for (const content of contents) await openContents(folder!).write(content);
  return {
    folder,
    [Symbol.asyncDispose]: async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
