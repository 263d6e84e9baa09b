/**
 * @file Reading tar archives, ustar, pax and GNU's, from a stream: each member is handed out as it comes.
 */

import { extract } from "tar-stream";
import { DataError, messageOf } from "../../base/errors.ts";

/** Bytes of a block; what ends an archive is two of zeros. */
const BLOCK = 512;

/** One member of an archive. */
export interface TarMember {
  /** As it is written there: no path to be used. */
  readonly name: string;
  /** Such as `file`, `directory` or `symlink`; null if it is of no known type. */
  readonly type: string | null;
  /** Bytes. */
  readonly size: number;
  /** Where they begin in the archive, unpacked. */
  readonly offset: number;
  /** Read them, before the next member is asked for. */
  readonly read: () => Promise<Uint8Array>;
}

/** What to say of an archive that is damaged. */
interface Blame {
  /** The archive to blame. */
  readonly where: string;
  /** What it should have been, such as `.tar.gz archive`. */
  readonly what: string;
}

/**
 * The members of an archive, in its order.
 *
 * @param chunks - The archive, unpacked.
 * @param limit - Most bytes it may have.
 * @throws DataError if it is corrupt, too long or without its end, and whatever the chunks throw.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  { where, what }: Blame,
): AsyncGenerator<TarMember> {
  const entries = extract();
  const length = feed(chunks, limit, where, entries).catch((error: unknown) => {
    entries.destroy(error as Error);
    return undefined;
  });
  const damaged = (error: unknown): DataError =>
    error instanceof DataError
      ? error
      : new DataError(`${where}: expected a whole ${what}, got a corrupt one (${messageOf(error)})`);
  let end = 0;
  try {
    for await (const entry of entries) {
      const { name, size = 0, byteOffset: offset, pax } = entry.header as typeof entry.header & Placed;
      // What is written without its holes is no file as it stands there.
      const isSparse = Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse"));
      const type = isSparse ? null : (entry.header.type as string | null);
      // The reader would wait for such an entry's end for ever.
      if (!Number.isSafeInteger(size)) {
        throw new DataError(
          `${where}: expected a size in bytes for ${name}, got none that is a whole number`,
        );
      }
      end = offset + (type === "directory" ? 0 : Math.ceil(size / BLOCK) * BLOCK);
      let isRead = false;
      yield {
        name,
        type,
        size,
        offset,
        read: async () => {
          isRead = true;
          return await joined(entry).catch((error: unknown) => {
            throw damaged(error);
          });
        },
      };
      if (!isRead) entry.resume();
    }
  } catch (error) {
    throw damaged(error);
  } finally {
    entries.destroy();
    await length;
  }
  const fed = await length;
  if (fed !== undefined && (fed.length - end < 2 * BLOCK || fed.zeros < 2 * BLOCK)) {
    throw new DataError(
      `${where}: expected a whole ${what}, got one without the zeros that end it: members may be missing; fetch or write it again`,
    );
  }
}

async function joined(chunks: AsyncIterable<unknown>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part as Uint8Array);
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** What the reader says of a member, and its types do not. */
interface Placed {
  readonly byteOffset: number;
}

/** Give an archive to its reader, as fast as it takes it, and tell how long it is and how many zeros end it. */
async function feed(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
  where: string,
  entries: ReturnType<typeof extract>,
): Promise<{ readonly length: number; readonly zeros: number } | undefined> {
  let [length, zeros] = [0, 0];
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) {
      throw new DataError(`${where}: expected an archive of at most ${limit} bytes, got more`);
    }
    if (entries.destroyed) return undefined;
    const last = chunk.findLastIndex((byte) => byte !== 0);
    zeros = last < 0 ? zeros + chunk.length : chunk.length - 1 - last;
    if (!entries.write(chunk)) await drained(entries);
  }
  entries.end(null);
  return { length, zeros };
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
