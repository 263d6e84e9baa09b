/**
 * @file The networks of finished trials that a lab in a folder keeps: the newest, as many as a limit of bytes holds.
 *
 * They are files beside the database, written by the process that trained them before it says that it is done. Nothing rests on
 * them: a trial whose network is gone is trained again for it.
 */

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseBytes } from "../base/bytes.ts";
import { UsageError } from "../base/errors.ts";

/** Bytes that all of them take, unless `$SHATTER_NETWORKS` says otherwise. */
const MOST_BYTES = 256 * 2 ** 20;

/** The networks that a lab keeps. */
export interface LabNetworks {
  /** Where trials leave theirs; undefined where none are kept. */
  readonly folder: string | undefined;
  /** Bytes that all of them take at most. */
  readonly mostBytes: number;
  /** The bytes of a trial's network; undefined if it has none. */
  size(trial: string): Promise<number | undefined>;
  /** The safetensors file of a trial's network; undefined if it has none. */
  read(trial: string): Promise<Uint8Array | undefined>;
  /** Remove the oldest until they are as few as the limit says. */
  trim(): Promise<void>;
}

const END = ".safetensors";

/**
 * The networks of the lab in a folder; a lab elsewhere keeps none.
 *
 * @param limit - Their bytes, such as `256MiB`; `0` for none. That of `$SHATTER_NETWORKS` unless told.
 * @throws UsageError if the limit is no number of bytes.
 */
export function openNetworks(
  lab: string | undefined,
  limit = process.env["SHATTER_NETWORKS"] ?? "",
): LabNetworks {
  const mostBytes = limitOf(limit);
  if (lab === undefined) return { folder: undefined, mostBytes: 0, size: none, read: none, trim: none };
  const place = join(resolve(lab), "networks");
  const sizeAndTime = (name: string) => stat(join(place, name)).catch(() => undefined);
  return {
    folder: mostBytes === 0 ? undefined : place,
    mostBytes,
    size: async (trial) => (await sizeAndTime(`${trial}${END}`))?.size,
    read: (trial) => readFile(join(place, `${trial}${END}`)).catch(() => undefined),
    async trim() {
      const names = (await readdir(place).catch(() => [])).filter((name) => name.endsWith(END));
      const files = await Promise.all(names.map(async (name) => ({ name, facts: await sizeAndTime(name) })));
      files.sort((a, b) => (b.facts?.mtimeMs ?? 0) - (a.facts?.mtimeMs ?? 0));
      let total = 0;
      for (const { name, facts } of files) {
        const size = facts?.size ?? 0;
        // One that is too large goes by itself, and takes no others with it.
        if (total + size <= mostBytes) total += size;
        else await rm(join(place, name), { force: true });
      }
    },
  };
}

const none = async (): Promise<undefined> => undefined;

function limitOf(text: string): number {
  if (text === "") return MOST_BYTES;
  if (Number(text) === 0) return 0;
  try {
    return parseBytes(text);
  } catch {
    throw new UsageError(
      `$SHATTER_NETWORKS: expected the bytes of networks that a lab keeps, such as 256MiB, or 0 for none, got "${text}"`,
    );
  }
}
