/**
 * @file Contents as files in a folder, each named by its hash.
 */

import { copyFile, link, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { draftOf } from "../../disk/drafts.ts";
import { makeFolder } from "../../disk/folders.ts";
import { isAbsent, refusedWrite } from "../../disk/refusals.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { type AnyContent, contentOf, type FileContent, isContent, type ReadContent } from "../contents.ts";

/** Contents in a folder. */
export interface ContentFolder {
  readonly folder: string;
  readonly read: ReadContent;
  /** Whether a content is here, undamaged. */
  has(identity: string): Promise<boolean>;
  /** The file of a content, if it is here; its bytes are not looked at. */
  find(identity: string): Promise<FileContent | undefined>;
  /** Keep a content; one that is here stays as it is. */
  write(content: AnyContent): Promise<void>;
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
  const find = async (identity: string): Promise<FileContent | undefined> => {
    const path = pathOf(identity);
    const size = (await stat(path).catch(() => undefined))?.size;
    return size === undefined ? undefined : { identity, path, size };
  };
  return {
    folder,
    read,
    has,
    find,
    async write(content) {
      const { identity } = content;
      if ("bytes" in content) {
        if (!(await has(identity))) await writeWhole(pathOf(identity), content.bytes);
      } else if ((await find(identity))?.size !== content.size) await bringFile(content, pathOf(identity));
    },
  };
}

/** Have a file under another name too; where that is not possible, as on another disk, it is copied. */
async function bringFile({ path }: FileContent, to: string): Promise<void> {
  const draft = draftOf(to);
  try {
    await makeFolder(dirname(to));
    await link(path, draft).catch(() => copyFile(path, draft));
    await rename(draft, to);
  } catch (error) {
    throw refusedWrite(to, error);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** Put contents where other processes of this machine can read them; the folder is removed with all that is in it. */
export async function shareContents(
  contents: readonly AnyContent[],
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
