/**
 * @file A new database as a copy of an empty one: PostgreSQL takes seconds to make its files, and a copy is there at once.
 */

import { randomUUID } from "node:crypto";
import { constants, cp, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { cacheFolder } from "../../disk/cache.ts";
import { makeFolder } from "../../disk/folders.ts";
import { migrations } from "../migrations.ts";

/**
 * Give an empty folder the files of an empty database, copied from this machine's cache, which gets them if need be. A folder
 * that has files is left alone; so is one for which there is no place to copy from: PGlite makes the files itself then.
 *
 * @param prepare - Makes the tables of a lab in a new database, so that copies have them.
 */
export async function takeTemplate(
  folder: string,
  prepare: (engine: PGlite) => Promise<unknown>,
): Promise<void> {
  if ((await readdir(folder)).length > 0) return;
  // Under another name first: at every instant there are all files or none.
  const draft = `${folder}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await cp(await templateFolder(prepare), draft, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await rmdir(folder);
    await rename(draft, folder);
  } catch {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    await makeFolder(folder);
  }
}

/** The empty lab of this version, in the cache. */
async function templateFolder(prepare: (engine: PGlite) => Promise<unknown>): Promise<string> {
  const manifest = join(
    dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite"))),
    "..",
    "package.json",
  );
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const template = join(cacheFolder(), `lab-${version}-${Object.keys(migrations).at(-1)}`);
  if ((await readdir(template).catch(() => [])).length > 0) return template;
  const draft = `${template}.${randomUUID().slice(0, 8)}.tmp`;
  await makeFolder(draft);
  const engine = await PGlite.create(draft);
  await prepare(engine);
  await engine.close();
  // Whoever was first has made the same.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
  return template;
}
