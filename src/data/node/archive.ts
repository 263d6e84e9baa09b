/**
 * @file Taking known files out of a `.tar.gz`, and nothing else.
 */

import { extract } from "tar-stream";
import { DataError, messageOf } from "../../base/errors.ts";

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
  const entries = extract();
  const feeding = feed(archive, limit, where, entries).catch((error: unknown) =>
    entries.destroy(error as Error),
  );
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      // The reader would wait for such an entry's end for ever.
      if (!Number.isSafeInteger(size)) {
        throw new DataError(
          `${where}: expected a size in bytes for ${name}, got none that is a whole number`,
        );
      }
      const file = wanted.find((candidate) => candidate.name === name.split("/").at(-1));
      if (file === undefined || type !== "file") {
        entry.resume();
        continue;
      }
      if (size! > file.limit || files.has(file.name)) {
        throw new DataError(
          `${where}: expected one ${file.name} of at most ${file.limit} bytes, got one of ${size}` +
            `${files.has(file.name) ? " besides another" : ""}`,
        );
      }
      const parts: Uint8Array[] = [];
      for await (const part of entry) parts.push(part as Uint8Array);
      files.set(file.name, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${where}: expected a whole .tar.gz archive, got a corrupt one (${messageOf(error)})`,
    );
  } finally {
    await feeding;
  }
  const absent = wanted.find(({ name }) => !files.has(name));
  if (absent) throw new DataError(`${where}: expected an archive that holds ${absent.name}, got one without`);
  return files;
}

/** Unpack gzip into the reader of tar, as fast as it takes it. */
async function feed(
  archive: Uint8Array,
  limit: number,
  where: string,
  entries: ReturnType<typeof extract>,
): Promise<void> {
  const stream = new Blob([archive as Uint8Array<ArrayBuffer>]).stream();
  const reader = stream.pipeThrough(new DecompressionStream("gzip")).getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new DataError(`${where}: expected an archive of at most ${limit} bytes, got more`);
    }
    if (entries.destroyed) {
      await reader.cancel();
      return;
    }
    if (!entries.write(value)) await drained(entries);
  }
  entries.end(null);
}

/** Resolves once a stream takes more, or is closed. */
function drained(entries: ReturnType<typeof extract>): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      entries.off("drain", go);
      entries.off("close", go);
      resolve();
    };
    entries.on("drain", go);
    entries.on("close", go);
  });
}
