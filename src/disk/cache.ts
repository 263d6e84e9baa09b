/**
 * @file Where this program keeps what it can make or fetch again.
 */

import { homedir } from "node:os";
import { join, resolve } from "node:path";

let hasWarned = false;

/**
 * This program's folder among the platform's caches: that of the XDG base directories, of macOS or of Windows.
 *
 * A user without a home (a container's, unknown to the system) has none; the current folder is used, with a warning.
 */
export function cacheFolder(): string {
  const { platform, env } = process;
  try {
    if (platform === "darwin") return join(homedir(), "Library", "Caches", "shatter");
    if (platform === "win32") {
      return join(env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local"), "shatter", "Cache");
    }
    return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "shatter");
  } catch {
    const folder = resolve("shatter-cache");
    if (!hasWarned) {
      process.emitWarning(
        `this user has no home folder: data and checkpoints are kept in ${folder}; set HOME or XDG_CACHE_HOME for another place`,
      );
    }
    hasWarned = true;
    return folder;
  }
}
