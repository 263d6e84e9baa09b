/**
 * @file What is made once for all tests of the lab and above it: a PostgreSQL 18 server, and an empty lab to copy.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openServerOfOurOwn } from "../scripts/faults/server.ts";
import { openLab } from "../src/lab/open.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Port of the server. */
    readonly postgres: number;
    /** Folder of a lab that nothing was ever done in, and that is not open. */
    readonly emptyLab: string;
  }
}

/** Make them, and give them to the tests. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "shatter-empty-lab-"));
  const [server] = await Promise.all([
    openServerOfOurOwn(),
    openLab({ lab: folder }).then((lab) => lab[Symbol.asyncDispose]()),
  ]);
  project.provide("postgres", server.port);
  project.provide("emptyLab", folder);
  return async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  };
}
