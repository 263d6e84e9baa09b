/**
 * @file What is made once for all tests of the lab and above it: a PostgreSQL 18 server.
 */

import type { TestProject } from "vitest/node";
import { openServerOfOurOwn } from "../scripts/faults/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Port of the server. */
    readonly postgres: number;
  }
}

/** Start it, and tell the tests where it is. */
export default async function setUp(project: TestProject): Promise<() => PromiseLike<void>> {
  const server = await openServerOfOurOwn();
  project.provide("postgres", server.port);
  return () => server[Symbol.asyncDispose]();
}
