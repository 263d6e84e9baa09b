/**
 * @file Which addresses only this machine reaches.
 */

import { isIP } from "node:net";

/** Whether nobody but this machine reaches an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
