/**
 * @file Asks the process that has a lab in a folder open, by its dashboard, instead of opening the lab beside it.
 */

import { networkInterfaces } from "node:os";
import { DataError, messageOf, UsageError } from "../base/errors.ts";
import { ownersAddress } from "../store/node/owner.ts";
import { isLoopback } from "../web/loopback.ts";
import { databaseUrlOf, type LabOptions } from "./lab-options.ts";

/** The dashboard of a lab's owner. */
export interface OwnerConnection {
  get<T>(path: string): Promise<T>;
  post<T>(path: string): Promise<T>;
}

/** How long it may take to answer, in milliseconds. */
const ANSWER_MS = 10_000;

/** Whether an address is one of this machine's: a lab's folder says where to ask, and whoever made it may not say where tokens go. */
function isThisMachine(address: string): boolean {
  const host = new URL(address).hostname.replace(/^\[|\]$/g, "");
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return isLoopback(host) || own.some((one) => one.address === host);
}

/**
 * The owner of a lab in a folder; undefined if nobody has it open, or it is on a server.
 *
 * If it asks for a token, it gets that of `$SHATTER_TOKEN`.
 */
export async function findOwner(options: LabOptions): Promise<OwnerConnection | undefined> {
  if (databaseUrlOf(options) !== undefined) return undefined;
  const address = await ownersAddress(options.lab);
  if (address === undefined) return undefined;
  const token = process.env["SHATTER_TOKEN"] ?? "";
  const headers = token !== "" && isThisMachine(address) ? { authorization: `Bearer ${token}` } : undefined;
  const ask = async <T>(method: "GET" | "POST", path: string): Promise<T> => {
    let status: number;
    let answer: { readonly error?: string };
    try {
      const response = await fetch(new URL(path, address), {
        method,
        ...(headers && { headers }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      status = response.status;
      answer = (await response.json()) as { readonly error?: string };
    } catch (error) {
      throw new DataError(
        `lab ${options.lab}: the process that has it open does not answer at ${address}: ${messageOf(error)}`,
      );
    }
    if (status === 401) {
      const problem = headers ? "takes another token than $SHATTER_TOKEN" : "asks for a token";
      throw new UsageError(
        `lab ${options.lab}: the process that has it open ${problem}; put the one that shatter serve showed into $SHATTER_TOKEN, or use its dashboard at ${address}`,
      );
    }
    if (status >= 400) throw new UsageError(answer.error ?? `${address}${path}: ${status}`);
    return answer as T;
  };
  return { get: (path) => ask("GET", path), post: (path) => ask("POST", path) };
}
