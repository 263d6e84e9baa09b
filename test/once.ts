/**
 * @file What is made once for all tests, when the first of them asks for it: a PostgreSQL 18 server, and an empty lab.
 */

import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openServerOfOurOwn } from "../scripts/faults/server.ts";
import { messageOf } from "../src/base/errors.ts";
import { openLab } from "../src/lab/open.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where to ask for what is made once: its name is the path, and the answer says where it is. */
    readonly once: string;
  }
}

/** Something that was made. */
interface Made extends AsyncDisposable {
  /** The port of a server, or a folder. */
  readonly where: string;
}

const makers: Readonly<Record<string, () => Promise<Made>>> = {
  "/postgres": async () => {
    const server = await openServerOfOurOwn();
    return { where: String(server.port), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
  "/empty-lab": async () => {
    const folder = mkdtempSync(join(tmpdir(), "shatter-empty-lab-"));
    await (await openLab({ lab: folder }))[Symbol.asyncDispose]();
    for (const name of readdirSync(folder)) {
      if (name !== "database") rmSync(join(folder, name), { recursive: true });
    }
    return { where: folder, [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }) };
  },
};

/** Listen for the tests; what was made goes when they are over. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const made = new Map<string, Promise<Made>>();
  const server = createServer(async ({ url = "" }, response) => {
    try {
      if (!made.has(url)) made.set(url, makers[url]!());
      response.end((await made.get(url)!).where);
    } catch (error) {
      response.writeHead(500).end(messageOf(error));
    }
  });
  // A test may ask again after minutes, on a connection that would be closed at that very moment.
  server.keepAliveTimeout = 3_600_000;
  await once(server.listen(0, "127.0.0.1"), "listening");
  project.provide("once", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    for (const one of made.values()) await (await one)[Symbol.asyncDispose]();
  };
}
