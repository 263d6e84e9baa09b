/**
 * @file Damages checkpoints as disks do: cut off, or with a bit that is another.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { RandomStream } from "../../src/base/random.ts";

/** Damage some bytes; says how. */
function damage(bytes: Buffer, random: RandomStream): { readonly bytes: Buffer; readonly how: string } {
  const at = random.below(Math.max(1, bytes.length));
  if (random.below(2) === 0) return { bytes: bytes.subarray(0, at), how: "cut off" };
  const flipped = Buffer.from(bytes);
  flipped[at] = flipped[at]! ^ (1 << random.below(8));
  return { bytes: flipped, how: "a bit flipped" };
}

/** Damage the newest checkpoints of some trials in a folder; says how. */
export function damageFiles(folder: string, trials: readonly string[], random: RandomStream): string {
  const there = new Set(readdirSync(folder));
  const names = trials.map((trial) => `${trial}.safetensors`).filter((name) => there.has(name));
  const how = names.map((name) => {
    const path = join(folder, name);
    const damaged = damage(readFileSync(path), random);
    writeFileSync(path, damaged.bytes);
    return damaged.how;
  });
  return how.length === 0 ? "no checkpoint was there" : `checkpoint files: ${how.join(", ")}`;
}

/** Damage the newest checkpoint in a database; says how. */
export async function damageRow(url: string, random: RandomStream): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ ctid: string; bytes: Buffer }>(
      "select ctid::text, bytes from shatter.checkpoints where bytes is not null order by created_at desc limit 1",
    );
    const [newest] = rows;
    if (!newest) return "no checkpoint was there";
    const { bytes, how } = damage(newest.bytes, random);
    await client.query("update shatter.checkpoints set bytes = $1 where ctid = $2::tid", [
      bytes,
      newest.ctid,
    ]);
    return `checkpoint in the database: ${how}`;
  } finally {
    await client.end();
  }
}
