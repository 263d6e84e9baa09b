/**
 * @file Taking known files out of a `.tar.gz`, and nothing else.
 */

import { DataError } from "../../base/errors.ts";
import { readTar } from "./tar.ts";

/** A file that is wanted, by its name without folders. */
export interface Wanted {
  readonly name: string;
  /** Most bytes it may have. */
  readonly limit: number;
}

/**
 * The wanted files of an archive, wherever in it they lie.
 *
 * Whatever else it holds is passed over, and no name in it is used as a path.
 *
 * @param where - The archive to blame.
 * @throws DataError if the archive is corrupt, a file is too long or there twice, or one is missing.
 */
export async function unpack(
  archive: Uint8Array,
  wanted: readonly Wanted[],
  where: string,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  // Headers and small files come on top of what is wanted; an archive that unfolds to more is not ours.
  const limit = wanted.reduce((total, file) => total + file.limit, 0) + 2 ** 20;
  const stream = new Blob([archive as Uint8Array<ArrayBuffer>]).stream();
  const chunks = stream.pipeThrough(new DecompressionStream("gzip"));
  for await (const { name, type, size, read } of readTar(chunks, limit, { where, what: ".tar.gz archive" })) {
    const file = wanted.find((candidate) => candidate.name === name.split("/").at(-1));
    if (file === undefined || type !== "file") continue;
    if (size > file.limit || files.has(file.name)) {
      throw new DataError(
        `${where}: expected one ${file.name} of at most ${file.limit} bytes, got one of ${size}` +
          `${files.has(file.name) ? " besides another" : ""}`,
      );
    }
    files.set(file.name, await read());
  }
  const absent = wanted.find(({ name }) => !files.has(name));
  if (absent) throw new DataError(`${where}: expected an archive that holds ${absent.name}, got one without`);
  return files;
}
