/**
 * @file Things that were given as values, as bytes: each kept under the hash of them, which is its identity in specs.
 */

import { DataError } from "../base/errors.ts";
import { sha256 } from "../base/json.ts";
import type { ExamplesFile } from "../data/dataset.ts";

/** A model or examples as bytes. */
export interface Content {
  /** `sha256:` and the SHA-256 of the bytes, as 64 hexadecimal digits. */
  readonly identity: string;
  readonly bytes: Uint8Array;
}

/** A content that is a file of this machine, too large to be held. */
export type FileContent = ExamplesFile;

/** A content, in memory or as a file. */
export type AnyContent = Content | FileContent;

/** Reads what is kept under an identity; undefined if nothing is. */
export type ReadContent = (identity: string) => Promise<Uint8Array | undefined>;

const IDENTITY = /^sha256:[0-9a-f]{64}/;

/** Whether an identity is that of a content, and no name; that of a model may say after a question mark how it is read. */
export const isContent = (identity: string): boolean =>
  IDENTITY.test(identity) && /^$|^\?/.test(identity.replace(IDENTITY, ""));

/** The identity of the bytes alone, whatever it says of how they are read. */
export const bytesOf = (identity: string): string => identity.split("?")[0]!;

/** An identity as people read it: a name as it is, of bytes the first digits of their hash, and how they are read. */
export const shortIdentity = (identity: string): string =>
  isContent(identity) ? identity.replace(/^sha256:([0-9a-f]{8})[0-9a-f]*/, "content-$1") : identity;

/** Bytes under the identity that they have. */
export const contentOf = async (bytes: Uint8Array): Promise<Content> => ({
  identity: `sha256:${await sha256(bytes)}`,
  bytes,
});

/** The contents that a trial is about: of its model, its examples, both or none. */
export const contentsOf = (
  { model }: { readonly model: string },
  { name }: { readonly name: string },
): string[] => [...new Set([model, name].filter(isContent).map(bytesOf))];

/**
 * Read a content, and check that its bytes are those of its identity.
 *
 * @param what - What is wanted, such as `model`.
 * @throws DataError if it is not here, or damaged.
 */
export async function requireContent(read: ReadContent, what: string, identity: string): Promise<Uint8Array> {
  const own = bytesOf(identity);
  const bytes = await read(own);
  if (!bytes) {
    throw new DataError(
      `${what} ${identity}: it was given as a value, and its bytes are not here: expected them among the contents of the lab; run what planned it again`,
    );
  }
  const { identity: real } = await contentOf(bytes);
  if (real === own) return bytes;
  throw new DataError(`${what} ${identity}: expected the bytes of this hash, got others: ${real}`);
}
