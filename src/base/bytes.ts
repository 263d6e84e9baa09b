/**
 * @file Numbers of bytes as people write them.
 */

import { UsageError } from "./errors.ts";

const UNITS = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Read a size: `512MiB`, `2 GiB`, `1.5GB`, or a number of bytes.
 *
 * @throws UsageError if it is none, or less than a byte.
 */
export function parseBytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name.toLowerCase() === unit?.toLowerCase())?.[1];
  const bytes = Math.floor(Number(number) * (factor ?? Number.NaN));
  if (bytes >= 1 && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(`expected a size such as 512MiB or 2GiB, got "${text}"`);
}

/** A number of bytes for people: `180.6 MB`; `1.0 kB`, `512 bytes`. */
export const showBytes = (bytes: number): string =>
  bytes < 1e3
    ? `${bytes} ${bytes === 1 ? "byte" : "bytes"}`
    : bytes < 1e5
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : bytes < 1e10
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${(bytes / 1e9).toFixed(1)} GB`;
