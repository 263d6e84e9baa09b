/**
 * @file A small disk that can be full: a file system in memory, where the rights to mount one are there.
 */

import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder, on a disk of its own if one could be had. */
export interface Disk extends Disposable {
  readonly folder: string;
  readonly isSmall: boolean;
  /** Write until nothing goes any more; how many bytes went. */
  fill(): number;
  /** Give the space free again. */
  free(): void;
}

/** Make a folder, on a disk of some MiB of its own if this user may mount one. */
export function openDisk(mebibytes: number): Disk {
  const folder = mkdtempSync(join(tmpdir(), "shatter-faults-"));
  let isSmall = true;
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder], { stdio: "pipe" });
  } catch {
    isSmall = false;
  }
  const filler = join(folder, "filler");
  return {
    folder,
    isSmall,
    fill() {
      const file = openSync(filler, "w");
      const block = Buffer.alloc(2 ** 20);
      let written = 0;
      try {
        for (let size = block.length; size >= 1; size = Math.floor(size / 16)) {
          try {
            for (;;) written += writeSync(file, block, 0, size);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
          }
        }
      } finally {
        closeSync(file);
      }
      return written;
    },
    free: () => rmSync(filler, { force: true }),
    [Symbol.dispose]() {
      if (isSmall) execFileSync("umount", [folder], { stdio: "pipe" });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
