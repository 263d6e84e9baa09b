/**
 * @file Listening at an address, or being told why not.
 */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UsageError } from "../base/errors.ts";

/** What the system's refusals to listen mean. */
const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; choose another `port`",
  EACCES: "this user may not listen there; choose a `port` from 1024 on",
  EADDRNOTAVAIL: "this machine has no such address; choose another `host`",
  ENOTFOUND: "there is no host of that name; choose another `host`",
};

/**
 * Listen.
 *
 * @throws UsageError with the system's `code` if it is refused.
 */
export async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = REFUSALS[error.code ?? ""] ?? error.message;
      reject(Object.assign(new UsageError(`${host}:${port}: cannot listen: ${why}`), { code: error.code }));
    });
    server.listen({ host, port }, () => resolve());
  });
  return server.address() as AddressInfo;
}
