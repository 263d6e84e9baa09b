/**
 * @file Drafts as a killed process leaves them.
 */

import { spawnSync } from "node:child_process";
import { rename } from "node:fs/promises";
import { writeDraft } from "../../src/disk/drafts.ts";

/** Leave half a file, as a process that was killed while it wrote one. */
export async function leaveDraft(path: string): Promise<void> {
  const draft = await writeDraft(path, "half");
  await rename(draft, draft.replace(`.${process.pid}-`, `.${spawnSync("true").pid}-`));
}
